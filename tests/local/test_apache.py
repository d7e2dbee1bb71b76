"""Apache Kafka on this machine: what it takes, one broker, three of them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from events.topics import EVENTS, Topic
from faults.check import published
from harness import wait
from local import ports, process
from local.apache import jars, launcher, servers
from local.apache.nodes import Node, bootstrap, lay_out, properties
from local.process import Child
from streams.publisher import Message, Publisher
from streams.topics import ensure_topics

apache = pytest.mark.apache


def settings(count: int, number: int) -> dict[str, str]:
    nodes = lay_out(Path("/kept"), range(9000, 9000 + 2 * count))
    lines = properties(nodes[number - 1], nodes).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_one_broker_needs_nobody_else() -> None:
    found = settings(1, 1)

    assert found["listeners"] == "CLIENTS://127.0.0.1:9000,CONTROLLER://127.0.0.1:9001"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9001"
    assert (found["offsets.topic.replication.factor"], found["min.insync.replicas"]) == ("1", "1")
    assert found["log.dirs"] == "/kept/1/data"


def test_of_three_brokers_two_are_enough() -> None:
    found = settings(3, 2)

    assert found["node.id"] == "2"
    assert found["listeners"] == "CLIENTS://127.0.0.1:9001,CONTROLLER://127.0.0.1:9004"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9003,2@127.0.0.1:9004,3@127.0.0.1:9005"
    assert (found["offsets.topic.replication.factor"], found["min.insync.replicas"]) == ("3", "2")


def fetching(path: Path) -> subprocess.CompletedProcess[str]:
    """What `jars.directory` says where only what is in `path` is on PATH, and nothing is fetched yet."""
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from local.apache import jars\nfrom local.failure import CannotRun\n"
        "try: jars.directory(Path(sys.argv[1]))\n"
        "except CannotRun as why: print(why)"
    )
    return subprocess.run(
        [sys.executable, "-c", script, str(path / "home")],
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )


def program(path: Path, name: str, script: str) -> None:
    (path / name).write_text(f"#!/bin/sh\n{script}\n")
    (path / name).chmod(0o755)


HOW = "(on Debian: apt-get install openjdk-17-jre-headless maven)\n"


def test_without_java_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    said = fetching(tmp_path).stdout

    assert said == f"Apache Kafka needs Java 17 or newer, and java isn't on PATH {HOW}"


def test_a_java_that_is_too_old_is_named(tmp_path: Path) -> None:
    program(tmp_path, "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")

    said = fetching(tmp_path).stdout

    assert said == f"{tmp_path}/java is older than Java 17, which Apache Kafka needs {HOW}"


def test_without_maven_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    program(tmp_path, "java", """echo 'openjdk version "21.0.2" 2024-01-16' >&2""")

    assert fetching(tmp_path).stdout == f"Maven fetches Apache Kafka, and mvn isn't on PATH {HOW}"


def test_what_maven_says_of_its_failure_is_told_and_nothing_is_left_half_done(tmp_path: Path) -> None:
    program(tmp_path, "java", """echo 'openjdk version "17.0.1" 2021-10-19' >&2""")
    program(tmp_path, "mvn", "echo '[ERROR] no such host'; exit 1")

    said = fetching(tmp_path).stdout

    assert said == f"Maven can't fetch what {jars.POM} names:\n  [ERROR] no such host\n"
    assert list((tmp_path / "home").iterdir()) == []


def row(length: int) -> list[int]:
    """So many free ports, one after the other."""
    while True:
        first = ports.free_port()
        if all(ports.is_free(first + further) for further in range(length)):
            return list(range(first, first + length))


@apache
def test_the_command_says_the_address_and_finds_its_data_again_on_another_port(tmp_path: Path) -> None:
    for before in ([], [b"kept"]):
        port, _ = row(2)
        with subprocess.Popen(
            [sys.executable, "-m", "local", "kafka", "--data", str(tmp_path), "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            try:
                assert command.stdout is not None
                said = [next(command.stdout) for _ in range(3)]
                assert f"  KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:{port} make run\n" in said
                address = f"127.0.0.1:{port}"
                ensure_topics(address, [Topic(EVENTS, {})], partitions=1)
                assert [record.value for record in published(address, EVENTS)] == before
                with closing(Publisher(address)) as publisher:
                    publisher.publish([Message(EVENTS, b"k", b"kept")])

                command.send_signal(signal.SIGINT)
                assert command.wait(20) == 0
                assert command.stderr is not None
                assert command.stderr.read() == ""
            finally:
                command.kill()


@apache
def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((ports.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "local", "kafka", "--data", str(tmp_path), "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"deskpulse: port {port} (Apache Kafka) is taken by another program")


@pytest.fixture
def three(tmp_path: Path) -> Iterator[dict[Node, Child]]:
    """A cluster of three."""
    nodes = lay_out(tmp_path / "apache", [ports.free_port() for _ in range(6)])
    running = servers.start(nodes, launcher.fetched(), logs=tmp_path)
    try:
        servers.await_answers(running)
        yield running
    finally:
        for child in running.values():
            child.kill()


@apache
def test_a_cluster_of_three_goes_on_without_any_one_of_them_and_takes_it_back(
    three: dict[Node, Child], tmp_path: Path
) -> None:
    address = bootstrap(list(three))
    ensure_topics(address, [Topic(EVENTS, {})], partitions=3)
    sent = []
    with closing(Publisher(address)) as publisher:
        for node in list(three):
            assert three[node].kill() == -signal.SIGKILL
            others = {1, 2, 3} - {node.number}
            wait.until(lambda others=others: in_sync(address) == others, 30, "the loss to be seen")  # type: ignore[misc]
            batch = [Message(EVENTS, b"%d" % n, b"%d of %d" % (n, node.number)) for n in range(100)]
            publisher.publish(batch, timeout=30)
            sent += batch
            three[node] = servers.start_one(node, jars.directory(), logs=tmp_path)
            servers.await_answers({node: three[node]})
            wait.until(lambda: in_sync(address) == {1, 2, 3}, 60, "it to be in sync again")

    found = [record.value for record in published(address, EVENTS)]
    assert sorted(found) == sorted(message.value for message in sent)
    process.require_alive(three.values())


def in_sync(address: str) -> set[int]:
    """The brokers that have all of every partition; none where the one that is asked is gone."""
    admin = KafkaAdminClient(bootstrap_servers=address.split(","))
    try:
        (topic,) = admin.describe_topics([EVENTS])
    except KafkaError:
        return set()
    else:
        return set.intersection(*(set(partition["isr_nodes"]) for partition in topic["partitions"]))
    finally:
        admin.close()
