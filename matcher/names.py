"""A name made ready to compare: its words tagged, its legal form or surname found.

A set of words is an `int` with bit i for word i, so that both engines hold it alike.
"""

from dataclasses import dataclass

from matcher.model import HolderKind
from matcher.tables import blob
from matcher.tables.blob import Word
from matcher.words import Token

FORM_WORDS_MAX = 12
STATUSES_MAX = 3
NUMBER_DIGITS_MAX = 4
INITIALS_MAX = 3
"""Letters that may be initials written as one word, as JP."""

_UNKNOWN = Word(0, 0, 0, 0, frozenset(), frozenset())


@dataclass(slots=True, repr=False)
class Prepared:
    """The words of one name and what each is."""

    kind: HolderKind
    tokens: list[Token]
    words: list[Word]
    core: int = 0
    """The words that must fit."""
    light: int = 0
    """Titles, particles and connecting words: free to be missing."""
    generations: int = 0
    """Junior, III and their like: core words of a person that are neither given name nor surname."""
    forms: frozenset[int] = frozenset()
    """Classes of the legal form, empty if it has none."""
    numbers: tuple[int, ...] = ()
    """Per word: the value of a number, 0 if it is none."""
    surname: int = 0
    given: int = -1
    """The first given name's position, or -1."""
    certain: bool = False
    """Whether a comma or capitals mark the surname."""

    @property
    def scripts(self) -> int:
        """Scripts of the core words."""
        union = 0
        for i in bits(self.core):
            union |= self.tokens[i].scripts
        return union


def bits(mask: int) -> list[int]:
    """Give the positions in a set of words, ascending."""
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def prepare(tokens: list[Token], kind: HolderKind, lexicon: dict[str, Word]) -> Prepared:
    """Tag the words of a name for the rules of its kind; `core` is empty if there is nothing to compare."""
    name = Prepared(kind, tokens, [_looked_up(token, lexicon) for token in tokens])
    if kind is HolderKind.PERSON:
        _prepare_person(name)
    else:
        _prepare_organisation(name, lexicon)
    return name


def _looked_up(token: Token, lexicon: dict[str, Word]) -> Word:
    for variant in token.variants:
        word = lexicon.get(variant)
        if word is not None:
            return word
    return _UNKNOWN


def _prepare_person(name: Prepared) -> None:
    signs = sum(1 << i for i, token in enumerate(name.tokens) if token.is_and)
    weak = 0
    for i, (token, word) in enumerate(zip(name.tokens, name.words, strict=True)):
        single = token.length == 1
        joins = word.tags & blob.CONNECTOR and not (single and (token.upper or token.dot))
        passes = word.tags & (blob.TITLE | blob.PARTICLE) and not single
        if word.sex or not (joins or passes):
            name.core |= 1 << i
        elif word.tags & blob.WEAK:
            weak |= 1 << i
        else:
            name.light |= 1 << i
    name.light |= signs
    name.core &= ~signs
    _place_weak(name, weak)
    name.generations = sum(1 << i for i in bits(name.core) if i and name.words[i].tags & blob.GENERATION)
    if (name.core & ~name.generations).bit_count() < 2:  # noqa: PLR2004 (a given name and a surname)
        name.core |= name.light & ~signs
        name.light = signs
        name.generations = 0
    name.numbers = (0,) * len(name.tokens)
    _find_surname(name)


def _place_weak(name: Prepared, weak: int) -> None:
    """Count weak particles as such only inside a name that holds a known given name; else they are names."""
    known = any(name.words[i].sex in (blob.MALE, blob.FEMALE) for i in bits(name.core))
    comma = any(token.comma for token in name.tokens)
    core = name.core
    for i in bits(weak):
        inside = core & ((1 << i) - 1) and core >> i
        if known and (inside or comma):
            name.light |= 1 << i
        else:
            name.core |= 1 << i


def _find_surname(name: Prepared) -> None:
    order = bits(name.core & ~name.generations)
    if not order:
        return
    if len(order) == 1:
        name.surname = 1 << order[0]
        return
    surname = _by_comma(name, order) or _by_capitals(name, order)
    name.certain = surname != 0
    name.surname = surname or _by_position(name, order)
    rest = [i for i in order if not name.surname >> i & 1]
    if rest:
        name.given = rest[0]


def _by_comma(name: Prepared, order: list[int]) -> int:
    """Give the block before the only comma between core words."""
    commas = [at for at, i in enumerate(order) if at > 0 and _comma_between(name, order[at - 1], i)]
    return sum(1 << i for i in order[: commas[0]]) if len(commas) == 1 else 0


def _comma_between(name: Prepared, before: int, after: int) -> bool:
    return any(name.tokens[i].comma for i in range(before + 1, after + 1))


