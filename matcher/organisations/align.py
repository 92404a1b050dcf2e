"""The near fits of organisations' names: another spacing, short forms, an acronym, one slip of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from matcher.alignment import STEPS_PER_DISTANCE, Alignment, Fit, Steps, align_equal, shares
from matcher.prepared import bits
from matcher.tables import blob
from matcher.typos import Lengths, fit_typos

if TYPE_CHECKING:
    from matcher.prepared import Prepared
    from matcher.tables.blob import Word
    from matcher.words import Folded

TYPO_LENGTHS = Lengths(one=4, two=8, first=6)
TYPO_ALONE_LENGTHS = Lengths(one=6, two=8, first=6, replaced=(7, 8, 6))
"""For words beside which no other fits."""
TYPO_WORDS_MAX = 2
FORM_SLIP_LENGTHS = (4, 8)
"""The shorter legal form's letters from which one, and two, edits are a slip in it."""
FORM_LETTERS_MAX = 64
ACRONYM_LETTERS_MIN = 3
SHORTENED_LETTERS_MIN = 4
"""Letters that are left of a shortened word without a full stop behind it."""
SHORTENED_ALONE_LETTERS_MIN = 6
"""The same where no other word fits, and half the word must be left (Berg is not Bergmann)."""
DOTTED_LETTERS_MIN = 3
"""Letters that are left of a shortened word with one (Baker. for Bakeries)."""
LOST_LETTERS_MIN = 3
"""Letters that such a word lost: fewer may be an ending (Astor, Astoria)."""
_KNOWN_TAGS = blob.GENERIC | blob.PARTICLE | blob.CONNECTOR | blob.NUMBER
_ROMAN = frozenset("ivxlcdm")


def align(typed: Prepared, registered: Prepared, budget: int, steps: Steps) -> Alignment:
    """Align two organisations' names: what is equal first, then each near fit in turn."""
    found = align_equal(typed, registered, steps)
    if not (found.typed_left or found.registered_left):
        return found
    if _written_alike(typed, registered):
        return _wholly(typed, registered)
    if typed.dotted or registered.dotted:
        _fit_dotted(found)
    if budget:
        _fit_form_slip(found, steps)
    _fit_outside(found, steps)
    if found.typed_left and found.registered_left:
        _fit_run(found)
        _fit_shortened(found, steps)
        _fit_acronym(found)
        if budget:
            fit_typos(found, budget, TYPO_WORDS_MAX, _may_be_typo, steps)
    return found


def _written_alike(typed: Prepared, registered: Prepared) -> bool:
    """Whether the names, forms and all, are the same letters, parted into words in another way."""
    if typed.words[0].first[0] != registered.words[0].first[0]:
        return False
    letters = "".join([folded.first for folded in typed.words])
    return (
        letters == "".join([folded.first for folded in registered.words])
        and not _numbers_meet(typed)
        and not _numbers_meet(registered)
    )


def _numbers_meet(name: Prepared) -> bool:
    """Whether two words with digits stand side by side, so that spaces tell one number from another."""
    words = name.words
    return any(words[i - 1].digits and words[i].digits for i in range(1, len(words)))


def _wholly(typed: Prepared, registered: Prepared) -> Alignment:
    """Align all words to all."""
    found = Alignment(typed, registered)
    weight = sum(name.words[i].length for name in (typed, registered) for i in bits(name.core))
    found.link(typed.core | typed.light, registered.core | registered.light, Fit.JOINED, weight)
    return found


def _fit_dotted(found: Alignment) -> None:
    """Fit a short form with a full stop inside to its full word."""
    typed, registered = found.typed, found.registered
    for i, synonym in typed.dotted.items():
        j = _synonym(synonym, registered, found.registered_left)
        if j is not None and found.typed_left >> i & 3 == 3:  # noqa: PLR2004 (both words)
            weight = sum(typed.words[k].length for k in (i, i + 1)) + registered.words[j].length
            found.link(3 << i, 1 << j, Fit.SYNONYM, weight)
    for j, synonym in registered.dotted.items():
        k = _synonym(synonym, typed, found.typed_left)
        if k is not None and found.registered_left >> j & 3 == 3:  # noqa: PLR2004 (both words)
            weight = sum(registered.words[n].length for n in (j, j + 1)) + typed.words[k].length
            found.link(1 << k, 3 << j, Fit.SYNONYM, weight)


