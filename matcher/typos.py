"""Slips of the pen: which free words differ by few edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from matcher.alignment import STEPS_PER_DISTANCE, Alignment, Fit, Steps
from matcher.prepared import bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.words import Folded


class Lengths(NamedTuple):
    """The shorter word's lengths from which a typo is possible."""

    one: int
    """One edit."""
    two: int
    """Two edits."""
    first: int
    """An edit of the first letter."""


def fit_typos(
    found: Alignment,
    budget: int,
    words: int,
    lengths: Lengths,
    may_be: Callable[[Alignment, int, int], bool],
    steps: Steps,
) -> None:
    """Fit words that differ by an edit or two, the nearest first, within `budget` edits and `words` words."""
    while budget and words:
        best = _nearest(found, budget, lengths, may_be, steps)
        if best is None:
            return
        edits, i, j = best
        found.link_words(i, j, Fit.TYPO, 2 * edits)
        budget -= edits
        words -= 1


def _nearest(
    found: Alignment,
    budget: int,
    lengths: Lengths,
    may_be: Callable[[Alignment, int, int], bool],
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
            if not other.base or not may_be(found, i, j):
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
                if edits <= allowed:
                    best = min(best, edits)
    return best


def _allowed(x: str, y: str, lengths: Lengths) -> int:
    """Give the edits that lengths and first letters leave possible."""
    shorter, longer = len(x), len(y)
    if shorter > longer:
        shorter, longer = longer, shorter
    allowed = 2 if shorter >= lengths.two else 1 if shorter >= lengths.one else 0
    if longer - shorter > allowed or (shorter < lengths.first and x[0] != y[0]):
        return 0
    return allowed
