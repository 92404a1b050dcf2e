"""What the rules say about one pair of names: the best outcome left, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from matcher.model import Outcome

if TYPE_CHECKING:
    from matcher.policy import Policy
    from matcher.reasons import Reason

CLOSE_SCORE_MIN = 600
MATCH_SCORE_MIN = 900
WHOLE = 1000
"""A similarity of all letters."""
_MTCH = Outcome.MTCH


class Note(NamedTuple):
    """One rule that fired."""

    reason: Reason
    ceiling: Outcome
    """The best outcome that it leaves."""
    knob: str
    """The policy's knob that set the ceiling; empty where no knob has a say."""


class Verdict:
    """Begins as a match; each rule that fires can only lower it."""

    __slots__ = ("notes", "outcome", "similarity")

    def __init__(self, similarity: int = 0) -> None:
        self.outcome: Outcome = _MTCH
        self.similarity = similarity
        """Per mille; places the score within the outcome's range."""
        self.notes: list[Note] = []

    def note(self, reason: Reason, ceiling: Outcome = _MTCH) -> None:
        """Record a rule that fired and the best outcome that it leaves."""
        self.notes.append(Note(reason, ceiling, ""))
        self.outcome = max(self.outcome, ceiling)

    def note_knob(self, reason: Reason, policy: Policy, knob: str) -> None:
        """Record a rule whose ceiling a knob of the policy sets."""
        ceiling: Outcome = getattr(policy, knob)
        self.notes.append(Note(reason, ceiling, knob))
        self.outcome = max(self.outcome, ceiling)

    def has(self, reason: Reason) -> bool:
        """Whether a rule fired with that reason."""
        return any(note[0] is reason for note in self.notes)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons, ascending, each once."""
        return tuple(sorted({note.reason for note in self.notes}))


def score(outcome: Outcome, similarity: int) -> int:
    """Place a similarity (per mille) in the range of its outcome; words that fit twice count once."""
    similarity = min(similarity, WHOLE)
    if outcome is Outcome.MTCH:
        return MATCH_SCORE_MIN + similarity // 10
    if outcome is Outcome.CMTC:
        return CLOSE_SCORE_MIN + similarity * (MATCH_SCORE_MIN - 1 - CLOSE_SCORE_MIN) // 1000
    if outcome is Outcome.NMTC:
        return similarity * (CLOSE_SCORE_MIN - 1) // 1000
    return 0
