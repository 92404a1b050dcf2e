"""How good a scorer is on labelled pairs: outcomes, recall at 1 % false positives, best F1, speed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter_ns
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from control_plane.matching.rows import account_for
from control_plane.matching.variations import variation
from matcher import DEFAULT_POLICY, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from control_plane.matching.engines import Decide
    from control_plane.matching.rows import Row
    from matcher import Account

FALSE_POSITIVE_SHARE = 0.01
LABELS = ("match", "nomatch")


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled pair: `same` if both names are the same payee's."""

    typed: str
    registered: str
    account: Account
    same: bool
    variation: str
    """What makes one name of the other: the row's own column `variation`, or told from the names."""

    @classmethod
    def read(cls, row: Row) -> Pair:
        """Make a pair of a row; raises ValueError if it holds none."""
        if row.fault is not None:
            raise ValueError(row.fault)
        fields = row.fields
        if fields["label"] not in LABELS:
            raise ValueError(f"the label must be {' or '.join(LABELS)}")
        kind, typed, registered = fields["kind"], fields["name_a"], fields["name_b"]
        account = account_for(kind, typed, registered)
        varied = fields.get("variation") or variation(kind, typed, registered)
        return cls(typed, registered, account, fields["label"] == "match", varied)


@dataclass(slots=True)
class Scored:
    """What one scorer made of some pairs of one kind."""

    matches: list[float] = field(default_factory=list)
    """Scores of the pairs that are the same payee."""
    others: list[float] = field(default_factory=list)
    """Scores of the pairs that are not."""
    outcomes: dict[tuple[bool, Outcome], int] = field(default_factory=dict)
    """How many pairs got which outcome, by whether they are the same payee; empty for a baseline."""
    nanoseconds: list[int] = field(default_factory=list)
    """How long each decision took, or all of a baseline's together."""

    def share(self, outcome: Outcome, *, same: bool) -> float | None:
        """Share of an outcome among the pairs that are, or aren't, the same payee; None if there are none."""
        count = len(self.matches if same else self.others)
        return self.outcomes.get((same, outcome), 0) / count if count else None

    @property
    def pairs_per_second(self) -> float:
        """Pairs scored per second, on one core."""
        return (len(self.matches) + len(self.others)) * 1e9 / max(sum(self.nanoseconds), 1)

    def microseconds(self, share: float) -> float:
        """Time that this share of the decisions took at most."""
        rising = sorted(self.nanoseconds)
        return rising[min(int(len(rising) * share), len(rising) - 1)] / 1e3

    def __add__(self, other: Scored) -> Scored:
        """Pool the results of one scorer."""
        outcomes = dict(self.outcomes)
        for key, count in other.outcomes.items():
            outcomes[key] = outcomes.get(key, 0) + count
        return Scored(
            self.matches + other.matches,
            self.others + other.others,
            outcomes,
            self.nanoseconds + other.nanoseconds,
        )


def decided(pairs: Sequence[Pair], decide: Decide) -> Scored:
    """Score pairs by the matcher; nothing but the decisions is timed."""
    decisions, times = [], [perf_counter_ns()]
    for pair in pairs:
        decisions.append(decide(pair.typed, pair.account, DEFAULT_POLICY))
        times.append(perf_counter_ns())
    scored = Scored(nanoseconds=[end - begin for begin, end in pairwise(times)])
    for pair, decision in zip(pairs, decisions, strict=True):
        (scored.matches if pair.same else scored.others).append(decision.score)
        key = pair.same, decision.outcome
        scored.outcomes[key] = scored.outcomes.get(key, 0) + 1
    return scored


def compared(pairs: Sequence[Pair], similarity: Callable[[str, str], float]) -> Scored:
    """Score pairs by a similarity of their folded texts."""
    scored = Scored()
    begin = perf_counter_ns()
    scores = [similarity(_folded(pair.typed), _folded(pair.registered)) for pair in pairs]
    scored.nanoseconds.append(perf_counter_ns() - begin)
    for pair, score in zip(pairs, scores, strict=True):
        (scored.matches if pair.same else scored.others).append(score)
    return scored


BASELINES: dict[str, Callable[[str, str], float]] = {
    "WRatio": fuzz.WRatio,
    "token_sort": fuzz.token_sort_ratio,
    "Jaro-Winkler": JaroWinkler.similarity,
}
"""rapidfuzz's scorers that many payee checks rest on."""


def _folded(text: str) -> str:
    """Give a text in small letters without diacritics, its words parted by single spaces."""
    plain = (c for c in normalize("NFKD", text.casefold()) if not combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def threshold(negatives: Sequence[float]) -> float | None:
    """Give the score that at most 1 % of the negatives are strictly above; None if there are none."""
    if not negatives:
        return None
    falling = sorted(negatives, reverse=True)
    return falling[int(len(falling) * FALSE_POSITIVE_SHARE)]


def recall(matches: Sequence[float], above: float | None) -> float | None:
    """Give the share of matches strictly above a threshold; None if either is missing."""
    if above is None or not matches:
        return None
    return sum(score > above for score in matches) / len(matches)


def best_f1(scored: Scored) -> float | None:
    """Give the best F1 over all thresholds; None unless both labels are there."""
    if not scored.matches or not scored.others:
        return None
    return max(2 * hits / (hits + wrong + len(scored.matches)) for hits, wrong in _accepted(scored))


def precision_recall(scored: Scored) -> list[tuple[float, float]]:
    """Give recall and precision at each score from the highest down; nothing unless both labels are there."""
    if not scored.matches or not scored.others:
        return []
    return [(hits / len(scored.matches), hits / (hits + wrong)) for hits, wrong in _accepted(scored)]


def _accepted(scored: Scored) -> Iterator[tuple[int, int]]:
    """Count the matches and others at or above each score, from the highest score down."""
    labelled = [(score, True) for score in scored.matches] + [(score, False) for score in scored.others]
    labelled.sort(key=lambda one: -one[0])
    hits = wrong = 0
    for at, (score, same) in enumerate(labelled):
        hits, wrong = hits + same, wrong + (not same)
        if at + 1 == len(labelled) or labelled[at + 1][0] != score:
            yield hits, wrong
