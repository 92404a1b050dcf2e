"""The near fits of persons' names: initials, short forms, gender endings, and slips of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from matcher.alignment import STEPS_PER_DISTANCE, Alignment, Fit, Steps, align_equal
from matcher.persons.prepare import INITIALS_MAX
from matcher.persons.sound import crossed_sound, given_sound, written_sound
from matcher.prepared import Prepared, bits
from matcher.tables import blob
from matcher.typos import Lengths, fit_typos

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from matcher.words import Folded

ENDING_STEM_MIN = 3
INITIAL_LETTERS_MAX = 2
SOUND_LENGTH = 3
"""Letters of a sound from which two names are one; in one of so few, the first is written alike too."""
SOUNDED_LETTERS_MAX = 64
"""Letters of a word whose sound is taken."""
CROSSED_EDITS_MAX = 3
WIFE = "ne"
FEMININE = ("de", "le", "ne", "te")
"""Endings that make a woman's name of a man's, besides a vowel."""
CROSSED_REPLACED_LENGTH = 6
"""The sound's length from which a letter replaced may be near between two known given names."""


class _Crossed(NamedTuple):
    """The shorter sound's lengths from which two words are near in another script."""

    one: int
    """One edit apart."""
    two: int
    """Two edits apart."""
    known: bool = False
    """They are known given names: an edit of the end, or a letter replaced among few, makes another name."""


CROSSED = _Crossed(one=3, two=6)
CROSSED_GIVEN = _Crossed(one=5, two=6, known=True)
CROSSED_EQUAL = _Crossed(one=2 * SOUNDED_LETTERS_MAX + 1, two=2 * SOUNDED_LETTERS_MAX + 1)
"""Between names of different sex: no sound is so long, so only an equal one is near."""
SURNAME_LENGTHS = Lengths(one=3, two=4, first=3, replaced=(4, 8, 6), added=8, one_for_two=7)
GIVEN_LENGTHS = Lengths(one=3, two=4, first=3, replaced=(4, 9, 4))
KNOWN_TYPED_LENGTHS = Lengths(one=3, two=4, first=3, replaced=(4, 9, 6))
"""For a typed given name that is known: less likely a slip of a registered one that isn't."""
KNOWN_REGISTERED_LENGTHS = Lengths(one=3, two=4, first=3, replaced=(4, 6, 4))
"""For a typed word that is no known given name, beside a registered one that is: more likely its slip."""
GIVEN_END_LENGTH = 5
"""Letters from which a given name may be another one's slip in its last letter."""


def align(
    typed: Prepared, registered: Prepared, endings: Set[tuple[str, str]], budget: int, steps: Steps
) -> Alignment:
    """Align two persons' names: what is equal first, then the kinds of near fit."""
    found = align_equal(typed, registered, steps)
    if typed.generations and registered.generations:
        _fit_generations(found)
    if found.typed_left and found.registered_left:
        _fit_initials(found)
        _fit_joined_initials(found)
        _fit_variants(found)
        _fit_sounds(found, steps)
        _fit_endings(found, endings)
        if budget and found.typed_left and found.registered_left:
            if found.typed.scripts & found.registered.scripts:
                fit_typos(found, budget, budget, _may_be_typo, steps)
            else:
                _fit_crossed(found, steps)
    return found


def _fit_generations(found: Alignment) -> None:
    """Fit words that mean the younger of a name, or the elder: Jr. and junior."""
    for i in bits(found.typed_free & found.typed.generations):
        meant = found.typed.words[i].word.person & (blob.YOUNGER | blob.ELDER)
        for j in bits(found.registered_free & found.registered.generations):
            if meant & found.registered.words[j].word.person:
                found.link_words(i, j, Fit.SYNONYM)
                break


def _givens_left(found: Alignment) -> int:
    """Give the registered core words that fit nothing and are no surname, as a set."""
    registered = found.registered
    return found.registered_left & ~registered.surname & ~registered.generations


def _starts_with(folded: Folded, beginnings: tuple[str, ...]) -> bool:
    return folded.letters > 1 and folded.base and any(v.startswith(beginnings) for v in folded.variants)


