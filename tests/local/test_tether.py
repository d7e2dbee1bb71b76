"""Nothing outlives the process that started the stack."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

from harness import processes, wait

LAUNCHER = """
import sys
from pathlib import Path
from local import ports, stack

free = {"mongo_port": ports.free_port(), "kafka_port": ports.free_port()}
with stack.running(Path(sys.argv[1]), {}, **free):
    print("running", flush=True)
    sys.stdin.read()
"""


def test_a_launcher_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path)],
        env={**os.environ, processes.MARK: mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == b"running\n"
        assert len(processes.marked(mark)) == 3

        launcher.kill()

    try:
        wait.until(lambda: not processes.marked(mark), 10, "the end of the launcher's children")
    finally:
        processes.kill(mark)
