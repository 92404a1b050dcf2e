"""The near fits of persons' names: initials, short forms, gender endings, and slips of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.alignment import Alignment, Fit, Steps, align_equal
from matcher.persons.prepare import INITIALS_MAX
from matcher.prepared import Prepared, bits
from matcher.typos import fit_typos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.words import Folded

ENDING_STEM_MIN = 3
TYPO_LENGTHS = (4, 8)
"""The shorter word's length from which one, and two, edits are a typo."""


def align(
    typed: Prepared, registered: Prepared, endings: Sequence[tuple[str, str]], budget: int, steps: Steps
) -> Alignment:
    """Align two persons' names: what is equal first, then the kinds of near fit."""
    found = align_equal(typed, registered, steps)
    if found.typed_left and found.registered_left:
        _fit_initials(found)
        _fit_joined_initials(found)
        _fit_variants(found)
        _fit_endings(found, endings)
        if budget and found.typed_left and found.registered_left:
            fit_typos(found, budget, budget, TYPO_LENGTHS, _may_be_typo, steps)
    return found


def _givens_left(found: Alignment) -> tuple[int, ...]:
    """Give the registered core words that fit nothing and are no surname."""
    registered = found.registered
    return bits(found.registered_left & ~registered.surname & ~registered.generations)


def _starts_with(folded: Folded, letter: str) -> bool:
    return folded.length > 1 and folded.base and any(v.startswith(letter) for v in folded.variants)


def _fit_initials(found: Alignment) -> None:
    for i in bits(found.typed_left):
        typed = found.typed.words[i]
        for j in _givens_left(found):
            registered = found.registered.words[j]
            if typed.letter and _starts_with(registered, typed.first):
                fit = Fit.INITIAL_TYPED
            elif registered.letter and _starts_with(typed, registered.first):
                fit = Fit.INITIAL_REGISTERED
            else:
                continue
            letters = typed.length + registered.length
            found.link_words(i, j, fit, letters - letters // 2)
            break


def _fit_joined_initials(found: Alignment) -> None:
    """Fit initials written as one word in capitals (JP) against as many given names in a row."""
    givens = _givens_left(found)
    for i in bits(found.typed_left):
        run = _initials_of(found.typed.words[i], givens, found.registered)
        if run:
            found.link(1 << i, run, Fit.INITIAL_TYPED, 2 * run.bit_count())
            return
    free = bits(found.typed_left)
    for j in givens:
        run = _initials_of(found.registered.words[j], free, found.typed)
        if run:
            found.link(run, 1 << j, Fit.INITIAL_REGISTERED, 2 * run.bit_count())
            return


def _initials_of(folded: Folded, others: tuple[int, ...], side: Prepared) -> int:
    """Give the run of `others` whose first letters are the word, or nothing."""
    count = folded.length
    if not (1 < count <= INITIALS_MAX and folded.upper and folded.base and not folded.digits):
        return 0
    for at in range(len(others) - count + 1):
        run = others[at : at + count]
        if all(_starts_with(side.words[i], folded.first[n]) for n, i in enumerate(run)):
            return sum(1 << i for i in run)
    return 0


def _fit_variants(found: Alignment) -> None:
    for i in bits(found.typed_left):
        typed = found.typed.words[i]
        if not typed.word.variants:
            continue
        for j in _givens_left(found):
            registered = found.registered.words[j]
            if not typed.word.variants.isdisjoint(registered.word.variants):
                letters = typed.length + registered.length
                found.link_words(i, j, Fit.VARIANT, letters - letters * 3 // 4)
                break


def _fit_endings(found: Alignment, endings: Sequence[tuple[str, str]]) -> None:
    for i in bits(found.typed_left):
        for j in bits(found.registered_left & found.registered.surname):
            typed, registered = found.typed.words[i], found.registered.words[j]
            if _differ_by_ending(typed, registered, endings):
                letters = typed.length + registered.length
                found.link_words(i, j, Fit.ENDING, letters - letters * 3 // 4)
                break


def _differ_by_ending(a: Folded, b: Folded, endings: Sequence[tuple[str, str]]) -> bool:
    if not (a.base and b.base):
        return False
    return any(
        _same_stem(x, y, male, female) or _same_stem(x, y, female, male)
        for x in a.variants
        for y in b.variants
        if x[:ENDING_STEM_MIN] == y[:ENDING_STEM_MIN]
        for male, female in endings
    )


def _same_stem(x: str, y: str, x_ending: str, y_ending: str) -> bool:
    stem = len(x) - len(x_ending)
    return (
        stem >= ENDING_STEM_MIN
        and stem == len(y) - len(y_ending)
        and x[:stem] == y[:stem]
        and x[stem:] == x_ending
        and y[stem:] == y_ending
    )


def _may_be_typo(found: Alignment, i: int, j: int) -> bool:
    """Whether a difference may be a mere slip: never between two known given names, nor by sex."""
    typed, registered = found.typed.words[i], found.registered.words[j]
    if typed.word.sex and registered.word.sex:
        return False
    if found.registered.surname >> j & 1:
        return True
    return not _sexed(typed.first, registered.first)


def _sexed(x: str, y: str) -> bool:
    """Whether two given names differ by a final vowel only, as Maria and Mario, or Jan and Jana, do."""
    return _without_vowel(x) == _without_vowel(y)


def _without_vowel(text: str) -> str:
    return text[:-1] if text[-1] in "aeo" else text
