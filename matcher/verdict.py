"""What the rules say about one pair of names: the best outcome left, and why."""

from dataclasses import dataclass, field

from matcher.model import Outcome
from matcher.reasons import Reason

CLOSE_SCORE_MIN = 600
MATCH_SCORE_MIN = 900


@dataclass(slots=True)
class Verdict:
    """Begins as a match; each rule that fires can only lower it."""

    outcome: Outcome = Outcome.MTCH
    similarity: int = 0
    reasons: set[Reason] = field(default_factory=set)

    def note(self, reason: Reason, ceiling: Outcome = Outcome.MTCH) -> None:
        """Record a reason and the best outcome that it leaves."""
        self.reasons.add(reason)
        self.outcome = max(self.outcome, ceiling)


def score(outcome: Outcome, similarity: int) -> int:
    """Place a similarity (per mille) in the range of its outcome."""
    if outcome is Outcome.MTCH:
        return MATCH_SCORE_MIN + similarity // 10
    if outcome is Outcome.CMTC:
        return CLOSE_SCORE_MIN + similarity * (MATCH_SCORE_MIN - 1 - CLOSE_SCORE_MIN) // 1000
    if outcome is Outcome.NMTC:
        return similarity * (CLOSE_SCORE_MIN - 1) // 1000
    return 0
