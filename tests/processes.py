"""Processes that a test started, found by their parent."""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> dict[int, str]:
    """Return the command lines of all processes below one, by pid."""
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            for child in _read(task).split():
                found[int(child)] = _read(Path(f"/proc/{child}/cmdline")).replace("\0", " ")
                waiting.append(int(child))
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    state = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return bool(state) and state[0] != "Z"


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
