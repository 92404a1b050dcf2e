"""Measure decisions of the Python matcher beside rapidfuzz's WRatio: `python -m bench.decisions`.

Every name is invented anew of syllables, so that no word has been read before; four in ten pairs are other
payees. A figure counts the process's own time, which other programs on the machine touch least.
"""

from __future__ import annotations

from random import Random
from time import perf_counter_ns, process_time

import click
from rapidfuzz import fuzz
from rich.console import Console
from rich.table import Table

from matcher import DEFAULT_POLICY, Account, AccountStatus, Holder, HolderKind, Name, decide, native

PAIRS = 10_000
PER_SECOND_MIN = 20_000
P99_MS_MAX = 1.0

_GIVEN = (
    *(
        "Anna",
        "Bruno",
        "Clara",
        "Daniel",
        "Elena",
        "Florian",
        "Greta",
        "Henrik",
        "Irena",
        "Jürgen",
        "Katarzyna",
    ),
    *("Luís", "Maria", "Nikos", "Olga", "Pierre", "Renée", "Søren", "Tomasz", "Ursula", "Vít", "Wilhelmina"),
)
_SYLLABLES = (
    *("ba", "ber", "dor", "el", "fen", "gar", "hol", "in", "kas", "lin", "mar", "nor", "ost", "pel", "quir"),
    *("ros", "sar", "tam", "ul", "vel", "wen", "zan", "ström", "mül", "ñez", "ček"),
)
_FORMS = ("GmbH", "AG", "Ltd", "S.r.l.", "B.V.", "s.r.o.", "Oy", "S.A.")
_TRADES = ("Transport", "Consulting", "Holding", "Software", "Trading", "Bau", "Services", "Pharma")


def pairs(count: int, seed: int = 1) -> list[tuple[HolderKind, str, str]]:
    """Give invented pairs, half of persons: the holder's kind, what was typed, what is registered."""
    random = Random(seed)
    kinds = (HolderKind.PERSON, HolderKind.ORGANISATION)
    return [(kinds[at % 2], *_pair(random, kinds[at % 2])) for at in range(count)]


def _pair(random: Random, kind: HolderKind) -> tuple[str, str]:
    registered = _name(random, kind)
    words = registered.split(" ")
    chance = random.random()
    if chance < 0.25:  # noqa: PLR2004 (shares of the pairs)
        return _name(random, kind), registered
    if chance < 0.4:  # noqa: PLR2004
        return " ".join((*words[:-1], *_name(random, kind).split(" ")[-1:])), registered
    if chance < 0.6:  # noqa: PLR2004
        return " ".join((words[-1], *words[:-1])).upper(), registered
    if chance < 0.8:  # noqa: PLR2004
        return " ".join((f"{words[0][0]}.", *words[1:])), registered
    at = random.randrange(1, len(registered) - 1)
    return registered[:at] + registered[at + 1 :], registered


def _name(random: Random, kind: HolderKind) -> str:
    invented = [
        "".join(random.choices(_SYLLABLES, k=random.choice((3, 4)))).title()
        for _ in range(random.choice((1, 1, 2)))
    ]
    if kind is HolderKind.PERSON:
        return " ".join((*random.sample(_GIVEN, random.choice((1, 1, 2))), *invented))
    return " ".join((*invented, *random.sample(_TRADES, random.choice((0, 1))), random.choice(_FORMS)))


def measure() -> dict[str, float]:
    """Give decisions per second, the p99 of one in ms, and WRatio's pairs per second over the decisions'."""
    made = [(typed, registered, _account(kind, registered)) for kind, typed, registered in pairs(PAIRS)]
    decide("warm", _account(HolderKind.PERSON, "up"), DEFAULT_POLICY)
    times = []
    begin = process_time()
    for typed, _, account in made:
        start = perf_counter_ns()
        decide(typed, account, DEFAULT_POLICY)
        times.append(perf_counter_ns() - start)
    deciding, begin = process_time() - begin, process_time()
    for typed, registered, _ in made:
        fuzz.WRatio(typed, registered)
    comparing = process_time() - begin
    return {
        "python_decisions_per_second": PAIRS / deciding,
        "python_decision_p99_ms": sorted(times)[PAIRS * 99 // 100] / 1e6,
        "wratio_over_python_decisions": deciding / comparing,
    }


def _account(kind: HolderKind, registered: str) -> Account:
    return Account(AccountStatus.ACTIVE, (Holder(kind, (Name(registered),)),))


def table(figures: dict[str, float]) -> Table:
    """Lay the figures out beside their bounds."""
    how = "compiled" if native.in_use() else "plain, not compiled"
    shown = Table("one decision in Python", how, "bound")
    shown.add_row("decisions/s", f"{figures['python_decisions_per_second']:,.0f}", f"{PER_SECOND_MIN:,}")
    shown.add_row("p99, ms", f"{figures['python_decision_p99_ms']:.3f}", f"{P99_MS_MAX:.0f}")
    shown.add_row("rapidfuzz WRatio, times as fast", f"{figures['wratio_over_python_decisions']:.1f}", "")
    return shown


@click.command(help=__doc__)
def main() -> None:
    """Print the table."""
    Console().print(table(measure()))


if __name__ == "__main__":
    main()
