"""How close a name came that is no match: the score orders even what the rules refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from matcher.alignment import Alignment, Fit
from matcher.model import HolderKind
from matcher.persons.sound import crossed_sound
from matcher.prepared import bits

if TYPE_CHECKING:
    from matcher.prepared import Prepared

CLOSE = 1000
LETTERS_MAX = 64
"""Letters on one side whose words are compared with the other side's."""
_CLOSENESS = {
    Fit.INITIAL_TYPED: 600,
    Fit.INITIAL_REGISTERED: 600,
    Fit.VARIANT: 850,
    Fit.TYPO: 850,
    Fit.ENDING: 900,
    Fit.LETTER_UNKNOWN: 950,
    Fit.SOUND: 950,
}
"""Of words by their fit, per mille; CLOSE for the fits that are not named."""
_ALONE = 300
"""Of a surname that stands alone to what it stands with on the other side."""
_TYPED_EXTRA, _REGISTERED_EXTRA = 20, 10
"""Percent by which each word more on one side lessens the closeness."""
_CROSSED_PERCENT = 120
"""Of the closeness that a name has in another script, where it sounds alike and is written otherwise."""


def closeness(found: Alignment) -> int:
    """Give how close two names are, per mille: two thirds the least similar words, one third the mean.

    Two persons often share a name in full; one person's names written differently are all alike a little. It
    is worked out once for a decision, so its work, LETTERS_MAX by LETTERS_MAX at most, counts no steps.
    """
    typed_core, registered_core = found.typed.core, found.registered.core
    near = [
        _CLOSENESS.get(link.fit, CLOSE)
        for link in found.links
        if link.typed & typed_core and link.registered & registered_core
    ]
    if found.typed.kind is HolderKind.PERSON and _is_one(found.typed) != _is_one(found.registered):
        near.append(_ALONE)
    crossed = not found.typed.scripts & found.registered.scripts
    near += _pair_off(
        _left(found.typed, found.typed_left, crossed), _left(found.registered, found.registered_left, crossed)
    )
    if not near:
        return 0
    extra = found.typed_left.bit_count() - found.registered_left.bit_count()
    lessened = 100 + (_TYPED_EXTRA * extra if extra > 0 else -_REGISTERED_EXTRA * extra)
    percent = _CROSSED_PERCENT if crossed else 100
    return min((sum(near) // len(near) + 2 * min(near)) * percent // (3 * lessened), CLOSE)


def _left(side: Prepared, left: int, crossed: bool) -> list[str]:
    """Give the words left on a side, up to LETTERS_MAX letters of them; of two scripts, their coarse sounds.

    A word that doesn't fold to base Latin is empty.
    """
    found: list[str] = []
    letters = 0
    for i in bits(left):
        word = side.words[i]
        letters += word.length
        if letters > LETTERS_MAX:
            break
        text = word.first if word.base else ""
        found.append(crossed_sound(text) if crossed else text)
    return found


def _pair_off(typed: list[str], registered: list[str]) -> list[int]:
    """Give the similarities of the words left on both sides, the most similar paired first."""
    pairs = sorted(
        (-_similarity(word, other), i, j)
        for i, word in enumerate(typed)
        for j, other in enumerate(registered)
    )
    found: list[int] = []
    typed_used = registered_used = 0
    for similarity, i, j in pairs:
        if not (typed_used >> i & 1 or registered_used >> j & 1):
            typed_used |= 1 << i
            registered_used |= 1 << j
            found.append(-similarity)
    return found


def _similarity(a: str, b: str) -> int:
    if not (a and b):
        return 0
    longer = max(len(a), len(b))
    return (longer - OSA.distance(a, b)) * CLOSE // longer


def _is_one(name: Prepared) -> bool:
    return name.core & (name.core - 1) == 0
