"""Tags the words of an organisation's name: legal form, branch, numbers, connecting words and articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model import HolderKind
from matcher.phrases import find_phrase
from matcher.prepared import Prepared, bits
from matcher.tables import blob
from matcher.tables.blob import UNKNOWN
from matcher.words import DOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.organisations.forms import Forms, Found
    from matcher.tables.blob import Word
    from matcher.words import Text

STATUSES_MAX = 3
NUMBER_DIGITS_MAX = 4
NUMERALS_IN_CAPITALS = ("vi", "xi")
"""Roman numerals that are words too, in small letters (Salon Vi, Delta Xi)."""
DOUBTFUL_LETTERS_MIN = 3
"""Letters of a form written as one word that may be a given name: two letters (OÜ) are none."""
BRANCH_PLACE_WORDS_MAX = 2
"""Words between a legal form and "branch" that say whose branch ("plc, Danish Branch")."""


def prepare(text: Text, forms: Forms) -> Prepared:
    """Tag the words; `core` is empty if there is nothing to compare."""
    name = Prepared(HolderKind.ORGANISATION, text)
    if not name.words:
        return name
    tags = signs = particles = connectors = 0
    numbers = False
    for i, folded in enumerate(name.words):
        word = folded.word
        numbers = numbers or folded.digits
        if word is UNKNOWN:
            if folded.sign:
                signs |= 1 << i
            continue
        tags |= word.tags
        numbers = numbers or word.number > 0
        if word.tags & blob.PARTICLE and folded.length > 1:
            particles |= 1 << i
        elif word.tags & blob.CONNECTOR:
            connectors |= 1 << i
    last = _cut_branch(name, forms) if tags & (blob.BRANCH | blob.OPENS) else len(name.words)
    kept = _strip_forms(name, last, forms)
    signs &= kept
    light = particles & kept | _joining(name, connectors, kept)
    core = kept & ~signs & ~light
    name.core, name.light = core or light, (light if core else 0) | signs
    if numbers:
        _find_numbers(name)
    if DOT in name.gaps:
        _find_dotted(name, forms.lexicon)
    return name


def _joining(name: Prepared, connectors: int, kept: int) -> int:
    """Give the connecting words that stand between others, as a set."""
    inner = connectors & kept & (kept - 1) & ~(1 << kept.bit_length() - 1)
    joining = 0
    for i in bits(inner):
        if not _abbreviated(name, i):
            joining |= 1 << i
    return joining


def _abbreviated(name: Prepared, i: int) -> bool:
    """Whether a word is a letter of a dotted abbreviation; the German "u." between words is none."""
    if name.words[i].length > 1:
        return False
    if name.dot(i - 1):
        return True
    return name.dot(i) and (name.words[i].first != "u" or name.words[i + 1].length == 1)


def _find_numbers(name: Prepared) -> None:
    """Find digits, and numerals that do not begin the name."""
    seen = False
    for i, folded in enumerate(name.words):
        if folded.digits:
            if not folded.scripts and len(folded.first) <= NUMBER_DIGITS_MAX:
                name.numbers[i] = int(folded.first)
        elif folded.word.number and seen and (folded.upper or folded.first not in NUMERALS_IN_CAPITALS):
            name.numbers[i] = folded.word.number
        seen = seen or bool(name.core >> i & 1)


def _find_dotted(name: Prepared, lexicon: Mapping[str, Word]) -> None:
    """Find short forms with a full stop inside, whose parts are words of their own."""
    for i in range(len(name.words) - 1):
        if name.gaps[i + 1] == DOT:
            word = lexicon.get(name.words[i].first + name.words[i + 1].first, UNKNOWN)
            if word.synonym:
                name.dotted[i] = word.synonym


def _cut_branch(name: Prepared, forms: Forms) -> int:
    """Find the branch suffix, a word such as "branch" and all behind it; give where it begins."""
    words = name.words
    found_phrase = find_phrase(words, name.gaps, blob.BRANCH, forms.lexicon)
    if found_phrase is None:
        return len(words)
    start, _ = found_phrase
    for end in range(start - 1, max(1, start - 1 - BRANCH_PLACE_WORDS_MAX), -1):
        found = forms.at_end(name, end)
        if found is not None and found.word.forms and forms.at_end(name, start) is None:
            start = end
            break
    name.branch = (1 << len(words)) - (1 << start)
    return start


def _strip_forms(name: Prepared, last: int, forms: Forms) -> int:
    """Find the legal form at the end, else at the start, else inside; give the set of words that are left."""
    end_form = None
    for _ in range(STATUSES_MAX):
        found = forms.at_end(name, last)
        if found is None:
            break
        last = found.start
        if found.word.forms:
            name.forms = found.word.forms
            name.form_doubtful = _doubtful(name, found)
            end_form = found
            break
    first = 0
    found = forms.at_start(name, last)
    if found is not None:
        classes = found.word.forms
        both = name.forms & classes
        parallel = forms.parallel(name, found, end_form) if end_form is not None else None
        if parallel is not None:
            name.forms |= classes | parallel.forms
            first = found.end
        elif not name.forms or both:
            name.form_doubtful = not name.forms and _doubtful(name, found)
            name.forms = both or classes
            first = found.end
    if not name.forms:
        found = forms.inside(name, last)
        if found is not None:
            name.forms = found.word.forms
            return (1 << last) - (1 << found.end) | (1 << found.start) - 1
    return (1 << last) - (1 << first)


def _doubtful(name: Prepared, found: Found) -> bool:
    """Whether a form may as well be a word of the name, as the tables say of it and nothing else shows."""
    return (
        bool(found.word.tags & blob.WEAK)
        and found.end - found.start == 1
        and name.words[found.start].length >= DOUBTFUL_LETTERS_MIN
    )
