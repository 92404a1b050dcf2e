"""Run the whole service under load while everything about it changes: `python -m bench.soak --minutes 30`.

Accounts are renamed all the time; seal keys are rotated, the filter is swapped and the control plane is
restarted in turn. Every answer is checked against what the account is called at that moment. A wrong answer,
a failure, or memory that grows after the beginning is a fault, and the exit status is 1.
"""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from statistics import median
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from bench.pace import PATH
from bench.prepared_feed import SMALL as BIC
from bench.prepared_feed import iban
from bench.processes import MeasureError, envoy_of, gauge, resident_bytes, rest, wait
from control_plane.errors import StartError
from control_plane.stack.stack import Stack
from edge_filter.build import BuildError, build

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNTS = 2_000
ASKERS = 2
NAMES = ("Leopoldine Wagenknecht", "Balthasar Quellmalz")
"""What every account is called in turn."""
SETTLED_SECONDS = 15.0
"""After a change both names are right for this long."""
WARM_SECONDS = 300.0
"""Memory may grow for this long, or for half of a shorter run."""
GROWTH_BYTES_MAX = 16 * 2**20
"""What a process's memory may differ by from one time to another without having grown."""
EVENT_SECONDS = 20.0
CHANGES_PER_SECOND = 20
SAMPLE_SECONDS = 0.5
VERSION = "vop_config_version"
SWAP_SECONDS_MAX = 60.0
SHOWN_MAX = 5
MATCH, NO_MATCH, NOT_POSSIBLE = "MTCH", "NMTC", "NOAP"
OK, FAILURES = 200, 500


class Accounts:
    """What the accounts are called, and since when."""

    def __init__(self) -> None:
        self._names = [0] * ACCOUNTS
        self._settled = [0.0] * ACCOUNTS

    def body(self, number: int) -> dict[str, Any]:
        """Return an account as the accounts API takes it."""
        holders = [{"kind": "person", "name": NAMES[self._names[number]]}]
        return {"bic": BIC, "iban": iban(number), "holders": holders}

    def rename(self, number: int, send: Callable[[dict[str, Any]], bool]) -> None:
        """Give an account its other name; until `send` has done that, either name is right."""
        self._settled[number] = float("inf")
        self._names[number] ^= 1
        while not send(self.body(number)):
            rest(SAMPLE_SECONDS)
        self._settled[number] = monotonic() + SETTLED_SECONDS

    def right(self, number: int, typed: int, asked: float) -> set[str]:
        """Return the right answers to a name that was typed at a time."""
        if number >= ACCOUNTS:
            return {NOT_POSSIBLE}
        if asked < self._settled[number]:
            return {MATCH, NO_MATCH}
        return {MATCH if typed == self._names[number] else NO_MATCH}


