"""Threads that read data into types for the first time."""

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
AT_ONCE = """
import sys, threading
from runtime.config import parse

sys.setswitchinterval(1e-6)
together = threading.Barrier(8)
configurations = []

def read():
    together.wait()
    configurations.append(parse(b"sources: {acme: {adapter: cloudevents}}", "deskpulse.yml"))

threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(configurations) != 8)
"""
PROCESSES = 12
"""A process in which a type isn't prepared dies in about one of three tries."""


def test_threads_that_are_the_first_to_read_a_configuration_at_once_all_read_it() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = [
        subprocess.run([sys.executable, "-c", AT_ONCE], env=env, timeout=60, check=False).returncode
        for _ in range(PROCESSES)
    ]

    assert ended == [0] * PROCESSES, f"-{signal.SIGSEGV.value} is a broken process"


def test_every_class_that_data_is_read_into_is_prepared() -> None:
    modules = {
        ".".join(path.relative_to(ROOT / part).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for part in ("libs", "services", "deploy")
        for path in (ROOT / part).rglob("*.py")
    }
    classes = {(name, one.name): one for name, tree in modules.items() for one in classes_of(tree)}
    read = {place for name, tree in modules.items() for place in read_into(name, tree)} & classes.keys()
    # Given to a function that reads into whatever it is given.
    read |= {("feedback.config", "SurveyConfig"), ("feedback.config", "FeedbackConfig")}

    assert {("runtime.config", "Config"), ("streams.positions", "Position")} <= read
    assert {place for place in read if not is_prepared(classes[place])} == set()


def classes_of(tree: ast.Module) -> list[ast.ClassDef]:
    """The classes that a module defines."""
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def is_prepared(one: ast.ClassDef) -> bool:
    """Whether it says so."""
    return "prepared" in [getattr(mark, "id", "") for mark in one.decorator_list]


def read_into(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Module and name of what is in the types that `convert` and `decode` are given in `module`."""
    imported = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            for shape in shapes(call):
                names = [node.id for node in ast.walk(shape) if isinstance(node, ast.Name)]
                yield from (imported.get(name, (module, name)) for name in names)


def shapes(call: ast.Call) -> list[ast.expr]:
    """The type that `call` reads into, if it does so."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = [word.value for word in call.keywords if word.arg == "type" and name in ("convert", "decode")]
    return [*named, *(call.args[1:2] if name == "convert" else ())]