def _fit_initials(found: Alignment) -> None:
    for i in bits(found.typed_left):
        typed = found.typed.words[i]
        for j in bits(_givens_left(found)):
            registered = found.registered.words[j]
            if _is_initial(found.typed, i) and _starts_with(registered, typed.variants):
                fit = Fit.INITIAL_TYPED
            elif _is_initial(found.registered, j) and _starts_with(typed, registered.variants):
                fit = Fit.INITIAL_REGISTERED
            else:
                continue
            letters = typed.length + registered.length
            found.link_words(i, j, fit, letters - letters // 2)
            break


def _is_initial(side: Prepared, i: int) -> bool:
    """Whether a word is one letter, or two with a full stop behind them (Th.)."""
    folded = side.words[i]
    return folded.letter or (folded.letters == INITIAL_LETTERS_MAX and side.dot(i) and not folded.digits)


def _fit_joined_initials(found: Alignment) -> None:
    """Fit initials written as one word in capitals (JP) against as many given names in a row."""
    givens = bits(_givens_left(found))
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
        if all(_starts_with(side.words[i], (folded.first[n],)) for n, i in enumerate(run)):
            return sum(1 << i for i in run)
    return 0


def _fit_variants(found: Alignment) -> None:
    for i in bits(found.typed_left):
        typed = found.typed.words[i]
        if not typed.word.variants:
            continue
        for j in bits(_givens_left(found)):
            registered = found.registered.words[j]
            if not typed.word.variants.isdisjoint(registered.word.variants):
                letters = typed.length + registered.length
                found.link_words(i, j, Fit.VARIANT, letters - letters * 3 // 4)
                break


def _fit_sounds(found: Alignment, steps: Steps) -> None:
    """Fit given names that two conventions write differently; the sexes must not contradict it."""
    typed = _sounds(found.typed, found.typed_left, given_sound, steps)
    registered = _sounds(found.registered, _givens_left(found), given_sound, steps)
    for i, sounds in typed:
        for j, others in registered:
            if found.registered_free >> j & 1 and _alike(found, i, j, sounds, others):
                letters = found.typed.words[i].length + found.registered.words[j].length
                found.link_words(i, j, Fit.SOUND, letters - letters * 7 // 8)
                break


_Sounds = list[tuple[int, list[str]]]
"""Words by their position, and the sounds of their foldings."""


def _sounds(side: Prepared, left: int, sound: Callable[[str], str], steps: Steps) -> _Sounds:
    """Give the sounds of some words that fold to base Latin."""
    found: _Sounds = []
    for i in bits(left):
        folded = side.words[i]
        if folded.base and not folded.digits:
            texts = [text for text in folded.variants if len(text) <= SOUNDED_LETTERS_MAX]
            steps.take(sum(map(len, texts)))
            found.append((i, list(map(sound, texts))))
    return found


def _alike(found: Alignment, i: int, j: int, sounds: list[str], others: list[str]) -> bool:
    typed, registered = found.typed.words[i], found.registered.words[j]
    if _contrary(typed, registered):
        return False
    least = SOUND_LENGTH + (typed.first[0] != registered.first[0])
    alike = any(len(sound) >= least and sound in others for sound in sounds)
    return alike and not (typed.word.sex and registered.word.sex and _written_apart(typed, registered))


def _written_apart(a: Folded, b: Folded) -> bool:
    """Whether two known given names that sound alike are two, as Deniz and Dennis are."""
    return not any(
        written_sound(x) == written_sound(y)
        for x in a.variants
        for y in b.variants
        if max(len(x), len(y)) <= SOUNDED_LETTERS_MAX
    )


def _contrary(a: Folded, b: Folded) -> bool:
    """Whether two words are known given names of different sex."""
    return bool(a.word.sex and b.word.sex and not a.word.sex & b.word.sex)


def _fit_crossed(found: Alignment, steps: Steps) -> None:
    """Fit words of two scripts by their coarse sounds, the nearest first."""
    typed = _sounds(found.typed, found.typed_left, crossed_sound, steps)
    registered = _sounds(found.registered, found.registered_left, crossed_sound, steps)
    left = CROSSED_EDITS_MAX
    while True:
        best: tuple[int, int, int] | None = None
        for i, sounds in typed:
            if not found.typed_free >> i & 1:
                continue
            for j, others in registered:
                if not found.registered_free >> j & 1:
                    continue
                lengths = _crossed_lengths(found, i, j)
                if lengths is None:
                    continue
                edits = _crossed_edits(sounds, others, left, lengths, steps)
                if edits <= left and (best is None or edits < best[0]):
                    best = edits, i, j
        if best is None:
            return
        edits, i, j = best
        found.link_words(i, j, Fit.TYPO, 2 * edits + 1)
        left -= edits


def _crossed_lengths(found: Alignment, i: int, j: int) -> _Crossed | None:
    """Give how long two words' sounds must be to be near, or None where the words are two names by sex."""
    typed, registered = found.typed.words[i], found.registered.words[j]
    given = not found.registered.surname >> j & 1
    if given and _sexed(typed.first, registered.first):
        return None
    if _contrary(typed, registered):
        return CROSSED_EQUAL
    return CROSSED_GIVEN if given and typed.word.sex and registered.word.sex else CROSSED


def _crossed_edits(sounds: list[str], others: list[str], most: int, lengths: _Crossed, steps: Steps) -> int:
    """Give the fewest edits between the sounds of two words, or more than can ever be left."""
    best = CROSSED_EDITS_MAX + 1
    for x in sounds:
        for y in others:
            if x and x == y:
                return 0
            shorter = min(len(x), len(y))
            allowed = 0 if shorter < lengths.one else 1 if shorter < lengths.two else 2
            allowed = min(allowed, most)
            if allowed and abs(len(x) - len(y)) <= allowed:
                steps.take(STEPS_PER_DISTANCE)
                edits = OSA.distance(x, y, score_cutoff=allowed)
                if edits <= allowed and not (lengths.known and _another_given(x, y)):
                    best = min(best, edits)
    return best


def _another_given(x: str, y: str) -> bool:
    """Whether known given names' sounds differ at their ends only, or in a letter replaced among few."""
    if len(x) != len(y):
        return x.startswith(y) or y.startswith(x)
    return len(x) < CROSSED_REPLACED_LENGTH or x[:-1] == y[:-1]


def _fit_endings(found: Alignment, endings: Set[tuple[str, str]]) -> None:
    for i in bits(found.typed_left):
        for j in bits(found.registered_left & found.registered.surname):
            typed, registered = found.typed.words[i], found.registered.words[j]
            if _differ_by_ending(typed, registered, endings):
                letters = typed.length + registered.length
                found.link_words(i, j, Fit.ENDING, letters - letters * 3 // 4)
                break


def _differ_by_ending(a: Folded, b: Folded, endings: Set[tuple[str, str]]) -> bool:
    if not (a.base and b.base):
        return False
    return any(
        _end_apart(x, y, endings)
        for x in a.variants
        for y in b.variants
        if x[:ENDING_STEM_MIN] == y[:ENDING_STEM_MIN]
    )


def _end_apart(x: str, y: str, endings: Set[tuple[str, str]]) -> bool:
    """Whether two words of one stem, ENDING_STEM_MIN letters at least, have the endings of one pair."""
    stem = ENDING_STEM_MIN
    while True:
        if (x[stem:], y[stem:]) in endings or (y[stem:], x[stem:]) in endings:
            return True
        if x[stem : stem + 1] != y[stem : stem + 1] or stem >= len(x):
            return False
        stem += 1


def _may_be_typo(found: Alignment, i: int, j: int) -> Lengths | None:
    """Give how long two words must be for a mere slip: never between two known given names, nor by sex."""
    typed, registered = found.typed.words[i], found.registered.words[j]
    if typed.first.isdigit() or registered.first.isdigit() or (typed.digits and registered.digits):
        return None
    x, y = typed.first, registered.first
    surname = found.registered.surname >> j & 1
    if typed.word.sex and registered.word.sex:
        alike = _one_umlaut(x, y) or (surname and given_sound(x) == given_sound(y))
        return GIVEN_LENGTHS if alike else None
    if _married(x, y):
        return None
    return SURNAME_LENGTHS if surname else _given_lengths(typed, registered)


def _given_lengths(typed: Folded, registered: Folded) -> Lengths | None:
    """Give how long given names must be of which one at most is known to the tables."""
    x, y = typed.first, registered.first
    if _sexed(x, y) or (len(x) == len(y) < GIVEN_END_LENGTH and x[:-1] == y[:-1]):
        return None
    if _may_be_given(typed):
        return None if _may_be_given(registered) else KNOWN_TYPED_LENGTHS
    return KNOWN_REGISTERED_LENGTHS if _may_be_given(registered) else GIVEN_LENGTHS


def _may_be_given(folded: Folded) -> bool:
    """Whether a word is a known given name, or a surname that many bear as one (Harvey)."""
    return bool(folded.word.sex or folded.word.person & blob.ALSO_GIVEN)


def _one_umlaut(x: str, y: str) -> bool:
    """Whether two words differ by how they write an umlaut without its mark, as Juergen and Jurgen."""
    for pair in ("ae", "oe", "ue"):
        x, y = x.replace(pair, pair[0]), y.replace(pair, pair[0])
    return x == y


def _married(x: str, y: str) -> bool:
    """Whether one name is a Hungarian wife's, built from her husband's: Péterné."""
    return x + WIFE == y or y + WIFE == x


def _sexed(x: str, y: str) -> bool:
    """Whether two given names differ by an ending of sex: Maria and Mario, Arman and Armande."""
    return _sexless(x) == _sexless(y) or any(x + end == y or y + end == x for end in FEMININE)


def _sexless(text: str) -> str:
    if text.endswith("os"):
        return text[:-2]
    return text[:-1] if text[-1] in "aeo" else text
