"""Reads what the module answers (docs/formats.md, section 10)."""

from __future__ import annotations

import struct
from dataclasses import fields
from typing import TYPE_CHECKING

from matcher import Decision, Outcome, Policy, Reason
from matcher.alignment import Fit
from matcher.explain import Pair, Part, Tag, Word, part
from matcher.prepared import bits
from matcher.verdict import Note

if TYPE_CHECKING:
    from matcher import Account

_NONE = 255
_KNOBS = [field.name for field in fields(Policy)]


class Output:
    """The output of a call, read from front to back; struct.error or ValueError if it is cut."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def decision(self) -> Decision:
        """Read a decision."""
        outcome, holder, name, score, reason_count = self._take("<BBBHB")
        reasons = tuple(map(Reason, self._take(f"{reason_count}B")))
        return Decision(
            Outcome(outcome),
            self._text() or None,
            score,
            reasons,
            None if holder == _NONE else holder,
            None if name == _NONE else name,
        )

    def notes(self) -> tuple[Note, ...]:
        """Read the rules that fired, in their order."""
        return tuple(self._note() for _ in range(self._count()))

    def parts(self, account: Account) -> tuple[Part, ...]:
        """Read the parts of an explanation."""
        return tuple(self._part(account) for _ in range(self._count()))

    def end(self) -> None:
        """Check that nothing is left."""
        if self._at != len(self._data):
            raise ValueError("the module's output is too long")

    def _part(self, account: Account) -> Part:
        holder, name, outcome, similarity = self._take("<BBBH")
        sides = self._words(), self._words()
        pairs = tuple(self._pair() for _ in range(self._count()))
        return part(account, (holder, name), (Outcome(outcome), similarity), sides, pairs, self.notes())

    def _words(self) -> tuple[Word, ...]:
        return tuple(self._word() for _ in range(self._count()))

    def _word(self) -> Word:
        (tags,) = self._take("<H")
        return Word(self._text(), tuple(map(Tag, bits(tags))))

    def _pair(self) -> Pair:
        typed, registered, fit, weight, cost = self._take("<IIBHH")
        return Pair(bits(typed), bits(registered), Fit(fit), weight, cost)

    def _note(self) -> Note:
        reason, ceiling, knob = self._take("3B")
        return Note(Reason(reason), Outcome(ceiling), "" if knob == _NONE else _KNOBS[knob])

    def _count(self) -> int:
        count: int = self._take("B")[0]
        return count

    def _text(self) -> str:
        (length,) = self._take("<H")
        (text,) = self._take(f"{length}s")
        return bytes(text).decode()

    def _take(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found
