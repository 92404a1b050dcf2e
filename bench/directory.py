"""Measure how an edge takes and keeps its directory: `python -m bench.directory`.

First load, memory, and verification during a load are measured on an edge whose control plane is
`bench.prepared_feed`, so that it is the edge that is timed; changes and a rotation on the whole service.
Envoy has a core of its own if there are two. The burner of the quiet runs takes as much of both cores as
the replicator and the control plane took.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click
import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from bench import processes
from bench.pace import PATH, Latencies, Paced, PaceError
from bench.prepared_feed import EDGE_ID, HOLDER, SECRET, SMALL, SMALL_ACCOUNTS, Times, iban
from bench.processes import MeasureError, Shares, burning, child, envoy_of, resident_bytes, wait
from control_plane.edge_agent.admin import Admin
from control_plane.errors import StartError
from control_plane.stack.stack import Stack, free_address
from control_plane.xds.settings import Address
from edge_filter.build import BuildError, build

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE = 2_000
"""Verifications a second while a directory loads or is sealed anew."""
QUIET_SECONDS = 4
SETTLE_SECONDS = 3
RECORD_BYTES = 32 + 156
"""What one account of the large tenant takes in a bucket."""
SERVICE_ACCOUNTS, SERVICE_ACCOUNTS_QUICK = 30_000, 6_000
"""Accounts of the whole service: a rotation seals 2,000 of them a second."""
ROTATION_SECONDS, ROTATION_SECONDS_QUICK = 10, 2
CHANGES, CHANGES_QUICK = 200, 20
CHANGE_SECONDS_MAX = 20.0
OTHER_HOLDER = "Torsten Weidemann"


def _body(number: int, name: str) -> bytes:
    """Write the body of one verification."""
    return msgspec.json.encode(
        {
            "party": {"name": name},
            "partyAccount": {"iban": iban(number)},
            "partyAgent": {"financialInstitutionId": {"bicfi": SMALL}},
            "requestingAgent": {"financialInstitutionId": {"bicfi": "ASKBFRPPXXX"}},
        }
    )


def _ask(client: httpx.Client, address: Address, number: int, name: str) -> str:
    headers = {
        "x-request-id": "5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab",
        "x-request-timestamp": "2026-11-24T09:30:00Z",
        "content-type": "application/json",
    }
    return client.post(f"http://{address}{PATH}", headers=headers, content=_body(number, name)).text


class _Feed:
    """The prepared feed in a process of its own."""

    def __init__(self, port: int, pid: int) -> None:
        self.pid = pid
        self.address = Address("127.0.0.1", port)
        self._client = httpx.Client(base_url=f"http://{self.address}", trust_env=False, timeout=30)

    def tell(self, what: str) -> None:
        """Let the large tenant `go`, or begin `again`."""
        self._client.post(f"/{what}").raise_for_status()

    def times(self) -> Times:
        """Return what it has seen."""
        return msgspec.json.decode(self._client.get("/times").content, type=Times)

    def loaded(self) -> bool:
        """Whether the edge has said that it is complete."""
        return self.times().complete > 0


@contextmanager
def _feed(accounts: int) -> Iterator[_Feed]:
    heard: list[str] = []
    with child("feed", ["bench.prepared_feed", "--accounts", str(accounts)], {}, heard) as running:
        prepared = processes.WAIT_SECONDS_MAX
        running.wait_until(lambda: any(line.startswith("port ") for line in heard), "preparing", prepared)
        (line,) = (line for line in heard if line.startswith("port "))
        yield _Feed(int(line.split()[1]), running.pid)


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
        with child("edge", arguments, {"VOP_EDGE_SECRET": SECRET.hex()}, []) as running:
            admin = Admin(Path(directory) / "admin.sock")
            running.wait_until(lambda: admin.heartbeat() is not None, "starting the replicator", 60)
            edge = _Edge(address, admin, envoy_of(running))
            processes.pin(edge.envoy, processes.EDGE_CPU)
            yield edge


def _settled_bytes(edge: _Edge) -> int:
    """Return what Envoy takes once it has done with compiling the filter, too."""
    wait(edge.admin.ready, "opening the listener", 60)
    processes.rest(SETTLE_SECONDS)
    return resident_bytes(edge.envoy)


def _bytes_with(accounts: int) -> int:
    """Return what an Envoy takes that holds that many accounts."""
    with _feed(accounts) as feed, _edge(feed, accounts) as edge:
        feed.tell("go")
        wait(feed.loaded, "a load")
        return _settled_bytes(edge)


def _first_load(feed: _Feed, accounts: int) -> dict[str, float]:
    """Load everything, with nothing else to do and before whatever else the machine does."""
    fewer = accounts // 10
    # An Envoy without accounts has free memory, which the first ones take: growth counts from some on.
    before = _bytes_with(fewer)
    feed.tell("again")
    feed.tell("go")
    processes.prefer(feed.pid, first=True)
    with _edge(feed, accounts) as edge:
        processes.prefer(edge.envoy, first=True)
        wait(feed.loaded, "the first load")
        processes.prefer(feed.pid, first=False)
        times = feed.times()
        held = times.heartbeat["records"]
        if held != accounts + SMALL_ACCOUNTS:
            raise MeasureError(f"the edge holds {held} accounts")
        seconds = times.complete - times.first_heartbeat
        return {
            "first_load_s": seconds,
            "first_load_1m_s": seconds * 1_000_000 / accounts,
            "bytes_per_account": (_settled_bytes(edge) - before) / (accounts - fewer),
            "longest_host_call_ms": processes.gauge(edge.admin, "vop_replicator_longest_us") / 1000,
        }


@dataclass(frozen=True, slots=True)
class _Disturbed:
    """Verification while the replicator works, and while burners take as much of the cores instead."""

    latencies: Latencies
    quiet: Latencies

    def figures(self, during: str) -> dict[str, float]:
        """Give both p99.9 and their ratio."""
        busy, quiet = self.latencies.percentile_ms(99.9), self.quiet.percentile_ms(99.9)
        return {
            f"p999_during_{during}_ratio": busy / quiet,
            f"p999_during_{during}_ms": busy,
            f"p999_burning_as_much_as_{during}_ms": quiet,
        }


def _quiet(address: Address, cpu: int | None, shares: tuple[float, float]) -> Latencies:
    with burning(shares):
        return Paced(address, _body(1, HOLDER), QUIET_SECONDS, RATE, cpu).finish()


def _during_load(feed: _Feed, accounts: int, cpu: int | None, seconds: int) -> _Disturbed:
    """Verify accounts of the small tenant while the large one loads."""
    feed.tell("again")
    with _edge(feed, accounts) as edge, httpx.Client(trust_env=False, timeout=10) as client:
        wait(edge.admin.ready, "opening the listener", 60)
        wait(lambda: "MTCH" in _ask(client, edge.address, 1, HOLDER), "loading the small tenant", 60)
        Paced(edge.address, _body(1, HOLDER), 1, RATE, cpu).finish()
        shares = Shares(edge.envoy, feed.pid)
        feed.tell("go")
        latencies = Paced(edge.address, _body(1, HOLDER), seconds, RATE, cpu).finish()
        used = shares()
        wait(feed.loaded, "the first load")
        return _Disturbed(latencies, _quiet(edge.address, cpu, used))


def _account(number: int, name: str = HOLDER) -> dict[str, Any]:
    return {"bic": SMALL, "iban": iban(number), "holders": [{"kind": "person", "name": name}]}


def _changes(stack: Stack, cpu: int | None, count: int) -> dict[str, float]:
    """Rename accounts one by one, each until the edge says so, while it verifies as fast as it can."""
    seconds = []
    load = Paced(stack.edge, _body(0, HOLDER), round(CHANGE_SECONDS_MAX) + count // 5, None, cpu)
    with stack.admin_api() as api, httpx.Client(trust_env=False, timeout=10) as client:
        for number in range(1, count + 1):
            account_id = api.find_account(SMALL, iban(number))["id"]
            api.replace_account(account_id, _account(number, OTHER_HOLDER))
            began = perf_counter()
            shown = '{"partyNameMatch":"MTCH"}'
            while _ask(client, stack.edge, number, OTHER_HOLDER) != shown:
                if perf_counter() - began > CHANGE_SECONDS_MAX:
                    raise MeasureError(f"a change was not seen within {CHANGE_SECONDS_MAX:.0f} s")
            seconds.append(perf_counter() - began)
        if not load.running:
            raise MeasureError("the load ended before the last change")
    load.stop()
    seconds.sort()
    return {
        "change_visible_p50_ms": median(seconds) * 1000,
        "change_visible_p99_ms": seconds[min(count - 1, count * 99 // 100)] * 1000,
    }


def _during_rotation(stack: Stack, envoy: int, cpu: int | None, seconds: int) -> _Disturbed:
    """Verify while all records of the tenant are sealed anew."""
    token = {"authorization": f"Bearer {stack.admin_token}"}
    url = f"http://{stack.control_plane}/admin/v1/tenants/{SMALL}/rotation"
    with httpx.Client(trust_env=False, timeout=30, headers=token) as client:
        client.post(url).raise_for_status()
        shares = Shares(envoy, stack.child("control plane").pid)
        latencies = Paced(stack.edge, _body(1, OTHER_HOLDER), seconds, RATE, cpu).finish()
        used, phase = shares(), client.get(url).json()["phase"]
        if phase != "sealing":
            raise MeasureError(f"the rotation was over before the load: {phase}")
        wait(lambda: client.get(url).json()["phase"] != "sealing", "the rotation")
    processes.rest(1)
    return _Disturbed(latencies, _quiet(stack.edge, cpu, used))


def _service(cpu: int | None, *, quick: bool) -> dict[str, float]:
    """Measure changes and a rotation on the whole service."""
    accounts = SERVICE_ACCOUNTS_QUICK if quick else SERVICE_ACCOUNTS
    with Stack() as stack:
        envoy = envoy_of(stack.child("edge"))
        processes.pin(envoy, processes.EDGE_CPU)
        with stack.admin_api() as api:
            lines = b"\n".join(msgspec.json.encode(_account(number)) for number in range(accounts))
            api.import_accounts(lines, "application/x-ndjson")
        stack.wait_until_held(accounts)
        figures = _changes(stack, cpu, CHANGES_QUICK if quick else CHANGES)
        seconds = ROTATION_SECONDS_QUICK if quick else ROTATION_SECONDS
        return figures | _during_rotation(stack, envoy, cpu, seconds).figures("rotation")


def measure(accounts: int = 1_000_000, *, quick: bool = False) -> dict[str, float]:
    """Measure everything under the names of the table in docs/performance.md.

    Raises:
        MeasureError, PaceError, StartError, BuildError: it could not be measured.

    """
    build()
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    cpu = processes.leave_envoys_core()
    try:
        with _feed(accounts) as feed:
            figures = _first_load(feed, accounts)
            seconds = max(1, int(figures["first_load_s"]))
            figures |= _during_load(feed, accounts, cpu, seconds).figures("load")
        return figures | _service(cpu, quick=quick)
    finally:
        if before is not None:
            os.sched_setaffinity(0, before)


AT_MOST: dict[str, float] = {
    "first_load_1m_s": 5,
    "bytes_per_account": 240,
    "longest_host_call_ms": 2,
    "change_visible_p50_ms": 50,
    "change_visible_p99_ms": 250,
    "p999_during_load_ratio": 2,
    "p999_during_rotation_ratio": 2,
}
"""What each figure is to stay below."""


def table(figures: dict[str, float]) -> Table:
    """Build the table that a person reads."""
    built = Table("figure", title="the directory")
    built.add_column("measured", justify="right")
    built.add_column("at most", justify="right")
    for name, value in figures.items():
        built.add_row(name, f"{value:,.2f}", f"{AT_MOST[name]:g}" if name in AT_MOST else "")
    return built


@click.command(help=__doc__)
@click.option("--accounts", type=click.IntRange(10_000, 50_000_000), help="[default: 1,000,000]")
@click.option("--quick", is_flag=True, help="Fewer accounts, changes and seconds: 100,000 if none are given.")
def main(accounts: int | None, quick: bool) -> None:
    """Measure and print the table."""
    try:
        figures = measure(accounts or (100_000 if quick else 1_000_000), quick=quick)
    except (MeasureError, PaceError, StartError, BuildError, httpx.HTTPError) as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(1)
    Console().print(table(figures))


if __name__ == "__main__":
    main()
