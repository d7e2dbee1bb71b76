"""The disk of a new cluster, formatted as KRaft wants it."""

import base64
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from local import disk, process
from local.apache import java
from local.apache.nodes import Node, properties
from local.process import Child

_FORMAT_SECONDS: Final = 60.0


def prepare(nodes: Sequence[Node], jars: Path, options: tuple[str, ...] = ()) -> None:
    """Write the settings of `nodes` and format the storage of those that are new. Raises CannotRun."""
    for node in nodes:
        node.directory.mkdir(parents=True, exist_ok=True)
        disk.require_space(node.directory)
        node.settings.write_text(properties(node, nodes), encoding="utf-8")
    new = [node for node in nodes if not (node.data / "meta.properties").exists()]
    cluster = _cluster_id(nodes[0].directory.parent / "cluster-id")
    formatting = [_format(node, cluster, jars, options) for node in new]
    for child in formatting:
        child.await_condition(lambda child=child: _is_done(child), _FORMAT_SECONDS, "hasn't ended")  # type: ignore[misc]


def _format(node: Node, cluster: str, jars: Path, options: tuple[str, ...]) -> Child:
    arguments = ("format", "--cluster-id", cluster, "--config", node.settings)
    command = java.command(jars, "kafka.tools.StorageTool", *arguments, options=options)
    return process.start(f"kafka-{node.number}'s formatting", command, log=node.directory / "format.log")


def _is_done(child: Child) -> bool:
    """Whether it has ended well; an end with a fault is told by waiting for it."""
    return child.process.poll() == 0


def _cluster_id(file: Path) -> str:
    """The id in `file`: one for all nodes, also where formatting them was broken off between two."""
    if not file.exists():
        made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # The tool would take a leading dash for an option.
        file.write_text(f"c{made[1:]}", encoding="ascii")
    return file.read_text(encoding="ascii")
