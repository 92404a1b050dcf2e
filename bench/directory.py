"""Measure how an edge takes and keeps its directory: `python -m bench.directory`.

First load, memory, and verification during a load are measured on an edge whose control plane is
`bench.prepared_feed`, so that it is the edge that is timed; changes and rotation on the whole service.
Envoy has a core of its own if there are two, and what loads it has the other.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from bench.pace import Latencies, Paced, PaceError
from bench.prepared_feed import EDGE_ID, HOLDER, LARGE, SECRET, SMALL, SMALL_ACCOUNTS, Times, iban
from control_plane.edge_agent.admin import Admin
from control_plane.errors import StartError
from control_plane.stack.child import Child
from control_plane.stack.stack import Stack, free_address
from control_plane.xds.settings import Address
from edge_filter.build import BuildError, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EDGE_CPU, OTHER_CPU = 0, 1
RATE = 2_000
"""Verifications a second while the directory loads or is re-sealed."""
QUIET_SECONDS = 4
SECONDS_MAX = 600.0
RECORD_BYTES = 32 + 156
"""What one account of the large tenant takes in a bucket."""
LOOK_SECONDS = 0.005
CHANGES = 200
ROTATED_ACCOUNTS = 50_000
ROTATION_LOAD_SECONDS = 10


class MeasureError(Exception):
    """Something that was to be measured did not happen."""


def body(number: int, name: str, bic: str = SMALL) -> bytes:
    """Write the body of one verification."""
    return json.dumps(
        {
            "party": {"name": name},
            "partyAccount": {"iban": iban(number)},
            "partyAgent": {"financialInstitutionId": {"bicfi": bic}},
            "requestingAgent": {"financialInstitutionId": {"bicfi": "ASKBFRPPXXX"}},
        }
    ).encode()


def _wait(condition: Callable[[], bool], what: str, seconds: float = SECONDS_MAX) -> None:
    deadline, never = monotonic() + seconds, Event()
    while not condition():
        if monotonic() > deadline:
            raise MeasureError(f"{what} took more than {seconds:.0f} s")
        never.wait(LOOK_SECONDS)


def _pinned() -> int | None:
    """Keep this process and what it starts off Envoy's core, and name the core of the load.

    Where it may, it also goes before whatever else the machine does, which is not to be measured.
    """
    if hasattr(os, "sched_setscheduler"):
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    if not hasattr(os, "sched_setaffinity") or not {EDGE_CPU, OTHER_CPU} <= os.sched_getaffinity(0):
        return None
    os.sched_setaffinity(0, {OTHER_CPU})
    return OTHER_CPU


def envoy_of(edge: Child) -> int:
    """Return the process id of the Envoy that a `vop edge` runs."""
    waiting = [edge.pid]
    while waiting:
        pid = waiting.pop()
        if Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip().startswith("envoy"):
            return pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        waiting += map(int, children.split())
    raise MeasureError("the edge runs no Envoy")


def resident_bytes(pid: int) -> int:
    """Return a process's resident memory."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _main_thread_seconds(pid: int) -> float:
    """Return the processor time of Envoy's main thread, where the replicator runs."""
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pin(pid: int) -> None:
    """Give Envoy its core."""
    if hasattr(os, "sched_setaffinity") and EDGE_CPU in os.sched_getaffinity(1):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {EDGE_CPU})


def _gauge(admin: Admin, name: str) -> int:
    """Read one of the replicator's gauges."""
    return int((admin.get(f"/stats?filter=^wasmcustom.{name}$") or "").rpartition(":")[2] or 0)


@contextmanager
def _child(name: str, arguments: list[str], environment: dict[str, str], heard: list[str]) -> Iterator[Child]:
    command = [sys.executable, "-m", *arguments]
    child = Child(name, command, {"PATH": os.environ["PATH"], **environment}, lambda _, line: heard.append(line))
    try:
        yield child
    finally:
        child.stop()


class _Feed:
    """The prepared feed in a process of its own."""

    def __init__(self, port: int) -> None:
        self.address = Address("127.0.0.1", port)
        self._client = httpx.Client(base_url=f"http://{self.address}", trust_env=False, timeout=30)

    def tell(self, what: str) -> None:
        """Let the large tenant go, or begin `again`."""
        self._client.post(f"/{what}").raise_for_status()

    def times(self) -> Times:
        """Return what it has seen."""
        return msgspec.json.decode(self._client.get("/times").content, type=Times)


@contextmanager
def _feed(accounts: int) -> Iterator[_Feed]:
    heard: list[str] = []
    with _child("feed", ["bench.prepared_feed", "--accounts", str(accounts)], {}, heard) as child:
        child.wait_until(lambda: any(line.startswith("port ") for line in heard), "preparing", SECONDS_MAX)
        (line,) = (line for line in heard if line.startswith("port "))
        yield _Feed(int(line.split()[1]))


@dataclass(frozen=True, slots=True)
class _Edge:
    address: Address
    admin: Admin
    envoy: int