def _by_capitals(name: Prepared, order: list[int]) -> int:
    """Give the block in capitals at either end, where other words are not."""
    capitals = [i for i in order if name.tokens[i].upper and name.tokens[i].length > INITIALS_MAX]
    count = len(capitals)
    small = [i for i in order if not name.tokens[i].upper]
    if count and small and capitals in (order[:count], order[-count:]):
        return sum(1 << i for i in capitals)
    return 0


def _by_position(name: Prepared, order: list[int]) -> int:
    """Give the last word and all that hang on it, or the first where only the last is a known given name."""
    if name.words[order[-1]].sex and not name.words[order[0]].sex:
        return 1 << order[0]
    start = len(order) - 1
    while start > 1 and name.tokens[order[start]].hyphen:
        start -= 1
    for at in range(1, start):
        if order[at] - order[at - 1] > 1 and _particle_between(name, order[at - 1], order[at]):
            start = at
            break
    return sum(1 << i for i in order[start:])


def _particle_between(name: Prepared, before: int, after: int) -> bool:
    return any(name.words[i].tags & blob.PARTICLE for i in range(before + 1, after))


def _prepare_organisation(name: Prepared, lexicon: dict[str, Word]) -> None:
    first, last = _strip_forms(name, lexicon)
    for i in range(first, last):
        token, word = name.tokens[i], name.words[i]
        interior = first < i < last - 1
        if (
            token.is_and
            or (word.tags & blob.CONNECTOR and interior and not (token.length == 1 and _abbreviated(name, i)))
            or (word.tags & blob.PARTICLE and token.length > 1)
        ):
            name.light |= 1 << i
        else:
            name.core |= 1 << i
    if not name.core:
        name.core = sum(1 << i for i in bits(name.light) if not name.tokens[i].is_and)
        name.light &= ~name.core
    name.numbers = tuple(
        _number(token, word, first=not name.core & ((1 << i) - 1))
        for i, (token, word) in enumerate(zip(name.tokens, name.words, strict=True))
    )


def _abbreviated(name: Prepared, i: int) -> bool:
    """Whether a letter is part of a dotted abbreviation."""
    return name.tokens[i].dot or name.tokens[i - 1].dot


def _number(token: Token, word: Word, *, first: bool) -> int:
    """Give the value of digits, or of a numeral that does not begin the name."""
    text = token.variants[0]
    if token.digits and not token.scripts and len(text) <= NUMBER_DIGITS_MAX:
        return int(text)
    return 0 if first else word.number


def _strip_forms(name: Prepared, lexicon: dict[str, Word]) -> tuple[int, int]:
    """Find the legal form at the end, else at the start; give the range of words that is left."""
    last = len(name.tokens)
    for _ in range(STATUSES_MAX):
        found = _form_at_end(name, last, lexicon)
        if found is None:
            break
        start, word = found
        last = start
        if word.forms:
            name.forms = word.forms
            break
    first = 0
    found = _form_at_start(name, last, lexicon)
    if found is not None:
        end, word = found
        both = name.forms & word.forms
        if not name.forms or both:
            name.forms = both or word.forms
            first = end
    return first, last


def _form_at_end(name: Prepared, last: int, lexicon: dict[str, Word]) -> tuple[int, Word] | None:
    for start in range(max(1, last - FORM_WORDS_MAX), last):
        word = _joined_word(name, start, last, lexicon)
        if word is not None and (word.forms or word.tags & blob.STATUS) and _has_content(name, 0, start):
            return start, word
    return None


def _form_at_start(name: Prepared, last: int, lexicon: dict[str, Word]) -> tuple[int, Word] | None:
    for end in range(min(last - 1, FORM_WORDS_MAX), 0, -1):
        word = _joined_word(name, 0, end, lexicon)
        if word is not None and word.forms and word.tags & blob.PREFIX and _has_content(name, end, last):
            return end, word
    return None


def _has_content(name: Prepared, start: int, end: int) -> bool:
    return any(not name.tokens[i].is_and for i in range(start, end))


def _is_company(token: Token) -> bool:
    return token.variants[0] == "co"


def _joined_word(name: Prepared, start: int, end: int, lexicon: dict[str, Word]) -> Word | None:
    """Look the words up as one, without the signs & and +, in each convention.

    A sign at either end belongs to the name (B+ GmbH), but for the one in "& Co. KG".
    """
    if name.tokens[end - 1].is_and or (name.tokens[start].is_and and not _is_company(name.tokens[start + 1])):
        return None
    tokens = [token for token in name.tokens[start:end] if not token.is_and]
    if sum(token.length for token in tokens) > blob.KEY_BYTES_MAX:
        return None
    for v in range(max(len(token.variants) for token in tokens)):
        word = lexicon.get("".join(token.variants[min(v, len(token.variants) - 1)] for token in tokens))
        if word is not None:
            return word
    return None
