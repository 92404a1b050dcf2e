"""Tags the words of a person's name: titles, particles, generations, and which words are the surname."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from matcher.model import HolderKind
from matcher.prepared import Prepared, bits
from matcher.tables import blob
from matcher.words import COMMA, DOT, HYPHEN

if TYPE_CHECKING:
    from matcher.tables.blob import Word
    from matcher.words import Folded, Text

INITIALS_MAX = 3
"""Letters that may be initials written as one word, as JP."""
SENHOR = "sr"
"""Behind a name it is senior."""
NAMES_MIN = 2
"""A given name and a surname."""
_PASSING = blob.TITLE | blob.PARTICLE | blob.CONNECTOR | blob.GENERATION


def prepare(text: Text, lexicon: dict[str, Word]) -> Prepared:
    """Tag the words; `core` is empty if there is nothing to compare."""
    name = Prepared(HolderKind.PERSON, text)
    signs = _tag(name)
    if DOT in name.gaps:
        _find_dotted(name, lexicon)
    if len(name.words) > 1 and name.gaps[1] == HYPHEN and name.words[0].letters == 1:
        _find_hyphened(name, lexicon)
    if len(name.words) > NAMES_MIN and name.words[0].letter and name.dot(0):
        _find_don(name)
    commas = any(map(COMMA.__and__, name.gaps))
    if commas:
        _find_degrees(name, lexicon)
    _find_generations(name)
    if (name.core & ~name.generations).bit_count() < NAMES_MIN:
        _take_back(name, signs)
    _find_surname(name, commas=commas)
    return name


def _tag(name: Prepared) -> int:
    """Tell the words that must fit from those that may be missing; give the signs among these."""
    signs = weak = core = light = titles = 0
    last = len(name.words) - 1
    for i, folded in enumerate(name.words):
        tags = folded.word.tags
        if folded.sign:
            signs |= 1 << i
        elif not tags & _PASSING:
            core |= 1 << i
        elif folded.length > 1 and _is_title(name, i, last):
            titles |= _with_monsieur(name, i)
        elif folded.word.sex or not _passes(name, i, last):
            core |= 1 << i
        elif tags & blob.WEAK:
            weak |= 1 << i
        else:
            light |= 1 << i
    name.core, name.light, name.titles = core & ~titles, light | signs | titles, titles
    if weak:
        _place_weak(name, weak)
    if light:
        _settle_outer(name, light)
    return signs


def _settle_outer(name: Prepared, light: int) -> None:
    """Let particles and connecting words be names where they link nothing: Ming Du, Des Michael Lynam."""
    commas = any(map(COMMA.__and__, name.gaps))
    for i in bits(light):
        leading = not name.core & ((1 << i) - 1)
        trailing = not name.core >> i and not commas
        if not (leading or trailing) or name.titles >> i + 1 & 1:
            continue
        particle = name.words[i].word.tags & blob.PARTICLE
        if trailing or not particle or (not commas and name.words[i + 1].word.sex):
            name.core |= 1 << i
            name.light &= ~(1 << i)


def _is_title(name: Prepared, i: int, last: int) -> bool:
    """Whether a word is a title; at the start, Sr. is no generation but senhor."""
    word = name.words[i].word
    tags, person = word.tags, word.person
    if not tags & blob.TITLE:
        return i == 0 and name.words[0].first == SENHOR and name.dot(i)
    if person & blob.SUBJECT:
        return i > 0 and name.dot(i) and (name.comma(i) or bool(name.words[i - 1].word.tags & blob.TITLE))
    if person & blob.FRONT:
        return _is_in_front(name, i, last)
    return not tags & blob.WEAK or name.dot(i) or _is_weak_title(name, i, last)


def _is_weak_title(name: Prepared, i: int, last: int) -> bool:
    """Whether a word that is a name too is a title without a full stop: in capitals behind a whole name.

    A noble one is inside a name before a particle (Graf von Lindenau); else Graf is a surname.
    """
    tags = name.words[i].word.tags
    if tags & blob.NOBLE:
        return 0 < i < last and bool(name.words[i + 1].word.tags & blob.PARTICLE)
    if not tags & blob.CAPITALS or i != last or i < NAMES_MIN:
        return False
    return name.words[i].upper and not (name.words[0].upper and name.words[i - 1].upper)


def _is_in_front(name: Prepared, i: int, last: int) -> bool:
    """Whether a form of address stands before a name: at its start, behind a title, a comma or "and".

    One that is a given name too needs a full stop, or a known given name behind it, and another word.
    """
    words = name.words
    forename = words[i].word.person & blob.FORENAME
    if forename and name.dot(i):
        return True
    behind = words[i - 1]
    if i == last or not (
        i == 0 or name.comma(i) or behind.sign or behind.word.tags & (blob.TITLE | blob.CONNECTOR)
    ):
        return False
    if not forename:
        return True
    return bool(words[i + 1].word.sex) and _count_names(name) >= NAMES_MIN


def _count_names(name: Prepared) -> int:
    return sum(not (folded.sign or folded.word.tags & _PASSING) for folded in name.words)


def _find_don(name: Prepared) -> None:
    """Find M. for Monsieur, or D. for Don, before what may be a man's given name and another word."""
    rest = name.core & ~1
    given = name.words[1]
    if (
        name.words[0].first in ("m", "d")
        and rest & 2
        and rest & (rest - 1)
        and given.word.sex & blob.MALE
        and not given.letter
        and not name.comma(1)
    ):
        _lighten(name, 1)
        name.titles |= 1


