"""An archive of Kafka's loaded classes (Java's class data sharing): brokers that start with it are there in
less than half of the time."""

import tempfile
from pathlib import Path
from typing import Final

from local import ports, process
from local.apache import java, storage
from local.apache.nodes import lay_out

_NAME: Final = "classes.jsa"
_SECONDS: Final = 60.0


def options(jars: Path) -> tuple[str, ...]:
    """What has Java use the archive of `jars`; nothing where there is none."""
    archive = jars / _NAME
    return (f"-XX:SharedArchiveFile={archive}",) if archive.exists() else ()


def make(jars: Path) -> None:
    """Make the archive of `jars` unless it is there, by running a broker once. Raises CannotRun."""
    if (jars / _NAME).exists():
        return
    with tempfile.TemporaryDirectory(dir=jars, prefix="draft-") as name:
        draft = Path(name)
        (node,) = lay_out(draft, [ports.free_port(), ports.free_port()])
        storage.prepare([node], jars)
        writing = f"-XX:ArchiveClassesAtExit={draft / _NAME}"
        command = java.command(jars, "kafka.Kafka", node.settings, options=(writing,))
        child = process.start("kafka", command, log=draft / "kafka.log")
        try:
            child.await_condition(lambda: ports.is_open(node.port), _SECONDS, "doesn't answer")
            child.ask_to_stop()
            child.process.wait(_SECONDS)
        finally:
            child.kill()
        (draft / _NAME).rename(jars / _NAME)
