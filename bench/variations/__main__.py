"""Make labelled pairs out of the names in a folder of labelled pairs, for `vop evaluate` to measure."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from bench.variations import changes, others
from bench.variations.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("kind", "name_a", "name_b", "label", "variation")
EACH = 400
"""Pairs of each variation; fewer where the folder doesn't hold enough names for one."""


def labelled(folder: Path, seed: int) -> Iterator[tuple[str, ...]]:
    """Give all rows, with the columns of `COLUMNS`; the same folder and seed give the same rows."""
    rng = Random(seed)
    source = Source(folder)
    for kind, made in (
        ("person", changes.varied(rng, source.persons, changes.OF_PERSONS, EACH)),
        ("org", changes.varied(rng, source.organisations, changes.OF_ORGANISATIONS, EACH)),
    ):
        yield from ((kind, *pair, "match", variation) for variation, pair in made)
    for kind, made in (
        ("person", others.persons(rng, source, EACH)),
        ("org", others.organisations(rng, source, EACH)),
    ):
        yield from ((kind, *pair, "nomatch", variation) for variation, pair in made)


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--seed", default=1, show_default=True)
def main(data: Path, output: Path, seed: int) -> None:
    """Write to --output pairs made of the names in the folder --data.

    Every CSV in the folder with the columns kind, name_a, name_b, label gives names. The first name of a pair
    is the typed one.
    """
    with output.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(labelled(data, seed))


if __name__ == "__main__":
    main()