def _synonym(synonym: int, name: Prepared, among: int) -> int | None:
    """Give the first of some words that is a full word's or its short form."""
    return next((i for i in bits(among) if name.words[i].word.synonym == synonym), None)


def _fit_form_slip(found: Alignment, steps: Steps) -> None:
    """Fit the last words of one side to the other's legal form that they are but for a slip (Gmbbh)."""
    typed, registered = found.typed, found.registered
    left = found.typed_left or found.registered_left
    name, other = (typed, registered) if found.typed_left else (registered, typed)
    if (found.typed_left and found.registered_left) or name.forms or not other.forms:
        return
    if left != (1 << len(name.words)) - (left & -left):
        return
    outside = _outside(other)
    letters = "".join([name.words[i].first for i in bits(left)])
    form = "".join([other.words[i].first for i in bits(outside)])
    shorter, longer = sorted((len(letters), len(form)))
    allowed = 2 if shorter >= FORM_SLIP_LENGTHS[1] else 1 if shorter >= FORM_SLIP_LENGTHS[0] else 0
    if not allowed or longer - shorter > allowed or longer > FORM_LETTERS_MAX:
        return
    if not (letters.isascii() and form.isascii()):
        return
    steps.take(STEPS_PER_DISTANCE)
    edits = OSA.distance(letters, form, score_cutoff=allowed)
    if edits > allowed:
        return
    typed_words, registered_words = (left, outside) if name is typed else (outside, left)
    found.link(typed_words, registered_words, Fit.TYPO, 0)
    found.fits |= 1 << Fit.TYPO
    found.weight += len(letters) - edits


def _fit_outside(found: Alignment, steps: Steps) -> None:
    """Fit words of one side to those that the other side's legal form took ("Nordlicht Investment AG")."""
    typed, registered = found.typed, found.registered
    typed_outside, registered_outside = _outside(typed), _outside(registered)
    if not (typed_outside or registered_outside):
        return
    steps.take(len(typed.words) * len(registered.words))
    for i in bits(typed_outside):
        j = _like(typed.words[i], registered, registered_outside)
        if j is not None:
            typed_outside &= ~(1 << i)
            registered_outside &= ~(1 << j)
    for i in bits(found.typed_left):
        j = _like(typed.words[i], registered, registered_outside)
        if j is not None:
            registered_outside &= ~(1 << j)
            found.link(1 << i, 1 << j, Fit.FULL, 0)
            found.weight += typed.words[i].length
    for j in bits(found.registered_left):
        k = _like(registered.words[j], typed, typed_outside)
        if k is not None:
            typed_outside &= ~(1 << k)
            found.link(1 << k, 1 << j, Fit.FULL, 0)
            found.weight += registered.words[j].length


def _like(word: Folded, name: Prepared, among: int) -> int | None:
    """Give the first of some words that shares a folding with another name's word."""
    return next((j for j in bits(among) if shares(word, name.words[j])), None)


def _outside(name: Prepared) -> int:
    """Give the words of the legal form, as a set."""
    return (1 << len(name.words)) - 1 & ~(name.core | name.light | name.branch)


def _fit_run(found: Alignment) -> None:
    """Fit what is left, a run of words on each side, if it is the same letters (A.B.C.D. Werke)."""
    sides = ((found.typed, found.typed_left), (found.registered, found.registered_left))
    if any(left + (left & -left) & left or _digits(name, left) for name, left in sides):
        return
    typed, registered = ("".join([name.words[i].first for i in bits(left)]) for name, left in sides)
    if typed == registered:
        weight = sum(name.words[i].length for name, left in sides for i in bits(left))
        found.link(found.typed_left, found.registered_left, Fit.JOINED, weight)


