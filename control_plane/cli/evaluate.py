"""`vop evaluate`: measure the matcher, and the usual fuzzy scorers beside it, on labelled pairs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from control_plane.cli.progress import bar
from control_plane.errors import StartError
from control_plane.matching.engines import ENGINES, engine
from control_plane.matching.evaluation import (
    BASELINES,
    Pair,
    Scored,
    best_f1,
    compared,
    decided,
    precision_recall,
    recall,
    threshold,
)
from control_plane.matching.plot import picture
from control_plane.matching.rows import KINDS, account_for, columns, rows
from control_plane.matching.variations import VARIATIONS
from matcher import DEFAULT_POLICY, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from control_plane.matching.engines import Decide, EngineName

COLUMNS = ("kind", "name_a", "name_b", "label")
MATCHER = "vop"
POOLED = "all"
LEFT_OUT_SHOWN = 5
_WIDTH = 120

_Group = tuple[str, str, str]
"""A kind, a set and a variation."""
_Scores = dict[str, Scored]
"""What each scorer made of the same pairs."""


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--engine", "name", type=click.Choice(ENGINES), default="python", show_default=True)
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="SVG of precision and recall.")
def evaluate(files: tuple[Path, ...], name: EngineName, plot: Path | None) -> None:
    """Measure the matcher on FILES: CSV with the columns kind, name_a (typed), name_b, label.

    Tables for each kind, by set: the share of MTCH and CMTC on pairs labelled match and nomatch; then, for
    the matcher beside rapidfuzz's scorers on folded text, recall at 1 % false positives (above the score that
    1 % of the kind's nomatch pairs, of all sets together, exceed), best F1 and speed; then outcomes and
    recall by kind of variation (the column variation, where a file has it, else told from the names).
    Rows that are no pair, as with names longer than 140 characters, are reported and left out.
    """
    decide = engine(name)
    groups = _read(files)
    if not groups:
        raise StartError("no row holds a pair to measure")
    measured = _measured(groups, decide)
    console = Console(width=_WIDTH)
    kinds = [kind for kind in KINDS if any(kind == one for one, _, _ in groups)]
    by_kind = {
        kind: {group: scores for group, scores in measured.items() if group[0] == kind} for kind in kinds
    }
    for kind, scores in by_kind.items():
        for title, table in _tables(scores):
            console.print(f"\n{kind}: {title}\n")
            console.print(table)
    if plot:
        _draw(plot, {kind: _pooled(scores.values()) for kind, scores in by_kind.items()})


def _read(files: Sequence[Path]) -> dict[_Group, list[Pair]]:
    """Read all pairs by kind, set and variation; report what can't be read."""
    groups: dict[_Group, list[Pair]] = defaultdict(list)
    console = Console(stderr=True)
    with bar(console, "reading", sum(file.stat().st_size for file in files)) as advance:
        for file in files:
            faults = []
            for row in rows(file, columns(file, COLUMNS)):
                try:
                    pair = Pair.read(row)
                except ValueError as error:
                    faults.append(f"line {row.line}: {error}")
                else:
                    groups[row.fields["kind"], file.stem, pair.variation].append(pair)
                advance(row.size)
            if faults:
                report = [f"{file.name}: {len(faults)} rows left out", *faults[:LEFT_OUT_SHOWN]]
                more = ["..."] if len(faults) > LEFT_OUT_SHOWN else []
                console.print("\n  ".join(report + more), markup=False, highlight=False, soft_wrap=True)
    return groups


def _measured(groups: dict[_Group, list[Pair]], decide: Decide) -> dict[_Group, _Scores]:
    """Score every group by every scorer."""
    decide("warm", account_for("person", "warm", "warm"), DEFAULT_POLICY)
    measured: dict[_Group, _Scores] = {}
    with bar(Console(stderr=True), "measuring", sum(map(len, groups.values()))) as advance:
        for group, pairs in groups.items():
            measured[group] = {MATCHER: decided(pairs, decide)}
            measured[group].update({title: compared(pairs, scorer) for title, scorer in BASELINES.items()})
            advance(len(pairs))
    return measured


def _pooled(scores: Iterable[_Scores]) -> _Scores:
    """Pool several groups, scorer by scorer."""
    groups = list(scores)
    return {scorer: sum((group[scorer] for group in groups), Scored()) for scorer in (MATCHER, *BASELINES)}


def _by(part: int, measured: dict[_Group, _Scores]) -> dict[str, _Scores]:
    """Pool what has the same set (1) or variation (2)."""
    names = dict.fromkeys(group[part] for group in measured)
    return {name: _pooled(one for group, one in measured.items() if group[part] == name) for name in names}


def _tables(measured: dict[_Group, _Scores]) -> Iterator[tuple[str, Table]]:
    """Give the tables of one kind, with their titles."""
    pooled = _pooled(measured.values())
    above = {scorer: threshold(scored.others) for scorer, scored in pooled.items()}
    sets = _by(1, measured) | {POOLED: pooled}
    variations = _by(2, measured)
    ordered = dict.fromkeys(name for name in (*VARIATIONS, *variations) if name in variations)
    variations = {name: variations[name] for name in ordered}

    def recalled(scorer: str, scored: Scored) -> str:
        return _share(recall(scored.matches, above[scorer]))

    yield "outcomes, % of pairs", _outcomes("set", sets)
    yield "recall at 1 % false positives", _comparison("set", sets, recalled)
    yield "best F1", _comparison("set", sets, lambda _, scored: _share(best_f1(scored)))
    yield "pairs per second", _comparison("set", sets, lambda _, scored: f"{scored.pairs_per_second:,.0f}")
    yield "microseconds of one decision", _times(sets)
    yield "outcomes by variation, % of pairs", _outcomes("variation", variations)
    of_matches = {name: scores for name, scores in variations.items() if scores[MATCHER].matches}
    yield "recall by variation", _comparison("variation", of_matches, recalled)


def _outcomes(of: str, groups: dict[str, _Scores]) -> Table:
    table = _table(of, "match", "MTCH", "CMTC", "nomatch", "MTCH", "CMTC")
    for name, by_scorer in groups.items():
        scored = by_scorer[MATCHER]
        cells = []
        for same, pairs in ((True, scored.matches), (False, scored.others)):
            cells.append(f"{len(pairs):,}")
            cells += [_percent(scored.share(outcome, same=same)) for outcome in (Outcome.MTCH, Outcome.CMTC)]
        table.add_row(name, *cells)
    return table


def _comparison(of: str, groups: dict[str, _Scores], cell: Callable[[str, Scored], str]) -> Table:
    table = _table(of, MATCHER, *BASELINES)
    for name, by_scorer in groups.items():
        table.add_row(name, *(cell(scorer, scored) for scorer, scored in by_scorer.items()))
    return table


def _times(groups: dict[str, _Scores]) -> Table:
    table = _table("set", "p50", "p99")
    for name, by_scorer in groups.items():
        table.add_row(name, *(f"{by_scorer[MATCHER].microseconds(share):,.0f}" for share in (0.5, 0.99)))
    return table


def _table(of: str, *heads: str) -> Table:
    table = Table(of, box=MARKDOWN)
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _draw(path: Path, pooled: dict[str, _Scores]) -> None:
    panels = {
        kind: {scorer: precision_recall(scored) for scorer, scored in by_scorer.items()}
        for kind, by_scorer in pooled.items()
    }
    try:
        path.write_text(picture(panels), encoding="utf-8")
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}") from None
