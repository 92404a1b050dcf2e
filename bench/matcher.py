"""Measure one decision of the matcher in the shipped `filter.wasm`: `python -m bench.matcher`.

The module runs in wasmtime, compiled ahead. Each request is timed many times; its time is the least of them
less the time of the same call with a request that the module gives up at once, so that crossing from Python
and back does not count. Typical is the median over plausible pairs, worst the slowest of the hostile ones, of
which those that seem slowest after a few calls are timed.
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

from bench import hostile
from control_plane.errors import StartError
from control_plane.matching.engines import WasmMatcher, request_bytes
from control_plane.xds.modules import module
from matcher import DEFAULT_POLICY, Account, AccountStatus, Holder, HolderKind, Name
from matcher.record import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

REPEATS = 400
"""Calls of one request: on a busy machine the way there and back needs as many to settle."""
GLANCES = 5
"""Calls of a hostile request before it is known whether it is among the slowest."""
SLOWEST = 20
"""Hostile requests that are timed."""
TYPICAL_US_MAX = 5.0
"""One decision, typical pair."""
WORST_US_MAX = 200.0
"""140 characters against the largest record."""

_UNREADABLE = b"\x01\xff\xff"
"""A request whose typed name is longer than the input: the module gives it up at the first look."""
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
    return [Figure(typed, _microseconds(matcher, typed, encode(account))) for typed, account in accounts]


def worst(matcher: WasmMatcher, requests: Sequence[tuple[str, bytes]]) -> Figure:
    """Measure requests, each a typed text and a record, and give the slowest."""
    slowest = nlargest(SLOWEST, requests, key=lambda one: _least(matcher, _request(*one), GLANCES))
    return max(
        (
            Figure(f"{typed[:24]!r}… ({len(record)} bytes)", _microseconds(matcher, typed, record))
            for typed, record in slowest
        ),
        key=lambda figure: figure.microseconds,
    )


def _microseconds(matcher: WasmMatcher, typed: str, record: bytes) -> float:
    request = _request(typed, record)
    crossing = _UNREADABLE + request[len(_UNREADABLE) :]
    return max(_least(matcher, request, REPEATS) - _least(matcher, crossing, REPEATS), 0) / 1000


def _request(typed: str, record: bytes) -> bytes:
    return request_bytes(typed, record, DEFAULT_POLICY.encode())


def _least(matcher: WasmMatcher, request: bytes, calls: int) -> int:
    """Give the shortest of some calls, in nanoseconds: anything more is the machine's."""
    times = []
    for _ in range(calls):
        start = perf_counter_ns()
        matcher.call(request)
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
    sys.exit(int(middle > TYPICAL_US_MAX or hardest.microseconds > WORST_US_MAX))


if __name__ == "__main__":
    main()
