"""The real parts, for every test that asks for them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import hypothesis
import pytest
from pymongo import MongoClient

from faults.trials import PROPERTY, table
from feedback.store import database_name
from harness.kafka_threads import draw_apart, kafka_threads
from harness.parts import CHOSEN, broker_of_own, new_broker
from harness.wait import until
from local import ports
from local import stack as stacks
from local.stack import Stack
from runtime.environment import variable

# What an example takes, or drawing it, says nothing on a machine that does other things as well.
hypothesis.settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared machine")
draw_apart()


@pytest.fixture(scope="module", autouse=True)
def no_client_of_kafka_is_left() -> Iterator[None]:
    """A client that a file leaves open looks for its broker amid the tests of others. One that was told to
    end while its broker was silent may take as long as a request."""
    before = kafka_threads()
    yield
    until(lambda: kafka_threads() <= before, 20, "the clients of Kafka to be closed")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """MongoDB and a broker for the whole run: embedded, or those that the environment names."""
    directory = tmp_path_factory.mktemp("stack")
    env = dict(os.environ)
    chosen = {"mongo_port": ports.free_port(), "kafka_port": ports.free_port()}
    with ExitStack() as parts:
        if CHOSEN == "apache" and not variable(env, "KAFKA_BOOTSTRAP_SERVERS"):
            env["KAFKA_BOOTSTRAP_SERVERS"] = parts.enter_context(broker_of_own(directory)).address
        yield parts.enter_context(stacks.running(directory, env, **chosen))


@pytest.fixture(scope="session")
def mongo(stack: Stack) -> Iterator[MongoClient[dict[str, object]]]:
    """A client of the session's MongoDB."""
    with MongoClient[dict[str, object]](stack.mongo) as client:
        # Clocks of tests stand at days of their own: what ended then would be deleted amid a test. A MongoDB
        # that isn't ours is left as it is.
        if not variable(dict(os.environ), "MONGODB_URI"):
            client.admin.command({"setParameter": 1, "ttlMonitorEnabled": False})
        yield client


@pytest.fixture
def database(mongo: MongoClient[dict[str, object]]) -> Iterator[str]:
    """The name of a database that is this test's own and empty; it is dropped afterwards, and so is that of
    the feedback service beside it."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    mongo.drop_database(name)
    mongo.drop_database(database_name(name))


@pytest.fixture
def broker(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The session's MongoDB with a broker of this test's own, its topics there and empty."""
    own = new_broker(tmp_path_factory.mktemp("broker"))
    own.start()
    try:
        yield replace(stack, kafka=own.address, children=(*stack.children, own.child))
    finally:
        own.child.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what the chosen broker can't do, and begin with the faults: they take minutes a file, and no
    process of several shall be left with one of them in the end."""
    items.sort(key=lambda item: "faults" not in item.path.parts)
    if CHOSEN != "apache":
        for item in items:
            if item.get_closest_marker("apache"):
                item.add_marker(pytest.mark.skip(reason="only Apache Kafka does this: make test-kafka"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what came of every fault, whichever process of this run has tried it."""
    stats = terminalreporter.stats
    reports = [report for outcome in ("passed", "failed") for report in stats.get(outcome, ())]
    tried = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    if tried:
        terminalreporter.section(f"faults under load, broker: {CHOSEN}")
        for line in table(tried):
            terminalreporter.write_line(line)
