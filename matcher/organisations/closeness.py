"""How close an organisation's name came that is no match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from matcher import closeness as of_words
from matcher.prepared import Prepared, bits

if TYPE_CHECKING:
    from matcher.alignment import Alignment

LETTERS_MAX = 64
"""Bytes of a side's letters that are compared."""
NUMBERED_PERCENT = 80
"""What is left of the closeness where a number is on one side only."""


def closeness(found: Alignment) -> int:
    """Give how close two names are, per mille: by their words, and by their letters as a whole, half each.

    A number that the other side lacks tells companies of one group apart, however many letters are alike.
    """
    typed, registered = _letters(found.typed), _letters(found.registered)
    longer = max(len(typed), len(registered))
    whole = (longer - OSA.distance(typed, registered)) * 1000 // longer
    near = (of_words.closeness(found) + whole) // 2
    sides = ((found.typed, found.typed_left), (found.registered, found.registered_left))
    numbered = any(name.numbers.get(i) for name, left in sides for i in bits(left))
    return near * NUMBERED_PERCENT // 100 if numbered else near


def _letters(name: Prepared) -> bytes:
    """Give the words that count written as one, up to LETTERS_MAX bytes."""
    return "".join([name.words[i].first for i in bits(name.core)]).encode()[:LETTERS_MAX]