def _with_monsieur(name: Prepared, i: int) -> int:
    """Give a title, and the initial that is one beside it: M. et Mme, Sr. D."""
    words = name.words
    if i == 0 and words[i].word.tags & blob.GENERATION:
        return 3 if len(words) > 1 and words[1].first == "d" and name.dot(1) else 1
    joined = i > 1 and (words[i - 1].sign or words[i - 1].word.tags & blob.CONNECTOR)
    if joined and words[i - 2].first == "m" and name.dot(i - 2):
        return 5 << i - 2
    return 1 << i


def _passes(name: Prepared, i: int, last: int) -> bool:
    """Whether a word links others: a particle, or a connecting word (a single letter only between two)."""
    folded = name.words[i]
    if folded.length > 1:
        return bool(folded.word.tags & (blob.PARTICLE | blob.CONNECTOR))
    return bool(folded.word.tags & blob.CONNECTOR) and not folded.upper and not name.dot(i) and 0 < i < last


def _find_dotted(name: Prepared, lexicon: dict[str, Word]) -> None:
    """Find titles and particles with a full stop inside: Sig.ra, Ph.D., v.d.; M.A. may be initials too."""
    start = 0
    for end in range(1, len(name.words) + 1):
        if end < len(name.words) and name.gaps[end] == DOT:
            continue
        run = name.words[start:end]
        if len(run) > 1:
            word = lexicon.get("".join(folded.first for folded in run))
            tags = word.tags if word is not None else 0
            found = (1 << end) - (1 << start)
            if tags & blob.TITLE and (
                any(folded.length > 1 for folded in run)
                or _honorary(name, start, run)
                or _is_degree(name, start, end)
            ):
                _lighten(name, found)
                name.titles |= found
            elif tags & blob.PARTICLE and not any(folded.upper for folded in run):
                _lighten(name, found)
        start = end


def _find_hyphened(name: Prepared, lexicon: dict[str, Word]) -> None:
    """Find a title that is written with a hyphen at the start, as Bulgarian d-r."""
    word = lexicon.get(name.words[0].first + name.words[1].first)
    if word is not None and word.tags & (blob.TITLE | blob.WEAK) == blob.TITLE:
        _lighten(name, 3)
        name.titles |= 3


def _honorary(name: Prepared, start: int, run: list[Folded]) -> bool:
    """Whether letters in small belong to the title before them: Dr. h.c."""
    return start > 0 and bool(name.titles >> start - 1 & 1) and not any(folded.upper for folded in run)


def _is_degree(name: Prepared, start: int, end: int) -> bool:
    """Whether letters behind a given name and a surname are a degree, and no initials: Otto Hess M.A."""
    before = bits(name.core & ((1 << start) - 1))
    if end < len(name.words) or len(before) < NAMES_MIN or name.dot(before[-1]):
        return False
    words = name.words
    return (
        all(folded.upper for folded in words[start:end])
        and not all(words[i].upper for i in before)
        and bool(words[before[0]].word.sex)
        and not words[before[-1]].word.sex
    )


def _lighten(name: Prepared, words: int) -> None:
    name.core &= ~words
    name.light |= words


def _find_degrees(name: Prepared, lexicon: dict[str, Word]) -> None:
    """Find degrees behind the last comma (Lewis Lyons, M.A.), where a whole name stands before it.

    The same letters may be initials, or a name in a text of capitals: "Lyons, M.A." and "ALI HASSAN, MD".
    """
    start = max(len(name.words) - 1, 0)
    while start and not name.comma(start):
        start -= 1
    tail = name.core >> start << start
    before = name.core ^ tail
    if not start or not tail or before & (before - 1) == 0:
        return
    if not any(name.words[i].word.sex for i in bits(before)):
        return
    dotted = all(name.dot(i) for i in bits(tail))
    if not dotted and all(name.words[i].upper for i in bits(before)):
        return
    word = lexicon.get("".join(name.words[i].first for i in bits(tail)))
    if word is not None and word.tags & blob.TITLE and all(name.words[i].upper for i in bits(tail)):
        _lighten(name, tail)
        name.titles |= tail


