"""What goes wrong before or while things run is one sentence."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import wait
from harness.services import PORT_VARIABLES
from local import disk, libraries, ports, process
from local.failure import CannotRun

LDD = """\
\tlinux-vdso.so.1 (0x00007ffd1b5f2000)
\tlibcurl.so.4 => not found
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1b4c5a0000)
\tlibssl.so.3 => not found
\tlibcrypto.so.3 => not found
"""


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def launch(directory: Path, **env: str) -> subprocess.CompletedProcess[str]:
    free = {name: str(ports.free_port()) for name in PORT_VARIABLES}
    command = [sys.executable, "-m", "local", "run", "--data", str(directory)]
    return subprocess.run(
        command, env={**os.environ, **free, **env}, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("variable", ["INGEST_PORT", "METRICS_PORT", "MONGO_PORT", "KAFKA_PORT"])
def test_a_busy_port_is_named_together_with_the_variable_that_moves_it(
    tmp_path: Path, taken: int, variable: str
) -> None:
    ended = launch(tmp_path, **{variable: str(taken), "MONGODB_URI": "", "KAFKA_BOOTSTRAP_SERVERS": ""})

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"deskpulse: port {taken} (")
    assert ended.stderr.endswith(f"or choose another port with {variable}=…\n")
    assert ended.stderr.count("\n") == 1


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    ended = launch(tmp_path, METRICS_PORT="high")

    assert ended.stderr == "deskpulse: METRICS_PORT=high is no port: give a number from 1 to 65535\n"
    assert ended.returncode == 1


def test_a_broker_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{ports.free_port()}"

    ended = launch(tmp_path, KAFKA_BOOTSTRAP_SERVERS=nowhere, MONGODB_URI="mongodb://127.0.0.1:1")

    assert ended.stderr.startswith(f"deskpulse: the Kafka broker at {nowhere} (KAFKA_BOOTSTRAP_SERVERS)")
    assert ended.stderr.count("\n") == 1
    assert ended.returncode == 1


def test_missing_libraries_are_named_with_their_debian_packages() -> None:
    missing = libraries.missing_in(LDD)

    assert missing == ["libcurl.so.4", "libssl.so.3", "libcrypto.so.3"]
    with pytest.raises(CannotRun) as why:
        libraries.require(missing, "mongod")
    assert str(why.value) == (
        "mongod lacks the shared libraries libcurl.so.4, libssl.so.3, libcrypto.so.3 "
        "(on Debian: apt-get install libcurl4 libssl3)"
    )


def test_a_system_that_is_too_old_is_told_so() -> None:
    missing = libraries.missing_in(
        "mongod: /lib/libc.so.6: version `GLIBC_2.34' not found (required by mongod)"
    )

    with pytest.raises(CannotRun, match=r"lacks the shared library GLIBC_2.34 \(a newer system has it\)"):
        libraries.require(missing, "mongod")


def test_a_program_with_all_its_libraries_misses_none() -> None:
    assert libraries.missing(Path(sys.executable)) == []


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path) -> None:
    more_than_there_is = shutil.disk_usage(tmp_path).total + 1

    with pytest.raises(CannotRun, match=f"the disk of {tmp_path} is full: .* MiB are needed"):
        disk.require_space(tmp_path, more_than_there_is)


def shell(tmp_path: Path, script: str) -> process.Child:
    return process.start("the child", ["sh", "-c", script], log=tmp_path / "child.log")


def test_a_child_that_ends_is_named_with_its_exit_code_and_last_words(tmp_path: Path) -> None:
    child = shell(tmp_path, "seq 1 20; echo out of tea >&2; exit 3")

    with pytest.raises(CannotRun) as why:
        process.await_any_end([child])

    lines = "".join(f"\n  {line}" for line in (17, 18, 19, 20, "out of tea"))
    assert str(why.value) == f"the child ended with exit code 3; its log {child.log} ends with:{lines}"


def test_a_child_that_is_killed_is_named_with_the_signal(tmp_path: Path) -> None:
    child = shell(tmp_path, "kill -9 $$")

    with pytest.raises(CannotRun, match=f"the child ended with signal SIGKILL; its log {child.log} is empty"):
        process.await_any_end([child])


def test_a_child_that_ends_on_a_full_disk_says_so_in_one_sentence(tmp_path: Path) -> None:
    child = shell(tmp_path, "echo 'journal write failed: No space left on device'; exit 14")

    with pytest.raises(CannotRun) as why:
        process.await_any_end([child])

    assert str(why.value) == f"the child ended because the disk of {tmp_path} is full: free some space there"


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    child = process.start("the child", ["/nowhere/mongod"], log=tmp_path / "child.log")

    with pytest.raises(CannotRun, match="can't run /nowhere/mongod: No such file or directory"):
        process.await_any_end([child])


def test_a_child_that_never_gets_ready_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    child = shell(tmp_path, "sleep 60")

    with pytest.raises(CannotRun, match=r"the child isn't ready after 0 s; its log is .*child.log"):
        child.await_condition(lambda: False, 0.2, "isn't ready")
    assert child.stop() == -15


def test_stopping_leaves_nothing_of_a_childs_own_children(tmp_path: Path) -> None:
    child = shell(tmp_path, "trap 'exit 0' TERM; sleep 60 & echo $!; wait")
    grandchild = int(wait.until(lambda: child.log.read_text().strip(), 10, "the grandchild's id"))

    assert child.stop() == 0
    wait.until(lambda: _is_dead(grandchild), 5, "its end")


def _is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
