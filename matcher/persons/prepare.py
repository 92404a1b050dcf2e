"""Tags the words of a person's name: titles, particles, generations, and which words are the surname."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model import HolderKind
from matcher.prepared import Prepared, bits
from matcher.tables import blob

if TYPE_CHECKING:
    from matcher.words import Text

INITIALS_MAX = 3
"""Letters that may be initials written as one word, as JP."""
_PASSING = blob.TITLE | blob.PARTICLE


def prepare(text: Text) -> Prepared:
    """Tag the words; `core` is empty if there is nothing to compare."""
    name = Prepared(HolderKind.PERSON, text)
    signs = weak = core = light = 0
    for i, folded in enumerate(name.words):
        if folded.sign:
            signs |= 1 << i
            continue
        word = folded.word
        single = folded.length == 1
        joins = word.tags & blob.CONNECTOR and not (single and (folded.upper or name.dot(i)))
        passes = word.tags & _PASSING and not single
        if word.sex or not (joins or passes):
            core |= 1 << i
        elif word.tags & blob.WEAK:
            weak |= 1 << i
        else:
            light |= 1 << i
    name.core, name.light = core, light | signs
    if weak:
        _place_weak(name, weak)
    _find_generations(name)
    if (name.core & ~name.generations).bit_count() < 2:  # noqa: PLR2004 (a given name and a surname)
        name.core |= name.light & ~signs
        name.light = signs
        name.generations = 0
    _find_surname(name)
    return name


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
    for i in bits(name.core):
        if i and name.words[i].word.tags & blob.GENERATION:
            name.generations |= 1 << i


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
    for i in order:
        if not name.surname >> i & 1:
            name.given = i
            return


def _by_comma(name: Prepared, order: tuple[int, ...]) -> int:
    """Give the block before the only comma between core words."""
    found = 0
    for at in range(1, len(order)):
        if any(name.comma(i) for i in range(order[at - 1] + 1, order[at] + 1)):
            if found:
                return 0
            found = sum(1 << i for i in order[:at])
    return found


def _by_capitals(name: Prepared, order: tuple[int, ...]) -> int:
    """Give the block in capitals at either end, where other words are not."""
    capitals = tuple(i for i in order if name.words[i].upper and name.words[i].length > INITIALS_MAX)
    count = len(capitals)
    if count and capitals in (order[:count], order[-count:]) and not all(name.words[i].upper for i in order):
        return sum(1 << i for i in capitals)
    return 0


def _by_position(name: Prepared, order: tuple[int, ...]) -> int:
    """Give the last word and all that hang on it, or the first where only the last is a known given name."""
    if name.words[order[-1]].word.sex and not name.words[order[0]].word.sex:
        return 1 << order[0]
    start = len(order) - 1
    while start > 1 and name.hyphen(order[start]):
        start -= 1
    for at in range(1, start):
        if order[at] - order[at - 1] > 1 and _particle_between(name, order[at - 1], order[at]):
            start = at
            break
    return sum(1 << i for i in order[start:])


def _particle_between(name: Prepared, before: int, after: int) -> bool:
    return any(name.words[i].word.tags & blob.PARTICLE for i in range(before + 1, after))
