"""Slips of the pen: which free words differ by few edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from matcher.alignment import STEPS_PER_DISTANCE, Alignment, Fit, Steps
from matcher.prepared import bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.words import Folded

    MayBe = Callable[[Alignment, int, int], "Lengths | None"]

FIRST_OF_TWO_LENGTH = 6
"""The shorter word's length from which one of two edits may be of the first letter."""


class Lengths(NamedTuple):
    """The shorter word's lengths from which a typo is possible."""

    one: int
    """One edit."""
    two: int
    """Two edits."""
    first: int
    """An edit of the first letter."""
    replaced: tuple[int, int, int] = (0, 0, 0)
    """The same where letters were only replaced, not lost, added or swapped: that makes other names."""
    added: int = 0
    """The same for two letters added at an end."""
    one_for_two: int = 0
    """The same for one letter in the place of two others."""


def fit_typos(
    found: Alignment,
    budget: int,
    words: int,
    may_be: MayBe,
    steps: Steps,
) -> None:
    """Fit words that differ by an edit or two, the nearest first, within `budget` edits and `words` words.

    `may_be` gives the lengths that two words must have for a typo between them, or None where there is none.
    """
    while budget and words:
        best = _nearest(found, budget, may_be, steps)
        if best is None:
            return
        edits, i, j = best
        found.link_words(i, j, Fit.TYPO, 2 * edits)
        budget -= edits
        words -= 1


def _nearest(
    found: Alignment,
    budget: int,
    may_be: MayBe,
    steps: Steps,
) -> tuple[int, int, int] | None:
    """Give the free pair of words with the fewest edits within the budget; ties go to the first."""
    best: tuple[int, int, int] | None = None
    typed, registered = found.typed.words, found.registered.words
    for i in bits(found.typed_left):
        word = typed[i]
        if not word.base:
            continue
        for j in bits(found.registered_left):
            other = registered[j]
            lengths = may_be(found, i, j) if other.base else None
            if lengths is None:
                continue
            edits = _edits(word, other, budget, lengths, steps)
            if edits <= budget and (best is None or edits < best[0]):
                best = edits, i, j
    return best


def _edits(a: Folded, b: Folded, budget: int, lengths: Lengths, steps: Steps) -> int:
    """Give the fewest edits between two words, or budget + 1."""
    best = budget + 1
    for x in a.variants:
        for y in b.variants:
            allowed = min(budget, _allowed(x, y, lengths))
            if allowed:
                steps.take(STEPS_PER_DISTANCE)
                edits = OSA.distance(x, y, score_cutoff=allowed)
                if edits <= allowed and not _makes_another(x, y, edits, lengths):
                    best = min(best, edits)
    return best


def _allowed(x: str, y: str, lengths: Lengths) -> int:
    """Give the edits that lengths and first letters leave possible."""
    shorter, longer = len(x), len(y)
    if shorter > longer:
        shorter, longer = longer, shorter
    allowed = 2 if shorter >= lengths.two else 1 if shorter >= lengths.one else 0
    if x[0] != y[0]:
        allowed = 0 if shorter < lengths.first else 1 if shorter < FIRST_OF_TWO_LENGTH else allowed
    return allowed if longer - shorter <= allowed else 0


def _one_for_two(x: str, y: str) -> bool:
    """Whether two words differ in one place, where one has a letter and the other two (Winter, Winkler)."""
    if len(x) > len(y):
        x, y = y, x
    if len(x) + 1 != len(y):
        return False
    start = 0
    while start < len(x) and x[start] == y[start]:
        start += 1
    return x[start + 1 :] == y[start + 2 :]


def _makes_another(x: str, y: str, edits: int, lengths: Lengths) -> bool:
    """Whether edits make another name of words too short for them.

    Two letters added at one end, one put in the place of two, or letters only replaced.
    """
    if edits > 1 and min(len(x), len(y)) < lengths.added and (x.startswith(y) or y.startswith(x)):
        return True
    one, two, first = lengths.replaced
    length = len(x)
    if edits > 1 and min(length, len(y)) < lengths.one_for_two and _one_for_two(x, y):
        return True
    if length >= max(two, first) or length != len(y):
        return False
    if sum(a != b for a, b in zip(x, y, strict=True)) != edits:
        return False
    return length < (one if edits == 1 else two) or (length < first and x[0] != y[0])