@contextmanager
def _edge(feed: _Feed, accounts: int) -> Iterator[_Edge]:
    """Run an edge with room for that many accounts; it may not have taken any yet."""
    address = free_address()
    ceiling = max(2**20, accounts * RECORD_BYTES * 5 // 4)
    with tempfile.TemporaryDirectory(prefix="vop-bench-") as directory:
        arguments = ["control_plane.cli", "edge", "--edge-id", EDGE_ID, "--listen", str(address)]
        arguments += ["--control-plane", str(feed.address), "--runtime", directory]
        arguments += ["--directory-bytes", str(ceiling)]
        with _child("edge", arguments, {"VOP_EDGE_SECRET": SECRET.hex()}, []) as child:
            admin = Admin(Path(directory) / "admin.sock")
            child.wait_until(lambda: admin.heartbeat() is not None, "starting the replicator", 60)
            edge = _Edge(address, admin, envoy_of(child))
            _pin(edge.envoy)
            yield edge


def _resting_bytes() -> int:
    """Return what an Envoy takes that holds next to nothing."""
    with _feed(1) as feed, _edge(feed, 1) as edge:
        feed.tell("go")
        _wait(lambda: feed.times().complete > 0, "the load of one account")
        return resident_bytes(edge.envoy)


def _first_load(feed: _Feed, accounts: int) -> dict[str, float]:
    """Load everything with nothing else to do."""
    resting = _resting_bytes()
    feed.tell("again")
    feed.tell("go")
    with _edge(feed, accounts) as edge:
        _wait(lambda: feed.times().complete > 0, "the first load")
        times = feed.times()
        held = times.heartbeat["records"]
        if held != accounts + SMALL_ACCOUNTS:
            raise MeasureError(f"the edge holds {held} accounts")
        seconds = times.complete - times.first_heartbeat
        figures = {
            "first_load_s": seconds,
            "first_load_1m_s": seconds * 1_000_000 / accounts,
            "bytes_per_account": (resident_bytes(edge.envoy) - resting) / held,
            "longest_host_call_ms": _gauge(edge.admin, "vop_replicator_longest_us") / 1000,
        }
        return figures


@contextmanager
def _burning(share: float) -> Iterator[None]:
    """Burn a share of Envoy's core."""
    with _child("burner", ["bench.burner", f"{share:.3f}"], {}, []) as child:
        _pin(child.pid)
        yield


@dataclass(frozen=True, slots=True)
class _Disturbed:
    """Verification while the replicator works, and while a burner takes as much of the core instead."""

    latencies: Latencies
    share: float
    quiet: Latencies

    @property
    def ratio(self) -> float:
        """How many times the quiet run's p99.9."""
        return self.latencies.percentile_ms(99.9) / self.quiet.percentile_ms(99.9)


def _ask(client: httpx.Client, address: Address, number: int, name: str) -> str:
    headers = {
        "x-request-id": "5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab",
        "x-request-timestamp": "2026-11-24T09:30:00Z",
        "content-type": "application/json",
    }
    url = f"http://{address}/vop/v1/payee-verifications"
    return client.post(url, headers=headers, content=body(number, name)).text


def _during_load(feed: _Feed, accounts: int, cpu: int | None, seconds: int) -> _Disturbed:
    """Verify accounts of the small tenant while the large one loads."""
    feed.tell("again")
    with _edge(feed, accounts) as edge, httpx.Client(trust_env=False, timeout=10) as client:
        _wait(edge.admin.ready, "opening the listener", 60)
        _wait(lambda: "MTCH" in _ask(client, edge.address, 1, HOLDER), "loading the small tenant", 60)
        asked = body(1, HOLDER)
        Paced(edge.address, asked, 1, RATE, cpu).finish()
        feed.tell("go")
        before, began = _main_thread_seconds(edge.envoy), monotonic()
        paced = Paced(edge.address, asked, seconds, RATE, cpu)
        _wait(lambda: not paced.running, "the load", SECONDS_MAX)
        share = (_main_thread_seconds(edge.envoy) - before) / (monotonic() - began)
        latencies, whole = paced.finish(), feed.times().complete == 0
        if not whole:
            share = -share
        _wait(lambda: feed.times().complete > 0, "the first load")
        with _burning(abs(share)):
            quiet = Paced(edge.address, asked, QUIET_SECONDS, RATE, cpu).finish()
        return _Disturbed(latencies, share, quiet)


def measure(accounts: int = 1_000_000, *, quick: bool = False) -> dict[str, float]:
    """Measure everything; the names are those of the table in docs/performance.md.

    Raises:
        MeasureError, PaceError, StartError, BuildError: it could not be measured.

    """
    build()
    cpu = _pinned()
    with _feed(accounts) as feed:
        figures = _first_load(feed, accounts)
        seconds = max(1, int(figures["first_load_s"]))
        during = _during_load(feed, accounts, cpu, seconds)
    figures["p999_during_load_ratio"] = during.ratio
    figures["p999_during_load_ms"] = during.latencies.percentile_ms(99.9)
    figures["p999_with_burner_ms"] = during.quiet.percentile_ms(99.9)
    figures["load_share"] = during.share
    return figures


def main() -> None:
    print(json.dumps(measure(int(sys.argv[1])), indent=1))


if __name__ == "__main__":
    main()
