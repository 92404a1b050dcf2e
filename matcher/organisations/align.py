"""The near fits of organisations' names: one slip of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.alignment import Alignment, Steps, align_equal
from matcher.tables import blob
from matcher.typos import fit_typos

if TYPE_CHECKING:
    from matcher.prepared import Prepared
    from matcher.tables.blob import Word

TYPO_LENGTHS = (5, 9)
"""The shorter word's length from which one, and two, edits are a typo."""
TYPO_WORDS_MAX = 1
_KNOWN_TAGS = blob.GENERIC | blob.PARTICLE | blob.CONNECTOR | blob.NUMBER


def align(typed: Prepared, registered: Prepared, budget: int, steps: Steps) -> Alignment:
    """Align two organisations' names: what is equal first, then a typo."""
    found = align_equal(typed, registered, steps)
    if budget and found.typed_left and found.registered_left:
        fit_typos(found, budget, TYPO_WORDS_MAX, TYPO_LENGTHS, _may_be_typo, steps)
    return found


def _may_be_typo(found: Alignment, i: int, j: int) -> bool:
    """Whether a difference may be a mere slip: never between two known words."""
    return not (_known(found.typed.words[i].word) and _known(found.registered.words[j].word))


def _known(word: Word) -> bool:
    return bool(word.tags & _KNOWN_TAGS or word.number or word.sex)
