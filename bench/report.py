"""From the measurements of all rounds to one table and the figures that are kept."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from bench.load import Measurement

EMPTY, EDGE, FALLBACK, DIRECT = "empty filter", "edge", "fallback", "direct response"
SUBJECTS = (EMPTY, EDGE, FALLBACK, DIRECT)

Rounds = list[dict[str, "Measurement"]]
"""One entry a round: what was measured, by subject."""


def ratio(rounds: Rounds, subject: str, base: str) -> float:
    """Tell how many requests of one subject come on one of another: the median over the rounds."""
    return median(r[subject].requests_per_second / r[base].requests_per_second for r in rounds)


def figures(rounds: Rounds) -> dict[str, float]:
    """Give the figures that are compared from one run to another."""
    return {
        "edge_over_empty_filter": round(ratio(rounds, EDGE, EMPTY), 3),
        "edge_over_direct_response": round(ratio(rounds, EDGE, DIRECT), 3),
        "edge_over_fallback": round(ratio(rounds, EDGE, FALLBACK), 1),
    }


def detail(rounds: Rounds) -> dict[str, dict[str, float]]:
    """Give the medians of each subject."""
    return {
        subject: {
            "requests_per_second": round(median(r[subject].requests_per_second for r in rounds)),
            "p50_us": round(median(r[subject].p50_us for r in rounds)),
            "p99_us": round(median(r[subject].p99_us for r in rounds)),
        }
        for subject in SUBJECTS
    }


def table(rounds: Rounds) -> Table:
    """Build the table that a person reads."""
    built = Table("subject", title=f"medians of {len(rounds)} rounds")
    for heading in ("requests/s", "p50 ms", "p99 ms", "to the empty filter"):
        built.add_column(heading, justify="right")
    for subject, values in detail(rounds).items():
        built.add_row(
            subject,
            f"{values['requests_per_second']:,.0f}",
            f"{values['p50_us'] / 1000:.2f}",
            f"{values['p99_us'] / 1000:.2f}",
            f"{ratio(rounds, subject, EMPTY):.2f}",
        )
    return built
