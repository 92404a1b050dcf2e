"""Measure the product and print tables; `make bench` is all of it, each part also runs by itself.

Every figure is written to `bench/results.json` under its name in docs/performance.md, beside the baselines of
the same run. Close other programs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import httpx
from rich.console import Console

from bench import control_plane, directory, edge, load, pace, processes
from control_plane.errors import StartError
from edge_filter.build import BuildError

RESULTS = Path(__file__).with_name("results.json")
ACCOUNTS = 1_000_000
PARTS = ("control_plane", "directory", "edge")
FAULTS = (
    load.LoadError,
    pace.PaceError,
    edge.WrongAnswerError,
    processes.MeasureError,
    control_plane.MeasureError,
    StartError,
    BuildError,
    httpx.HTTPError,
)
"""Why a part could not be measured."""


@click.command(help=__doc__)
@click.option("--only", type=click.Choice(PARTS), help="Measure one part.")
@click.option("--accounts", type=click.IntRange(10_000, 10_000_000), default=ACCOUNTS, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 50), default=6, show_default=True, help="Of the edge.")
@click.option(
    "--seconds",
    type=click.IntRange(1, 30),
    default=3,
    show_default=True,
    help="Of each measurement of the edge.",
)
def main(only: str | None, accounts: int, rounds: int, seconds: int) -> None:
    """Measure, print the tables and keep the figures of this run in `bench/results.json`."""
    console = Console()
    figures: dict[str, float] = {}
    try:
        if only in {None, "control_plane"}:
            figures |= control_plane.measure(console, accounts)
        if only in {None, "directory"}:
            measured = directory.measure(accounts)
            console.print(directory.table(measured))
            figures |= measured
        if only in {None, "edge"}:
            figures |= edge.measure(console, accounts, rounds, seconds)
    except FAULTS as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(1)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        console.print(f"{name} {value}")


if __name__ == "__main__":
    main()
