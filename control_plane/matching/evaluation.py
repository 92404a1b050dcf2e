"""How good a scorer is on labelled pairs: outcomes, recall at 1 % false positives, best F1, speed."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from control_plane.matching.rows import account_for
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

    @classmethod
    def read(cls, row: Row) -> Pair:
        """Make a pair of a row; raises ValueError if it holds none."""
        if row.fault is not None:
            raise ValueError(row.fault)
        fields = row.fields
        if fields["label"] not in LABELS:
            raise ValueError(f"the label must be {' or '.join(LABELS)}")
        typed, registered = fields["name_a"], fields["name_b"]
        account = account_for(fields["kind"], typed, registered)
        return cls(typed, registered, account, fields["label"] == "match")


@dataclass(slots=True)
class Scored:
    """What one scorer made of the pairs of one set and kind."""

    matches: list[float] = field(default_factory=list)
    """Scores of the pairs that are the same payee."""
    others: list[float] = field(default_factory=list)
    """Scores of the pairs that are not."""
    outcomes: dict[tuple[bool, Outcome], int] = field(default_factory=dict)
    """How many pairs got which outcome, by whether they are the same payee; empty for a baseline."""
    seconds: float = 0.0

    def share(self, outcome: Outcome, *, same: bool) -> float | None:
        """Share of an outcome among the pairs that are, or aren't, the same payee; None if there are none."""
        count = len(self.matches if same else self.others)
        return self.outcomes.get((same, outcome), 0) / count if count else None

    @property
    def pairs_per_second(self) -> float:
        """Pairs scored per second, on one core."""
        return (len(self.matches) + len(self.others)) / max(self.seconds, 1e-9)

    def __add__(self, other: Scored) -> Scored:
        """Pool two sets."""
        outcomes = dict(self.outcomes)
        for key, count in other.outcomes.items():
            outcomes[key] = outcomes.get(key, 0) + count
        return Scored(
            self.matches + other.matches, self.others + other.others, outcomes, self.seconds + other.seconds
        )


def decided(pairs: Sequence[Pair], decide: Decide) -> Scored:
    """Score pairs by the matcher."""
    scored = Scored()
    begin = perf_counter()
    decisions = [decide(pair.typed, pair.account, DEFAULT_POLICY) for pair in pairs]
    scored.seconds = perf_counter() - begin
    for pair, decision in zip(pairs, decisions, strict=True):
        (scored.matches if pair.same else scored.others).append(decision.score)
        key = pair.same, decision.outcome
        scored.outcomes[key] = scored.outcomes.get(key, 0) + 1
    return scored


def compared(pairs: Sequence[Pair], similarity: Callable[[str, str], float]) -> Scored:
    """Score pairs by a similarity of their folded texts."""
    scored = Scored()
    begin = perf_counter()
    scores = [similarity(_folded(pair.typed), _folded(pair.registered)) for pair in pairs]
    scored.seconds = perf_counter() - begin
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


def _accepted(scored: Scored) -> Iterator[tuple[int, int]]:
    """Count the matches and others at or above each score, from the highest score down."""
    labelled = [(score, True) for score in scored.matches] + [(score, False) for score in scored.others]
    labelled.sort(key=lambda one: -one[0])
    hits = wrong = 0
    for at, (score, same) in enumerate(labelled):
        hits, wrong = hits + same, wrong + (not same)
        if at + 1 == len(labelled) or labelled[at + 1][0] != score:
            yield hits, wrong
