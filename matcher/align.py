"""Which typed word fits which registered word, and how: the facts that the rules judge."""

from dataclasses import dataclass, field
from enum import IntEnum

from rapidfuzz.distance import OSA

from matcher.model import HolderKind
from matcher.names import INITIALS_MAX, Prepared, bits
from matcher.tables import blob
from matcher.words import Token

STEPS_MAX = 12_288
STEPS_PER_DISTANCE = 32
JOINED_WORDS_MAX = 3
TYPO_WORDS_ORGANISATION_MAX = 1
ENDING_STEM_MIN = 3

TYPO_LENGTHS = {HolderKind.PERSON: (4, 8), HolderKind.ORGANISATION: (5, 9)}
"""The shorter word's length from which one, and two, edits are a typo."""
FIRST_LETTER_LENGTH = 6
"""Below this length a typo keeps the first letter."""


class Fit(IntEnum):
    """How a word fits its counterpart."""

    NONE = 0
    FULL = 1
    INITIAL_TYPED = 2
    INITIAL_REGISTERED = 3
    VARIANT = 4
    ENDING = 5
    TYPO = 6


class StepsExhausted(Exception):  # noqa: N818 (a limit that was reached, not an error of the caller)
    """The work of one decision reached STEPS_MAX."""


@dataclass(slots=True)
class Steps:
    """Counts the work of one decision; both engines count alike."""

    left: int = STEPS_MAX

    def take(self, count: int) -> None:
        """Count work about to be done; raises StepsExhausted beyond the limit."""
        self.left -= count
        if self.left < 0:
            raise StepsExhausted


@dataclass(slots=True, repr=False)
class Alignment:
    """The fit of every word on both sides."""

    typed: Prepared
    registered: Prepared
    typed_fits: list[Fit] = field(default_factory=list)
    registered_fits: list[Fit] = field(default_factory=list)
    pairs: list[int] = field(default_factory=list)
    """Per typed word: the registered word it fits, or -1; only one-to-one fits of core words."""
    weight: int = 0
    """Letters that fit, both sides together; core words only."""
    spacing: bool = False
    fused: bool = False
    """A person's given name and surname are one word on the other side."""
    synonym: bool = False

    def typed_left(self, mask: int) -> int:
        """Give the words of `mask` on the typed side that fit nothing."""
        return sum(1 << i for i in bits(mask) if not self.typed_fits[i])

    def registered_left(self, mask: int) -> int:
        """Give the words of `mask` on the registered side that fit nothing."""
        return sum(1 << j for j in bits(mask) if not self.registered_fits[j])

    @property
    def similarity(self) -> int:
        """Letters that fit among all letters of core words, per mille."""
        total = sum(side.tokens[i].length for side in (self.typed, self.registered) for i in bits(side.core))
        return self.weight * 1000 // total


def align(
    typed: Prepared, registered: Prepared, endings: tuple[tuple[str, str], ...], budget: int, steps: Steps
) -> Alignment:
    """Align two names: equal words first, then words written apart, then the kinds of near fit."""
    steps.take(len(typed.tokens) * len(registered.tokens))
    found = Alignment(
        typed,
        registered,
        [Fit.NONE] * len(typed.tokens),
        [Fit.NONE] * len(registered.tokens),
        [-1] * len(typed.tokens),
    )
    _fit_equal(found)
    if _both_left(found):
        _fit_joined(found)
    if not (found.typed_left(typed.core) and found.registered_left(registered.core)):
        return found
    if registered.kind is HolderKind.PERSON:
        _fit_initials(found)
        _fit_joined_initials(found)
        _fit_variants(found)
        _fit_endings(found, endings)
    _fit_typos(found, budget, steps)
    return found


def _both_left(found: Alignment) -> bool:
    """Whether a core word is left on one side, and any word on the other."""
    typed, registered = found.typed, found.registered
    typed_core, registered_core = found.typed_left(typed.core), found.registered_left(registered.core)
    return bool(
        (typed_core and (registered_core or found.registered_left(registered.light)))
        or (registered_core and found.typed_left(typed.light))
    )


def _pair(found: Alignment, i: int, j: int, fit: Fit, weight: int) -> None:
    found.typed_fits[i] = fit
    found.registered_fits[j] = fit
    if found.typed.core >> i & 1 and found.registered.core >> j & 1:
        found.pairs[i] = j
        found.weight += weight


def _lengths(found: Alignment, i: int, j: int) -> int:
    return found.typed.tokens[i].length + found.registered.tokens[j].length


def _free(name: Prepared, fits: list[Fit]) -> list[int]:
    """Give the words that take part and fit nothing yet."""
    return [i for i in bits(name.core | name.light) if not fits[i]]


