"""`make kafka`: Apache Kafka alone, until Ctrl-C."""

from pathlib import Path

from rich.console import Console

from local import ports
from local.apache import archive, jars, java, servers
from local.apache.nodes import bootstrap, lay_out
from local.process import Child, await_any_end, stop_all


def fetched() -> Path:
    """The jars, fetched and made quick to start from if need be. Raises CannotRun, also without Java."""
    java.program()
    found = jars.directory()
    archive.make(found)
    return found


def run(directory: Path, count: int, port: int, console: Console) -> None:
    """Run `count` brokers, with data and logs in `directory`, until KeyboardInterrupt; then stop them.

    Clients are served on `port` and those after it, controllers on those after these. Raises CannotRun.
    """
    chosen = range(port, port + 2 * count)
    for each in chosen:
        ports.require_free(each, "Apache Kafka", "--port")
    with console.status("Fetching Apache Kafka, where it isn't here yet …"):
        found = fetched()
    # Apart, because neither can go on with the other's data.
    nodes = lay_out(directory / f"apache-{count}", chosen)
    children: list[Child] = []
    try:
        with console.status(f"Starting Apache Kafka {jars.version(found)} …"):
            running = servers.start(nodes, found, logs=directory / "logs")
            children += running.values()
            servers.await_answers(running)
        console.print(f"Apache Kafka {jars.version(found)} is ready. In a second shell, for instance:")
        console.print(
            f"  KAFKA_BOOTSTRAP_SERVERS={bootstrap(nodes)} make run", soft_wrap=True, highlight=False
        )
        console.print("Ctrl-C stops it. Its data stay in", str(nodes[0].directory.parent), soft_wrap=True)
        await_any_end(children)
    finally:
        stop_all(children)
