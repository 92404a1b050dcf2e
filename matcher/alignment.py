"""Which typed words fit which registered words, and how: the facts that the rules judge.

Here is what both kinds of name share: equal words, and words written together on one side and apart on the
other. `matcher/persons` and `matcher/organisations` add the near fits of each kind.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from matcher.model import HolderKind
from matcher.prepared import Prepared, bits
from matcher.words import DOT

if TYPE_CHECKING:
    from matcher.words import Folded

STEPS_MAX = 12_288
STEPS_PER_DISTANCE = 32
ELIDED = "odln"
"""Letters that an apostrophe parts from a surname (O'Brien, D'Angelo), written apart."""
JOINED_WORDS_MAX = 3
LOST_LETTER_LENGTH = 4
"""Letters of a word from which a full stop may stand for one of them."""


class Fit(IntEnum):
    """How words fit their counterpart; the numbers stand in explanations."""

    __hash__ = int.__hash__

    NONE = 0
    FULL = 1
    """Equal in a folding."""
    JOINED = 2
    """Equal, but written together on one side."""
    SYNONYM = 3
    """The same number, or a known abbreviation of the same word."""
    INITIAL_TYPED = 4
    INITIAL_REGISTERED = 5
    VARIANT = 6
    ENDING = 7
    TYPO = 8
    ABBREVIATION = 9
    """A short form that may mean the other word, and others too."""
    LETTER_UNKNOWN = 10
    """Equal but for a full stop in the place of one letter."""
    CUT = 11
    """The beginning of the other side's word, where the name was cut."""
    ACRONYM = 12
    """The first letters of the other side's words."""
    SOUND = 13
    """A given name spelled by another convention."""


FULL_FITS = 1 << Fit.FULL | 1 << Fit.JOINED | 1 << Fit.SYNONYM
"""The fits that leave no doubt, as a set."""


class StepsExhausted(Exception):  # noqa: N818 (a limit that was reached, not an error of the caller)
    """The work of one decision reached STEPS_MAX."""


class Steps:
    """Counts the work of one decision; both engines count alike."""

    __slots__ = ("left",)

    def __init__(self, left: int = STEPS_MAX) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Count work about to be done; raises StepsExhausted beyond the limit."""
        self.left -= count
        if self.left < 0:
            raise StepsExhausted


class Link(NamedTuple):
    """Words of the typed side that fit words of the registered side."""

    typed: int
    registered: int
    fit: Fit
    weight: int
    """Letters that fit, both sides together; core words only."""


class Alignment:
    """The links between two names, in the order they were found, and what is left free."""

    __slots__ = (
        "fits",
        "links",
        "registered",
        "registered_fits",
        "registered_free",
        "typed",
        "typed_free",
        "weight",
    )

    def __init__(self, typed: Prepared, registered: Prepared) -> None:
        self.typed = typed
        self.registered = registered
        self.links: list[Link] = []
        self.typed_free: int = typed.core | typed.light
        """Words of the typed side that fit nothing yet, as a set."""
        self.registered_free: int = registered.core | registered.light
        self.registered_fits: list[Fit] = [Fit.NONE] * len(registered.words)
        self.fits: int = 0
        """The fits of core words, as a set: bit f for Fit f."""
        self.weight: int = 0

    def link(self, typed: int, registered: int, fit: Fit, weight: int) -> None:
        """Fit sets of words to each other; `weight` counts core words only."""
        self.links.append(Link(typed, registered, fit, weight))
        self.typed_free &= ~typed
        self.registered_free &= ~registered
        for j in bits(registered):
            self.registered_fits[j] = fit
        if typed & self.typed.core and registered & self.registered.core:
            self.fits |= 1 << fit
            self.weight += weight

    def link_words(self, i: int, j: int, fit: Fit, lost: int = 0) -> None:
        """Fit one word to one; `lost` of its letters, both sides together, don't."""
        self.link(1 << i, 1 << j, fit, self.typed.words[i].length + self.registered.words[j].length - lost)

    def fit_of(self, j: int) -> Fit:
        """How a registered word fits."""
        return self.registered_fits[j]

    @property
    def typed_left(self) -> int:
        """Core words of the typed side that fit nothing, as a set."""
        return self.typed_free & self.typed.core

    @property
    def registered_left(self) -> int:
        """Core words of the registered side that fit nothing, as a set."""
        return self.registered_free & self.registered.core

    @property
    def similarity(self) -> int:
        """Letters that fit among all letters of core words, per mille."""
        total = 0
        for side in (self.typed, self.registered):
            words = side.words
            for i in bits(side.core):
                total += words[i].length
        return self.weight * 1000 // total

    def order(self) -> list[int]:
        """Give the first registered word of each link of core words, in the typed order."""
        typed_core, registered_core = self.typed.core, self.registered.core
        found = sorted(
            (link.typed, link.registered & -link.registered)
            for link in self.links
            if link.typed & typed_core and link.registered & registered_core
        )
        return [registered for _, registered in found]


