"""What the benchmarks of the directory do with processes: start, pin, watch, and burn beside them."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from control_plane.stack.child import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from control_plane.edge_agent.admin import Admin

EDGE_CPU, OTHER_CPU = 0, 1
"""Envoy has the one, what loads it and the control plane the other."""
WAIT_SECONDS_MAX = 600.0
LOOK_SECONDS = 0.005
SHARE_MIN = 0.01
"""Of a core; less is not worth a burner."""

_never = Event()


class MeasureError(Exception):
    """Something that was to be measured did not happen."""


def wait(condition: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS_MAX) -> None:
    """Wait for a condition.

    Raises:
        MeasureError: it did not come true in time.

    """
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            raise MeasureError(f"{what} took more than {seconds:.0f} s")
        _never.wait(LOOK_SECONDS)


def rest(seconds: float) -> None:
    """Let time go by."""
    _never.wait(seconds)


def leave_envoys_core() -> int | None:
    """Keep this process and what it starts off Envoy's core, and name the load's; None if there is one."""
    if not hasattr(os, "sched_setaffinity") or not {EDGE_CPU, OTHER_CPU} <= os.sched_getaffinity(1):
        return None
    os.sched_setaffinity(0, {OTHER_CPU})
    return OTHER_CPU


def pin(pid: int, cpu: int) -> None:
    """Keep all threads of a process on one core, if there are two."""
    if hasattr(os, "sched_setaffinity") and {EDGE_CPU, OTHER_CPU} <= os.sched_getaffinity(1):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {cpu})


def prefer(pid: int, *, first: bool) -> None:
    """Let a process go before whatever else the machine does, which isn't to be measured, if one may."""
    if hasattr(os, "sched_setscheduler"):
        policy, priority = (os.SCHED_RR, 1) if first else (os.SCHED_OTHER, 0)
        with suppress(PermissionError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setscheduler(int(thread.name), policy, os.sched_param(priority))


def envoy_of(edge: Child) -> int:
    """Return the process id of the Envoy that a `vop edge` runs.

    Raises:
        MeasureError: it runs none.

    """
    waiting = [edge.pid]
    while waiting:
        pid = waiting.pop()
        if Path(f"/proc/{pid}/comm").read_text(encoding="ascii").startswith("envoy"):
            return pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        waiting += map(int, children.split())
    raise MeasureError("the edge runs no Envoy")


def resident_bytes(pid: int) -> int:
    """Return a process's resident memory."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _seconds(stat: Path) -> float:
    fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def gauge(admin: Admin, name: str) -> int:
    """Read one of the replicator's gauges."""
    return int((admin.get(f"/stats?filter=^wasmcustom.{name}$") or "").rpartition(":")[2] or 0)


@contextmanager
def child(name: str, arguments: list[str], environment: dict[str, str], heard: list[str]) -> Iterator[Child]:
    """Run a Python module; `heard` gets the lines that it prints."""
    command = [sys.executable, "-m", *arguments]
    environment = {"PATH": os.environ["PATH"], **environment}
    running = Child(name, command, environment, lambda _, line: heard.append(line))
    try:
        yield running
    finally:
        running.stop()


class Shares:
    """What share of a core Envoy's main thread, where the replicator runs, and the control plane use."""

    def __init__(self, envoy: int, control_plane: int) -> None:
        self._stats = (Path(f"/proc/{envoy}/task/{envoy}/stat"), Path(f"/proc/{control_plane}/stat"))
        self._began, self._before = monotonic(), [_seconds(stat) for stat in self._stats]

    def __call__(self) -> tuple[float, float]:
        """Return both shares."""
        took = monotonic() - self._began
        edge, other = (
            (_seconds(stat) - before) / took for stat, before in zip(self._stats, self._before, strict=True)
        )
        return edge, other


@contextmanager
def burning(shares: tuple[float, float]) -> Iterator[None]:
    """Burn a share of Envoy's core, and one of the other."""
    with ExitStack() as around:
        for cpu, share in zip((EDGE_CPU, OTHER_CPU), shares, strict=True):
            if share >= SHARE_MIN:
                burner = around.enter_context(child("burner", ["bench.burner", f"{share:.3f}"], {}, []))
                pin(burner.pid, cpu)
        yield
