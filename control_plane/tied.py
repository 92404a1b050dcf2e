"""Run a program that dies with its parent: `python tied.py <parent pid> <program> <arguments>`.

A supervisor killed outright can't end its children itself. The kernel counts the thread that starts the
program as its parent, so that must be the main one. Linux only; elsewhere the program just runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tied(command: list[str]) -> list[str]:
    """Return the command that runs another one tied to this process. It keeps the process id."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def main() -> None:
    """Ask the kernel for SIGTERM at the parent's death, then become the program."""
    parent, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            sys.exit(1)
    os.execv(program, [program, *arguments])  # noqa: S606  (no shell is wanted)


if __name__ == "__main__":
    main()
