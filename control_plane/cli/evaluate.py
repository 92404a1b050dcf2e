"""`vop evaluate`: measure the matcher, and the usual fuzzy scorers beside it, on labelled pairs."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from control_plane.cli.progress import bar
from control_plane.matching.engines import ENGINES, engine
from control_plane.matching.evaluation import (
    BASELINES,
    Pair,
    Scored,
    best_f1,
    compared,
    decided,
    recall,
    threshold,
)
from control_plane.matching.rows import KINDS, columns, rows
from matcher import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from control_plane.matching.engines import Decide, EngineName

COLUMNS = ("kind", "name_a", "name_b", "label")
UNKNOWN_KIND = "unknown"
"""Pairs whose kind their source doesn't say: left out."""
MATCHER = "vop"
POOLED = "all"
_WIDTH = 120
_Sets = dict[tuple[str, str], list[Pair]]
_Results = dict[str, dict[str, Scored]]


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--engine", "name", type=click.Choice(ENGINES), default="python", show_default=True)
def evaluate(files: tuple[Path, ...], name: EngineName) -> None:
    """Measure the matcher on FILES: CSV with the columns kind, name_a (typed), name_b, label.

    Tables for each kind, by set: the share of MTCH and CMTC on pairs labelled match and nomatch; then, for
    the matcher beside rapidfuzz's scorers on folded text, recall at 1 % false positives (above the score that
    1 % of the kind's nomatch pairs, of all sets together, exceed), best F1 and pairs per second. A row that
    can't be read, or holds a name longer than 140 characters, is reported, and the command then ends with 1.
    """
    sets, faults = _read(files)
    measured = _measured(sets, engine(name))
    console = Console(width=_WIDTH)
    for kind, results in measured.items():
        for title, table in _tables(results):
            console.print(f"\n{kind}: {title}\n")
            console.print(table)
    sys.exit(1 if faults else 0)


def _read(files: Sequence[Path]) -> tuple[_Sets, int]:
    """Read all pairs by kind and set; report what can't be read, and count it."""
    sets: _Sets = defaultdict(list)
    faults = left_out = 0
    for file in files:
        for row in rows(file, columns(file, COLUMNS)):
            if row.fields.get("kind") == UNKNOWN_KIND:
                left_out += 1
                continue
            try:
                pair = Pair.read(row)
            except ValueError as error:
                faults += 1
                click.echo(f"{file.name}: line {row.line}: {error}", err=True)
            else:
                sets[row.fields["kind"], file.stem].append(pair)
    if left_out:
        click.echo(f"{left_out} pairs of unknown kind left out", err=True)
    return sets, faults


def _measured(sets: _Sets, decide: Decide) -> dict[str, _Results]:
    """Score every set by every scorer; by kind, then set, then scorer, the sets pooled last."""
    results: dict[str, _Results] = {kind: {} for kind in KINDS if any(kind == k for k, _ in sets)}
    with bar(Console(stderr=True), "measuring", sum(map(len, sets.values()))) as advance:
        for (kind, name), pairs in sets.items():
            scored = {MATCHER: decided(pairs, decide)}
            scored.update({title: compared(pairs, scorer) for title, scorer in BASELINES.items()})
            results[kind][name] = scored
            advance(len(pairs))
    for by_set in results.values():
        by_set[POOLED] = {
            scorer: sum((scored[scorer] for scored in by_set.values()), Scored())
            for scorer in (MATCHER, *BASELINES)
        }
    return results


def _tables(results: _Results) -> Iterator[tuple[str, Table]]:
    """Give the tables of one kind, with their titles."""
    above = {scorer: threshold(scored.others) for scorer, scored in results[POOLED].items()}
    yield "outcomes, % of pairs", _outcomes(results)
    yield (
        "recall at 1 % false positives",
        _comparison(results, lambda scorer, scored: _share(recall(scored.matches, above[scorer]))),
    )
    yield "best F1", _comparison(results, lambda _, scored: _share(best_f1(scored)))
    yield "pairs per second", _comparison(results, lambda _, scored: f"{scored.pairs_per_second:,.0f}")


def _outcomes(results: _Results) -> Table:
    table = _table("match", "MTCH", "CMTC", "nomatch", "MTCH", "CMTC")
    for name, by_scorer in results.items():
        scored = by_scorer[MATCHER]
        cells = []
        for same, pairs in ((True, scored.matches), (False, scored.others)):
            cells.append(f"{len(pairs):,}")
            cells += [_percent(scored.share(outcome, same=same)) for outcome in (Outcome.MTCH, Outcome.CMTC)]
        table.add_row(name, *cells)
    return table


def _comparison(results: _Results, cell: Callable[[str, Scored], str]) -> Table:
    table = _table(MATCHER, *BASELINES)
    for name, by_scorer in results.items():
        table.add_row(name, *(cell(scorer, scored) for scorer, scored in by_scorer.items()))
    return table


def _table(*heads: str) -> Table:
    table = Table("set", box=MARKDOWN)
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