@dataclass
class Report:
    """What a run has seen."""

    seconds: float = 0.0
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    resident: list[tuple[float, int]] = field(default_factory=list)
    """Envoy's resident bytes at a second of the run."""
    broken: list[str] = field(default_factory=list)
    """What else went wrong."""

    def growth(self) -> tuple[int, int]:
        """Return the resident bytes at the end of the beginning and at the end, each as a median."""
        warm = min(WARM_SECONDS, self.resident[-1][0] / 2)
        late = [held for second, held in self.resident if second >= warm]
        some = max(1, len(late) // 5)
        return int(median(late[:some])), int(median(late[-some:]))

    def faults(self) -> list[str]:
        """List everything that must not be."""
        found = [f"wrong answer: {text}" for text in self.wrong[:SHOWN_MAX]]
        found += [f"failure: {text}" for text in self.failed[:SHOWN_MAX]]
        before, after = self.growth()
        if after - before > GROWTH_BYTES_MAX:
            found.append(f"memory has grown by {(after - before) / 2**20:.0f} MiB")
        return found + self.broken

    def table(self) -> Table:
        """Build the table that a person reads."""
        before, after = self.growth()
        built = Table("what", title=f"{self.seconds / 60:.1f} minutes")
        built.add_column("seen", justify="right")
        built.add_row("answers", f"{self.answers:,}")
        built.add_row("answers a second", f"{self.answers / self.seconds:,.0f}")
        built.add_row("wrong answers", str(len(self.wrong)))
        built.add_row("failures (5xx, no reply)", str(len(self.failed)))
        for what, times in self.events.items():
            built.add_row(what, str(times))
        built.add_row("Envoy's memory after the beginning", f"{before / 2**20:.1f} MiB")
        built.add_row("Envoy's memory at the end", f"{after / 2**20:.1f} MiB")
        return built


class _Soak:
    """One run on one stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.accounts = Accounts()
        self.report = Report()
        self._over = threading.Event()
        self._counting = threading.Lock()
        self._envoy = envoy_of(stack.child("edge"))
        self._swaps = count(1)
        self._version_before: int | None = None
        """The version of the filter that the last swap was to replace."""

    def run(self, seconds: float, event_seconds: float) -> None:
        """Fill the directory, and do all of it for a time."""
        with self.stack.admin_api() as api:
            lines = b"\n".join(msgspec.json.encode(self.accounts.body(number)) for number in range(ACCOUNTS))
            api.import_accounts(lines, "application/x-ndjson")
        self.stack.wait_until_held(ACCOUNTS)
        threads = [threading.Thread(target=self._ask, args=(start,)) for start in range(ASKERS)]
        threads.append(threading.Thread(target=self._rename))
        for thread in threads:
            thread.start()
        try:
            self._disturb(seconds, event_seconds)
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        self._check_the_end()

    def _disturb(self, seconds: float, event_seconds: float) -> None:
        began = monotonic()
        events = cycle((self._rotate, self._swap_filter, self._restart_control_plane))
        due = began + event_seconds
        while (now := monotonic()) < began + seconds:
            self.report.resident.append((now - began, resident_bytes(self._envoy)))
            if now >= due:
                next(events)()
                due = monotonic() + event_seconds
            rest(SAMPLE_SECONDS)
        self.report.seconds = monotonic() - began

    def _ask(self, start: int) -> None:
        connection = HTTPConnection(self.stack.edge.host, self.stack.edge.port, timeout=10)
        for turn in count(start, ASKERS):
            if self._over.is_set():
                break
            number, typed, asked = turn * 7 % (ACCOUNTS + 1), turn % 2, monotonic()
            try:
                connection.request("POST", PATH, _question(number, typed), _headers())
                reply = connection.getresponse()
                status, content = reply.status, reply.read()
            except (OSError, HTTPException) as error:
                connection.close()
                self._note(self.report.failed, type(error).__name__)
                continue
            self._judge(number, typed, asked, status, content)
        connection.close()

    def _judge(self, number: int, typed: int, asked: float, status: int, content: bytes) -> None:
        if status >= FAILURES:
            self._note(self.report.failed, f"status {status}")
            return
        given = json.loads(content).get("partyNameMatch") if status == OK else f"status {status}"
        # A change that began meanwhile makes either name right, too.
        right = self.accounts.right(number, typed, asked) | self.accounts.right(number, typed, monotonic())
        if given not in right:
            self._note(self.report.wrong, f"{given} for account {number}")
        with self._counting:
            self.report.answers += 1

    def _note(self, where: list[str], text: str) -> None:
        with self._counting:
            where.append(text)

    def _rename(self) -> None:
        with self.stack.admin_api() as api:

            def send(body: dict[str, Any]) -> bool:
                with suppress(StartError):
                    api.replace_account(api.find_account(BIC, body["iban"])["id"], body)
                    return True
                return self._over.is_set()

            for turn in count():
                if self._over.wait(1 / CHANGES_PER_SECOND):
                    return
                self.accounts.rename(turn * 13 % ACCOUNTS, send)
                self.report.events["changes"] += 1

    def _rotate(self) -> None:
        """Begin a rotation if none is under way."""
        with httpx.Client(trust_env=False, timeout=30) as client:
            token = {"authorization": f"Bearer {self.stack.admin_token}"}
            url = f"http://{self.stack.control_plane}/admin/v1/tenants/{BIC}/rotation"
            if client.get(url, headers=token).json()["phase"] == "none":
                client.post(url, headers=token).raise_for_status()
                self.report.events["rotations begun"] += 1

    def _restart_control_plane(self) -> None:
        self.stack.stop_child("control plane")
        self.stack.start_control_plane()
        self.report.events["restarts of the control plane"] += 1

    def _swap_filter(self) -> None:
        """Release the filter with another configuration, which is another version of it."""
        self._version_before = gauge(self.stack.envoy, VERSION)
        warn_after_ms = 30_000 + next(self._swaps)
        self.stack.settings.control_plane_environment["VOP_WARN_AFTER_MS"] = str(warn_after_ms)
        self._restart_control_plane()
        self.report.events["filter swaps"] += 1

    def _check_the_end(self) -> None:
        fallen = self.stack.fallen()
        if fallen is not None:
            self.report.broken.append(fallen.obituary())
        if self._version_before is not None:
            wait(lambda: gauge(self.stack.envoy, VERSION) != self._version_before, "a swap", SWAP_SECONDS_MAX)
        with self.stack.admin_api() as api:
            (heartbeat,) = [one["heartbeat"] for one in api.list_edges()]
        for name in ("refused_pages", "refused_records"):
            if heartbeat[name]:
                self.report.broken.append(f"the edge counts {heartbeat[name]} {name.replace('_', ' ')}")


def _question(number: int, typed: int) -> bytes:
    return msgspec.json.encode(
        {
            "party": {"name": NAMES[typed]},
            "partyAccount": {"iban": iban(number)},
            "partyAgent": {"financialInstitutionId": {"bicfi": BIC}},
            "requestingAgent": {"financialInstitutionId": {"bicfi": "ASKBFRPPXXX"}},
        }
    )


def _headers() -> dict[str, str]:
    return {
        "x-request-id": str(uuid.uuid4()),
        "x-request-timestamp": "2026-11-24T09:30:00Z",
        "content-type": "application/json",
    }


def soak(seconds: float, event_seconds: float = EVENT_SECONDS) -> Report:
    """Run for a time, with something happening every so many seconds.

    Raises:
        StartError, MeasureError: the service did not come up, or did not come up again.

    """
    with Stack() as stack:
        running = _Soak(stack)
        running.run(seconds, event_seconds)
        return running.report


@click.command(help=__doc__)
@click.option("--minutes", type=click.FloatRange(0.1, 10_000), default=30, show_default=True)
def main(minutes: float) -> None:
    """Run, print the report, and end with status 1 on a fault."""
    try:
        build()
        report = soak(minutes * 60)
    except (StartError, MeasureError, BuildError, httpx.HTTPError) as error:
        click.echo(f"soak: {error}", err=True)
        sys.exit(1)
    console = Console()
    console.print(report.table())
    faults = report.faults()
    for fault in faults:
        console.print(f"FAULT {fault}")
    console.print("no fault" if not faults else f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
