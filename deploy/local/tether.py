"""Become another program that the kernel kills when its starter dies, by whatever cause.

Run as a script of its own, before the program: `tether.py STARTER_PID PROGRAM ARGUMENT…`. A step between
fork and exec in the starter would do the same, but isn't safe in a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its starter, then become the program."""
    starter, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # A starter that was gone before the line above sends no signal any more.
    if os.getppid() != starter:
        sys.exit("the process that started this one is gone")
    try:
        os.execvp(program[0], program)  # noqa: S606 # replacing this process is the point
    except OSError as error:
        sys.exit(f"can't run {program[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