def _take_back(name: Prepared, signs: int) -> None:
    """Let particles be names beside a single other word (Maria De), and titles behind it (Norbert Herr)."""
    titles = name.titles
    beside_titles = sum(1 << i for i in bits(name.light) if _joins_titles(name, i))
    name.core |= name.light & ~signs & ~titles & ~beside_titles
    if not name.core:
        name.core = titles
    elif name.core & (name.core - 1) == 0:
        name.core |= titles & ~(name.core - 1)
    name.titles = titles & ~name.core
    name.light &= ~name.core
    name.generations = 0


def _joins_titles(name: Prepared, i: int) -> bool:
    """Whether a connecting word stands before a title: Herr und Frau."""
    return bool(name.words[i].word.tags & blob.CONNECTOR and name.titles >> i + 1 & 1)


def _place_weak(name: Prepared, weak: int) -> None:
    """Count weak particles as such only inside a name that holds a known given name; else they are names."""
    core = name.core
    known = any(name.words[i].word.sex in (blob.MALE, blob.FEMALE) for i in bits(core))
    comma = any(map(name.comma, range(len(name.words))))
    for i in bits(weak):
        inside = core & ((1 << i) - 1) and core >> i
        if known and (inside or comma):
            name.light |= 1 << i
        else:
            name.core |= 1 << i


def _find_generations(name: Prepared) -> None:
    """Find junior and its like; at the start, and those that are other words too, only with a full stop."""
    last = len(name.words) - 1
    for i in bits(name.core):
        word = name.words[i].word
        if word.tags & blob.GENERATION:
            found = i > 0 or name.dot(i)
        else:
            found = bool(word.person & (blob.YOUNGER | blob.ELDER)) and i in (0, last) and name.dot(i)
        if found:
            name.generations |= 1 << i
    if last > 0 and name.core >> last - 1 & 3 == 3 and _is_by_article(name, last):  # noqa: PLR2004 (both words)
        name.generations |= 3 << last - 1


def _is_by_article(name: Prepared, last: int) -> bool:
    """Whether a name ends with d. J. or d. Ä., der Jüngere or der Ältere."""
    article, letter = name.words[last - 1], name.words[last]
    if article.first != "d" or article.upper or not name.dot(last - 1):
        return False
    return letter.letter and letter.upper and letter.first[0] in "ja"


def _find_surname(name: Prepared, *, commas: bool) -> None:
    rest = name.core & ~name.generations
    if rest & (rest - 1) == 0:
        name.surname = rest
        return
    order = bits(rest)
    surname = (commas and _by_comma(name, order, rest)) or _by_capitals(name, order)
    name.certain = surname != 0
    name.surname = surname or _by_position(name, order, rest)
    left = rest & ~name.surname
    if left:
        name.given = (left & -left).bit_length() - 1


def _by_comma(name: Prepared, order: tuple[int, ...], rest: int) -> int:
    """Give the block before the only comma between core words."""
    found = 0
    for before, at in pairwise(order):
        if any(name.comma(i) for i in range(before + 1, at + 1)):
            if found:
                return 0
            found = rest & ((1 << at) - 1)
    return found


def _by_capitals(name: Prepared, order: tuple[int, ...]) -> int:
    """Give the block in capitals at either end, where other words are not."""
    words = name.words
    capitals = tuple([i for i in order if words[i].upper and words[i].length > INITIALS_MAX])
    count = len(capitals)
    if count and capitals in (order[:count], order[-count:]) and not all(words[i].upper for i in order):
        return sum(1 << i for i in capitals)
    return 0


def _by_position(name: Prepared, order: tuple[int, ...], rest: int) -> int:
    """Give the last word and all that hang on it, or what stands first where the end is a given name.

    That is a known given name behind an unknown word, or initials behind words of which the first is no
    known given name.
    """
    words = name.words
    first, last = words[order[0]], words[order[-1]]
    if not first.word.sex and not first.letter:
        if last.letter:
            return sum(1 << i for i in order if not words[i].letter)
        if last.word.sex:
            return 1 << order[0]
    start = len(order) - 1
    if HYPHEN in name.gaps:
        while start > 1 and any(map(name.hyphen, range(order[start - 1] + 1, order[start] + 1))):
            start -= 1
    for at in range(1, start):
        if order[at] - order[at - 1] > 1 and _particle_between(name, order[at - 1], order[at]):
            start = at
            break
    return rest >> order[start] << order[start]


def _particle_between(name: Prepared, before: int, after: int) -> bool:
    return any(name.words[i].word.tags & blob.PARTICLE for i in range(before + 1, after))
