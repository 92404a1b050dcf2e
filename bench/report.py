"""From the measurements of the edge's rounds to one table and the figures that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.load import Measurement
    from bench.pace import Latencies

EMPTY, EDGE, TWO = "empty filter", "edge", "edge, two workers"
FALLBACK, DIRECT = "fallback", "direct response"
SUBJECTS = (EMPTY, EDGE, TWO, FALLBACK, DIRECT)

Rounds = list[dict[str, "Measurement"]]
"""One entry a round: what was measured at saturation, by subject."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One round at steady rates: half of the edge's highest rate, and 70 % of it."""

    empty_half: Latencies
    edge_half: Latencies
    edge_high: Latencies


Paces = list[Pace]


def ratio(rounds: Rounds, subject: str, base: str) -> float:
    """Tell how many requests of one subject come on one of another: the median over the rounds."""
    return median(r[subject].requests_per_second / r[base].requests_per_second for r in rounds)


def rate(rounds: Rounds, subject: str) -> float:
    """Tell how many requests a second a subject answers at most: the median over the rounds."""
    return median(r[subject].requests_per_second for r in rounds)


def figures(rounds: Rounds, paces: Paces) -> dict[str, float]:
    """Give the figures that are compared from one run to another, and the baselines they rest on."""
    return {
        "edge_over_empty_filter": round(ratio(rounds, EDGE, EMPTY), 3),
        "edge_over_direct_response": round(ratio(rounds, EDGE, DIRECT), 3),
        "edge_over_fallback": round(ratio(rounds, EDGE, FALLBACK), 1),
        "added_cpu_us": round(median(r[EDGE].cpu_us - r[EMPTY].cpu_us for r in rounds), 1),
        "added_p50_us": _us(paces, lambda p: p.edge_half.percentile_ms(50) - p.empty_half.percentile_ms(50)),
        "added_p99_us": _us(paces, lambda p: p.edge_half.percentile_ms(99) - p.empty_half.percentile_ms(99)),
        "p999_at_70_ms": round(median(p.edge_high.percentile_ms(99.9) for p in paces), 2),
        "two_workers_cpu_ratio": round(median(r[TWO].cpu_us / r[EDGE].cpu_us for r in rounds), 3),
        "edge_requests_per_s": round(rate(rounds, EDGE)),
        "empty_filter_requests_per_s": round(rate(rounds, EMPTY)),
        "direct_response_requests_per_s": round(rate(rounds, DIRECT)),
        "fallback_requests_per_s": round(rate(rounds, FALLBACK)),
        "edge_cpu_us": round(median(r[EDGE].cpu_us for r in rounds), 1),
        "empty_filter_cpu_us": round(median(r[EMPTY].cpu_us for r in rounds), 1),
        "empty_filter_half_p50_us": _us(paces, lambda p: p.empty_half.percentile_ms(50)),
        "empty_filter_half_p99_us": _us(paces, lambda p: p.empty_half.percentile_ms(99)),
    }


def _us(paces: Paces, ms: Callable[[Pace], float]) -> float:
    return round(1000 * median(map(ms, paces)))


def table(rounds: Rounds) -> Table:
    """Build the table that a person reads."""
    built = Table("subject", title=f"as fast as it goes, medians of {len(rounds)} rounds")
    for heading in ("requests/s", "p50 ms", "p99 ms", "CPU µs", "to the empty filter"):
        built.add_column(heading, justify="right")
    for subject in SUBJECTS:
        built.add_row(
            subject,
            f"{rate(rounds, subject):,.0f}",
            f"{median(r[subject].p50_us for r in rounds) / 1000:.2f}",
            f"{median(r[subject].p99_us for r in rounds) / 1000:.2f}",
            f"{median(r[subject].cpu_us for r in rounds):.1f}",
            f"{ratio(rounds, subject, EMPTY):.2f}",
        )
    return built
