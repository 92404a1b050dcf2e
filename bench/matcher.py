"""Measure one decision of the matcher in the shipped `filter.wasm`: `python -m bench.matcher`.

The module runs in wasmtime, compiled ahead, and decides each request several times in one call, from the
record's bytes on, so that crossing from Python and back does not count; the time is the least of some calls.
Typical is the median over plausible pairs, worst the slowest of the hostile ones, of which those that seem
slowest at a glance are timed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from heapq import nlargest
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from bench import decisions, hostile
from control_plane.errors import StartError
from control_plane.matching.engines import WasmMatcher, request_bytes
from control_plane.xds.modules import module
from matcher import DEFAULT_POLICY, Account, AccountStatus, Holder, HolderKind, Name
from matcher.record import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLS = 100
"""Calls for one request, of which the shortest counts: anything more is the machine's."""
DECISIONS = 100
"""Decisions in one call for a plausible pair."""
DECISIONS_HOSTILE = 4
"""The same for a hostile one: a call is to be over before the machine takes the processor away."""
GLANCES = 5
"""Single decisions of a hostile request before it is known whether it is among the slowest."""
SLOWEST = 20
"""Hostile requests that are timed."""
TYPICAL_US_MAX = 5.0
"""One decision, typical pair."""
WORST_US_MAX = 200.0
"""140 characters against the largest record."""

_PERSONS = (
    *(
        ("Anna Lindqvist", "Anna Lindqvist"),
        ("Lindqvist, Anna", "Anna Lindqvist"),
        ("A. Lindqvist", "Anna Lindqvist"),
    ),
    *(
        ("Jürgen Großmann", "Juergen Grossmann"),
        ("Jan de Vries", "Jan Willem de Vries"),
        ("Peter Bauer", "Peter Baur"),
    ),
    *(("Maria Rossi", "Mario Rossi"), ("Dr. Eva Novak", "Eva Nováková"), ("Sophie Lambert", "Pierre Dubois")),
    *(
        ("José García", "José García Márquez"),
        ("Nikos Papadopoulos", "Νίκος Παπαδόπουλος"),
        ("Bas Vos", "Sebastiaan Vos"),
    ),
)
_ORGANISATIONS = (
    *(("Nordwerk GmbH", "Nordwerk Gesellschaft mit beschränkter Haftung"), ("Nordwerk", "Nordwerk GmbH")),
    *(
        ("Acme s.r.o.", "Acme a.s."),
        ("Alpha Fund II", "Alpha Fund III"),
        ("Bakkerij Jansen B.V.", "Bakkerij Janssen BV"),
    ),
    *(("Müller & Söhne OHG", "Mueller und Soehne OHG"), ("Tessuti Belmonte Srl", "Belmonte Tessuti S.r.l.")),
    *(("Nord Holding AG", "Nord AG"), ("Stadtwerke Musterstadt", "Gemeinde Musterdorf")),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured request."""

    what: str
    microseconds: float


def typical(matcher: WasmMatcher) -> list[Figure]:
    """Measure the plausible pairs, each against an account with one holder."""
    named = [(HolderKind.PERSON, pair) for pair in _PERSONS]
    named += [(HolderKind.ORGANISATION, pair) for pair in _ORGANISATIONS]
    accounts = [
        (typed, Account(AccountStatus.ACTIVE, (Holder(kind, (Name(registered),)),)))
        for kind, (typed, registered) in named
    ]
    return [
        Figure(typed, _microseconds(matcher, typed, encode(account), DECISIONS))
        for typed, account in accounts
    ]


def worst(matcher: WasmMatcher, requests: Sequence[tuple[str, bytes]]) -> Figure:
    """Measure requests, each a typed text and a record, and give the slowest."""
    slowest = nlargest(SLOWEST, requests, key=lambda one: _least(matcher, one[0], one[1], GLANCES, 1))
    return max(
        (
            Figure(
                f"{typed[:24]!r}… ({len(record)} bytes)",
                _microseconds(matcher, typed, record, DECISIONS_HOSTILE),
            )
            for typed, record in slowest
        ),
        key=lambda figure: figure.microseconds,
    )


def _microseconds(matcher: WasmMatcher, typed: str, record: bytes, decisions: int) -> float:
    return _least(matcher, typed, record, CALLS, decisions) / decisions / 1000


def _least(matcher: WasmMatcher, typed: str, record: bytes, calls: int, decisions: int) -> int:
    """Give the shortest of some calls, in nanoseconds."""
    request = request_bytes(typed, record, DEFAULT_POLICY.encode())
    times = []
    for _ in range(calls):
        start = perf_counter_ns()
        matcher.call_repeatedly(request, decisions)
        times.append(perf_counter_ns() - start)
    return min(times)


@click.command(help=__doc__)
def main() -> None:
    """Print the table; exit with 1 if a figure is over its bound."""
    try:
        matcher = WasmMatcher(module("filter"))
    except StartError as error:
        raise click.ClickException(str(error)) from error
    figures = typical(matcher)
    middle = median(figure.microseconds for figure in figures)
    slowest = max(figures, key=lambda figure: figure.microseconds)
    hardest = worst(matcher, list(hostile.records()))
    table = Table("one decision in Wasm", "µs", "bound", "which")
    table.add_row("typical pair", f"{middle:.1f}", f"{TYPICAL_US_MAX:.0f}", f"median of {len(figures)}")
    table.add_row("slowest typical pair", f"{slowest.microseconds:.1f}", "", slowest.what)
    table.add_row("worst hostile request", f"{hardest.microseconds:.1f}", f"{WORST_US_MAX:.0f}", hardest.what)
    Console().print(table)
    Console().print(decisions.table(decisions.measure()))
    sys.exit(int(middle > TYPICAL_US_MAX or hardest.microseconds > WORST_US_MAX))


if __name__ == "__main__":
    main()