def _digits(name: Prepared, words: int) -> bool:
    return any(name.words[i].digits for i in bits(words))


def _fit_shortened(found: Alignment, steps: Steps) -> None:
    """Fit words one of which shortens the other: by a table, or by leaving out its end."""
    typed, registered = found.typed, found.registered
    steps.take(found.typed_left.bit_count() * found.registered_left.bit_count())
    alone = not found.fits
    for i in bits(found.typed_left):
        word = typed.words[i]
        initial, means_some = word.first[0], bool(word.word.variants)
        for j in bits(found.registered_left):
            other = registered.words[j]
            if (means_some and _means(word.word, other.word)) or (
                initial == other.first[0]
                and (
                    _shortens(typed, i, other, alone=alone)
                    if word.length < other.length
                    else _shortens(registered, j, word, alone=alone)
                )
            ):
                found.link_words(i, j, Fit.ABBREVIATION, abs(word.length - other.length))
                break


def _means(word: Word, other: Word) -> bool:
    """Whether one is a short form that may mean the other; a given name's short form is none here."""
    return not (word.variants.isdisjoint(other.variants) or (word.sex and other.sex))


def _shortens(name: Prepared, i: int, whole: Folded, *, alone: bool) -> bool:
    """Whether a word is the beginning of another; `alone` where no other words fit."""
    word = name.words[i]
    least, lost = (DOTTED_LETTERS_MIN, 1) if name.dot(i) else (SHORTENED_LETTERS_MIN, LOST_LETTERS_MIN)
    if alone and not name.dot(i):
        least = max(SHORTENED_ALONE_LETTERS_MIN, (whole.length + 1) // 2)
    return (
        word.length >= least
        and whole.length >= word.length + lost
        and not word.digits
        and whole.first.startswith(word.first)
    )


def _fit_acronym(found: Alignment) -> None:
    """Fit a word, or single letters, to the words whose first letters it is, if nothing else is left."""
    typed, registered = found.typed, found.registered
    typed_left, registered_left = found.typed_left, found.registered_left
    for short, short_left, long, long_left, long_free in (
        (typed, typed_left, registered, registered_left, found.registered_free),
        (registered, registered_left, typed, typed_left, found.typed_free),
    ):
        if short_left.bit_count() > 1 and short_left.bit_count() not in (
            long_left.bit_count(),
            long_free.bit_count(),
        ):
            continue
        letters = "".join([short.words[i].first for i in bits(short_left)])
        if not ACRONYM_LETTERS_MIN <= len(letters) <= long_free.bit_count():
            continue
        if short_left.bit_count() not in (1, len(letters)) or not letters.isascii():
            continue
        for words in (long_left, long_free):
            if letters == "".join([long.words[j].first[0] for j in bits(words)]):
                weight = sum(short.words[i].length for i in bits(short_left))
                weight += sum(long.words[j].length for j in bits(long_left))
                typed_words, registered_words = (short_left, words) if short is typed else (words, short_left)
                found.link(typed_words, registered_words, Fit.ACRONYM, weight)
                return


def _may_be_typo(found: Alignment, i: int, j: int) -> Lengths | None:
    """Give how long two words must be for a mere slip: never in digits, known words or roman numerals."""
    a, b = found.typed.words[i], found.registered.words[j]
    if len(a.variants) == len(b.variants) == 1 and not -2 <= a.length - b.length <= 2:  # noqa: PLR2004 (edits)
        return None
    if a.digits or b.digits or (_known(a.word) and _known(b.word)):
        return None
    if _ROMAN.issuperset(a.first) and _ROMAN.issuperset(b.first):
        return None
    return TYPO_LENGTHS if found.fits else TYPO_ALONE_LENGTHS


def _known(word: Word) -> bool:
    return bool(word.tags & _KNOWN_TAGS or word.number or word.sex)