def _fit_equal(found: Alignment) -> None:
    for i in bits(found.typed.core | found.typed.light):
        for j in _free(found.registered, found.registered_fits):
            if _share(found.typed.tokens[i].variants, found.registered.tokens[j].variants):
                _pair(found, i, j, Fit.FULL, _lengths(found, i, j))
                break
            if _synonyms(found, i, j):
                found.synonym = True
                _pair(found, i, j, Fit.FULL, _lengths(found, i, j))
                break


def _share(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return any(variant in b for variant in a)


def _synonyms(found: Alignment, i: int, j: int) -> bool:
    """Equal numbers, or known short forms of one word; organisations only have them."""
    a, b = found.typed.numbers[i], found.registered.numbers[j]
    if a and a == b:
        return True
    a, b = found.typed.words[i].synonym, found.registered.words[j].synonym
    return found.typed.kind is HolderKind.ORGANISATION and a != 0 and a == b


def _fit_joined(found: Alignment) -> None:
    """Words apart on one side that are one word on the other."""
    typed, registered = found.typed, found.registered
    for side, one, side_fits, one_fits in (
        (registered, typed, found.registered_fits, found.typed_fits),
        (typed, registered, found.typed_fits, found.registered_fits),
    ):
        for single in _free(one, one_fits):
            run = _run_equal(one.tokens[single], side, side_fits)
            if run is None:
                continue
            found.spacing = True
            found.fused = found.fused or _fuses(side, *run)
            one_fits[single] = Fit.FULL
            if one.core >> single & 1:
                found.weight += one.tokens[single].length
            for i in range(*run):
                side_fits[i] = Fit.FULL
                if side.core >> i & 1:
                    found.weight += side.tokens[i].length


def _fuses(side: Prepared, start: int, end: int) -> bool:
    """Whether the run holds a surname and a given name."""
    run = set(range(start, end))
    surname = run & set(bits(side.surname))
    return bool(surname) and any(i == side.given or side.words[i].sex for i in run - surname)


def _run_equal(single: Token, side: Prepared, fits: list[Fit]) -> tuple[int, int] | None:
    """Give the first run of two or three free neighbours that, written together, are `single`."""
    if single.is_and:
        return None
    free = set(_free(side, fits))
    for start in sorted(free):
        if not any(variant.startswith(side.tokens[start].variants) for variant in single.variants):
            continue
        for end in range(start + 2, start + JOINED_WORDS_MAX + 1):
            if end - 1 not in free or side.tokens[end - 1].is_and or side.tokens[start].is_and:
                break
            if side.tokens[end - 2].digits and side.tokens[end - 1].digits:
                break
            if _joins_to(side.tokens[start:end], single):
                return start, end
    return None


def _joins_to(run: list[Token], single: Token) -> bool:
    for v in range(max(len(token.variants) for token in run)):
        if "".join(token.variants[min(v, len(token.variants) - 1)] for token in run) in single.variants:
            return True
    return False


def _givens_left(found: Alignment) -> list[int]:
    """Give the registered core words that fit nothing and are no surname."""
    registered = found.registered
    mask = registered.core & ~registered.surname & ~registered.generations
    return bits(found.registered_left(mask))


def _starts_with(token: Token, letter: str) -> bool:
    return token.ascii and token.length > 1 and any(v.startswith(letter) for v in token.variants)


def _fit_initials(found: Alignment) -> None:
    for i in bits(found.typed_left(found.typed.core)):
        typed = found.typed.tokens[i]
        for j in _givens_left(found):
            registered = found.registered.tokens[j]
            fit = Fit.NONE
            if _is_letter(typed) and _starts_with(registered, typed.variants[0]):
                fit = Fit.INITIAL_TYPED
            elif _is_letter(registered) and _starts_with(typed, registered.variants[0]):
                fit = Fit.INITIAL_REGISTERED
            if fit:
                _pair(found, i, j, fit, _lengths(found, i, j) // 2)
                break


def _is_letter(token: Token) -> bool:
    return token.length == 1 and token.ascii and not token.digits and not token.is_and


def _fit_joined_initials(found: Alignment) -> None:
    """Fit initials written as one word in capitals (JP) against as many given names in a row."""
    givens = _givens_left(found)
    for i in bits(found.typed_left(found.typed.core)):
        run = _initials_of(found.typed.tokens[i], givens, found.registered)
        if run:
            found.typed_fits[i] = Fit.INITIAL_TYPED
            for j in run:
                found.registered_fits[j] = Fit.INITIAL_TYPED
            found.weight += 2 * len(run)
            return
    free = bits(found.typed_left(found.typed.core))
    for j in givens:
        run = _initials_of(found.registered.tokens[j], free, found.typed)
        if run:
            found.registered_fits[j] = Fit.INITIAL_REGISTERED
            for i in run:
                found.typed_fits[i] = Fit.INITIAL_REGISTERED
            found.weight += 2 * len(run)
            return


def _initials_of(token: Token, others: list[int], side: Prepared) -> list[int]:
    """Give the run of `others` whose first letters are `token`, or nothing."""
    count = token.length
    if not (1 < count <= INITIALS_MAX and token.upper and token.ascii and not token.digits):
        return []
    for at in range(len(others) - count + 1):
        run = others[at : at + count]
        if all(_starts_with(side.tokens[i], token.variants[0][n]) for n, i in enumerate(run)):
            return run
    return []


def _fit_variants(found: Alignment) -> None:
    for i in bits(found.typed_left(found.typed.core)):
        variants = found.typed.words[i].variants
        if not variants:
            continue
        for j in _givens_left(found):
            if variants & found.registered.words[j].variants:
                _pair(found, i, j, Fit.VARIANT, _lengths(found, i, j) * 3 // 4)
                break


def _fit_endings(found: Alignment, endings: tuple[tuple[str, str], ...]) -> None:
    for i in bits(found.typed_left(found.typed.core)):
        for j in bits(found.registered_left(found.registered.surname)):
            if _differ_by_ending(found.typed.tokens[i], found.registered.tokens[j], endings):
                _pair(found, i, j, Fit.ENDING, _lengths(found, i, j) * 3 // 4)
                break


def _differ_by_ending(a: Token, b: Token, endings: tuple[tuple[str, str], ...]) -> bool:
    if not (a.ascii and b.ascii):
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


def _fit_typos(found: Alignment, budget: int, steps: Steps) -> None:
    kind = found.registered.kind
    words = TYPO_WORDS_ORGANISATION_MAX if kind is HolderKind.ORGANISATION else budget
    while budget and words:
        best = _nearest(found, kind, budget, steps)
        if best is None:
            return
        edits, i, j = best
        _pair(found, i, j, Fit.TYPO, _lengths(found, i, j) - 2 * edits)
        budget -= edits
        words -= 1


def _nearest(found: Alignment, kind: HolderKind, budget: int, steps: Steps) -> tuple[int, int, int] | None:
    """Give the free pair of words with the fewest edits within the budget; ties go to the first."""
    best: tuple[int, int, int] | None = None
    for i in bits(found.typed_left(found.typed.core)):
        for j in bits(found.registered_left(found.registered.core)):
            if _may_be_typo(found, i, j, kind):
                edits = _edits(found.typed.tokens[i], found.registered.tokens[j], kind, budget, steps)
                if edits <= budget and (best is None or edits < best[0]):
                    best = edits, i, j
    return best


def _may_be_typo(found: Alignment, i: int, j: int, kind: HolderKind) -> bool:
    """Whether a spelling difference may be a mere slip: never in numbers, nor between two known words."""
    typed, registered = found.typed.tokens[i], found.registered.tokens[j]
    if typed.digits or registered.digits or not (typed.ascii and registered.ascii):
        return False
    a, b = found.typed.words[i], found.registered.words[j]
    if kind is HolderKind.ORGANISATION:
        return not (_known(a.tags, a.number, a.sex) and _known(b.tags, b.number, b.sex))
    if a.sex and b.sex:
        return False
    if found.registered.surname >> j & 1:
        return True
    return not _sexed(typed.variants[0], registered.variants[0])


def _known(tags: int, number: int, sex: int) -> bool:
    return bool(tags & (blob.GENERIC | blob.PARTICLE | blob.CONNECTOR | blob.NUMBER) or number or sex)


def _sexed(x: str, y: str) -> bool:
    """Whether two given names differ by a final vowel only, as Maria and Mario, or Jan and Jana, do."""
    return _without_vowel(x) == _without_vowel(y)


def _without_vowel(text: str) -> str:
    return text[:-1] if text[-1] in "aeo" else text


def _edits(a: Token, b: Token, kind: HolderKind, budget: int, steps: Steps) -> int:
    """Give the fewest edits between two words, or budget + 1."""
    best = budget + 1
    for x in a.variants:
        for y in b.variants:
            allowed = min(budget, _allowed(x, y, kind))
            if allowed:
                steps.take(STEPS_PER_DISTANCE)
                edits = OSA.distance(x, y, score_cutoff=allowed)
                if edits <= allowed:
                    best = min(best, edits)
    return best


def _allowed(x: str, y: str, kind: HolderKind) -> int:
    """Give the edits that lengths and first letters leave possible."""
    shorter, longer = sorted((len(x), len(y)))
    one, two = TYPO_LENGTHS[kind]
    allowed = 2 if shorter >= two else 1 if shorter >= one else 0
    if longer - shorter > allowed or (shorter < FIRST_LETTER_LENGTH and x[0] != y[0]):
        return 0
    return allowed