def align_equal(typed: Prepared, registered: Prepared, steps: Steps) -> Alignment:
    """Align what is equal: single words first, then words written together or apart."""
    steps.take(len(typed.words) * len(registered.words))
    found = Alignment(typed, registered)
    _fit_equal(found)
    if _both_left(found):
        _fit_joined(found, typed_single=True)
        _fit_joined(found, typed_single=False)
        if _both_left(found) and (DOT in typed.gaps or DOT in registered.gaps):
            _fit_lost_letter(found, typed_single=True)
            _fit_lost_letter(found, typed_single=False)
    return found


def _both_left(found: Alignment) -> bool:
    """Whether a core word is left on one side, and any word on the other."""
    return bool((found.typed_left and found.registered_free) or (found.registered_left and found.typed_free))


def _fit_equal(found: Alignment) -> None:
    typed, registered = found.typed.words, found.registered.words
    typed_numbers, registered_numbers = found.typed.numbers, found.registered.numbers
    organisations = found.typed.kind is HolderKind.ORGANISATION
    for i in bits(found.typed_free):
        word = typed[i]
        synonym = word.word.synonym if organisations else 0
        number = typed_numbers.get(i)
        several = len(word.variants) > 1
        for j in bits(found.registered_free):
            other = registered[j]
            if word.first == other.first or ((several or len(other.variants) > 1) and shares(word, other)):
                found.link_words(i, j, Fit.FULL)
                break
            if (synonym and synonym == other.word.synonym) or (
                number and number == registered_numbers.get(j)
            ):
                found.link_words(i, j, Fit.SYNONYM)
                break


def shares(a: Folded, b: Folded) -> bool:
    """Whether two words share a folding."""
    if len(a.variants) == 1:
        return a.first in b.variants
    return any(variant in b.variants for variant in a.variants)


def _fit_joined(found: Alignment, *, typed_single: bool) -> None:
    """Fit words apart on one side to one word on the other."""
    one, many = (found.typed, found.registered) if typed_single else (found.registered, found.typed)
    for single in bits(found.typed_free if typed_single else found.registered_free):
        free = found.registered_free if typed_single else found.typed_free
        run = _run_equal(one, single, many, free)
        if not run:
            continue
        weight = _core_letters(many, run) + _core_letters(one, 1 << single)
        typed, registered = (1 << single, run) if typed_single else (run, 1 << single)
        found.link(typed, registered, Fit.JOINED, weight)


def _core_letters(side: Prepared, words: int) -> int:
    return sum(side.words[i].length for i in bits(words & side.core))


def _run_equal(one: Prepared, i: int, side: Prepared, free: int) -> int:
    """Give the first run of two or three free neighbours that, written together, are word i; 0 if none."""
    single = one.words[i]
    if single.sign:
        return 0
    words = side.words
    elided = ELIDED if one.surname >> i & 1 else ""
    for start in bits(free & free >> 1):
        rests = _rests(single.variants, words[start])
        end = start + 1
        while rests and end < start + JOINED_WORDS_MAX and free >> end & 1 and not words[end].sign:
            if words[end - 1].digits and words[end].digits:
                break
            rests = _rests(rests, words[end])
            end += 1
            if "" in rests and not (
                side.kind is HolderKind.PERSON and _holds_initial(words[start:end], elided)
            ):
                return (1 << end) - (1 << start)
    return 0


def _holds_initial(run: list[Folded], elided: str) -> bool:
    """Whether a word is a letter that may be an initial: Daniel A Costa is not Daniela Costa."""
    return any(folded.letter and (at or folded.first not in elided) for at, folded in enumerate(run))


def _rests(texts: tuple[str, ...], word: Folded) -> tuple[str, ...]:
    """Give what is left of the texts that begin with the word."""
    return tuple(text[len(v) :] for text in texts for v in word.variants if text.startswith(v))


def _fit_lost_letter(found: Alignment, *, typed_single: bool) -> None:
    """Fit two words parted by a bare full stop to one word with one letter in its place (EPC217-08)."""
    one, many = (found.typed, found.registered) if typed_single else (found.registered, found.typed)
    for start in bits(found.registered_free if typed_single else found.typed_free):
        run = 3 << start
        free = found.registered_free if typed_single else found.typed_free
        if many.gaps[start + 1] != DOT or free & run != run:
            continue
        if many.gaps[start] == DOT or many.gaps[start + 2] == DOT:
            continue
        for single in bits(found.typed_free if typed_single else found.registered_free):
            if _lost_letter(many.words[start], many.words[start + 1], one.words[single]):
                typed, registered = (1 << single, run) if typed_single else (run, 1 << single)
                weight = _core_letters(many, run) + _core_letters(one, 1 << single)
                found.link(typed, registered, Fit.LETTER_UNKNOWN, max(weight - 1, 0))
                break


def _lost_letter(head: Folded, tail: Folded, single: Folded) -> bool:
    """Whether a word is two others with one letter between them."""
    return (head.base and tail.base and single.base) and any(
        len(text) == len(first) + len(second) + 1
        and len(text) >= LOST_LETTER_LENGTH
        and text.startswith(first)
        and text.endswith(second)
        for text in single.variants
        for first in head.variants
        for second in tail.variants
    )
