"""Tags the words of an organisation's name: its legal form, numbers, connecting words and articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model import HolderKind
from matcher.prepared import Prepared
from matcher.tables import blob

if TYPE_CHECKING:
    from matcher.tables.blob import Word
    from matcher.words import Folded, Text

FORM_WORDS_MAX = 12
STATUSES_MAX = 3
NUMBER_DIGITS_MAX = 4


def prepare(text: Text, lexicon: dict[str, Word]) -> Prepared:
    """Tag the words; `core` is empty if there is nothing to compare."""
    name = Prepared(HolderKind.ORGANISATION, text)
    first, last = _strip_forms(name, lexicon)
    core = light = signs = 0
    for i in range(first, last):
        folded = name.words[i]
        tags = folded.word.tags
        if folded.sign:
            signs |= 1 << i
        elif (tags & blob.PARTICLE and folded.length > 1) or (
            tags & blob.CONNECTOR and first < i < last - 1 and not _abbreviated(name, i)
        ):
            light |= 1 << i
        else:
            core |= 1 << i
    name.core, name.light = core or light, (light if core else 0) | signs
    _find_numbers(name)
    return name


def _abbreviated(name: Prepared, i: int) -> bool:
    """Whether a word is a letter of a dotted abbreviation."""
    return name.words[i].length == 1 and (name.dot(i) or name.dot(i - 1))


def _find_numbers(name: Prepared) -> None:
    """Find digits, and numerals that do not begin the name."""
    seen = False
    for i, folded in enumerate(name.words):
        if folded.digits:
            if not folded.scripts and len(folded.first) <= NUMBER_DIGITS_MAX:
                name.numbers[i] = int(folded.first)
        elif folded.word.number and seen:
            name.numbers[i] = folded.word.number
        seen = seen or bool(name.core >> i & 1)


def _strip_forms(name: Prepared, lexicon: dict[str, Word]) -> tuple[int, int]:
    """Find the legal form at the end, else at the start; give the range of words that is left."""
    last = len(name.words)
    for _ in range(STATUSES_MAX):
        found = _form_at_end(name, last, lexicon)
        if found is None:
            break
        last, word = found
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
    """Give where the longest legal form or status that ends before `last` begins, and what it is."""
    if last < 2 or name.words[last - 1].sign:  # noqa: PLR2004 (a word, and the form behind it)
        return None
    best: tuple[int, Word] | None = None
    keys: tuple[str, ...] = ("",)
    for start in range(last - 1, max(0, last - FORM_WORDS_MAX - 1), -1):
        folded = name.words[start]
        if folded.sign:
            continue
        keys = _before(folded, keys)
        if len(keys[0]) > blob.KEY_BYTES_MAX:
            break
        word = _known(keys, lexicon)
        if word is not None and (word.forms or word.tags & blob.STATUS):
            begin = start - 1 if _company_sign(name, start) else start
            if _has_content(name, 0, begin):
                best = begin, word
    return best


def _company_sign(name: Prepared, start: int) -> bool:
    """Whether the sign before a word is the one in "& Co. KG"; any other belongs to the name (B+ GmbH)."""
    return start > 0 and name.words[start - 1].sign and name.words[start].first == "co"


def _form_at_start(name: Prepared, last: int, lexicon: dict[str, Word]) -> tuple[int, Word] | None:
    """Give where the longest legal form at the start ends, and what it is."""
    if not last or name.words[0].sign:
        return None
    best: tuple[int, Word] | None = None
    keys: tuple[str, ...] = ("",)
    for end in range(1, min(last - 1, FORM_WORDS_MAX) + 1):
        folded = name.words[end - 1]
        if folded.sign:
            continue
        keys = _behind(keys, folded)
        if len(keys[0]) > blob.KEY_BYTES_MAX:
            break
        word = _known(keys, lexicon)
        if word is not None and word.forms and word.tags & blob.PREFIX and _has_content(name, end, last):
            best = end, word
    return best


def _has_content(name: Prepared, start: int, end: int) -> bool:
    return any(not name.words[i].sign for i in range(start, end))


def _known(keys: tuple[str, ...], lexicon: dict[str, Word]) -> Word | None:
    for key in keys:
        word = lexicon.get(key)
        if word is not None:
            return word
    return None


def _before(folded: Folded, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Write a word in front of the keys, each variant by itself."""
    variants = folded.variants
    if len(keys) == len(variants) == 1:
        return (variants[0] + keys[0],)
    count = max(len(keys), len(variants))
    return tuple(variants[min(v, len(variants) - 1)] + keys[min(v, len(keys) - 1)] for v in range(count))


def _behind(keys: tuple[str, ...], folded: Folded) -> tuple[str, ...]:
    """Write a word behind the keys, each variant by itself."""
    variants = folded.variants
    if len(keys) == len(variants) == 1:
        return (keys[0] + variants[0],)
    count = max(len(keys), len(variants))
    return tuple(keys[min(v, len(keys) - 1)] + variants[min(v, len(variants) - 1)] for v in range(count))
