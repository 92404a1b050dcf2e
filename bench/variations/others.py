"""Pairs of names of different payees: any two, and those that are easily taken for one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from bench.variations.source import One, Organisation, Person, words
from control_plane.matching.variations import VARIATIONS, variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from bench.variations.source import Source

Pair = tuple[str, str]

SHARED_LETTERS = 4
"""Letters of a word that two organisations share on purpose."""
PERHAPS_SAME = frozenset(VARIATIONS) - {"typo", "other"}
"""Variations by which two of the data's names may be one payee's, whatever the labels say."""
NUMBERS = ("", " II", " III", " IV", " 7", " 12")
"""What is put behind a name, no two of them the same number."""


def persons(rng: Random, source: Source, each: int) -> Iterator[tuple[str, Pair]]:
    """Pair different persons, so many times in every way."""
    pool = source.persons
    relatives = _groups(pool, lambda person: person.family.casefold())
    namesakes = _groups(pool, lambda person: person.given[0].casefold())
    doubles = _groups(pool, lambda person: f"{person.given[0]} {person.family}".casefold())
    first_names = sorted({person.given[0] for person in pool if len(person.given) == 1})
    close = [pair for pair in combinations(first_names, 2) if OSA.distance(*pair, score_cutoff=1) == 1]
    close = [pair for pair in close if variation("person", *pair) == "typo"]
    for _ in range(each):
        yield from _two(rng, source, [pool], "other person")
        yield from _two(rng, source, relatives, "same surname")
        yield from _two(rng, source, namesakes, "same given name")
        one, other = rng.choice(pool), rng.choice(pool)
        if one.given[0] != other.given[0]:
            yield "sibling", (str(replace(one, given=(other.given[0], *one.given[1:]))), str(one))
        if close:
            here, there = rng.sample(rng.choice(close), 2)
            yield "given name one letter apart", (f"{here} {one.family}", f"{there} {one.family}")
        if doubles:
            yield _doubles(*rng.sample(rng.choice(doubles), 2))


def _doubles(one: Person, other: Person) -> tuple[str, Pair]:
    """Pair two of the same first name and surname."""
    dropped = not (one.given[1:] and other.given[1:])
    return f"middle name {'dropped' if dropped else 'other'}", (str(one), str(other))


def organisations(rng: Random, source: Source, each: int) -> Iterator[tuple[str, Pair]]:
    """Pair different organisations, so many times in every way."""
    pool = source.organisations
    by_word: dict[str, list[Organisation]] = defaultdict(list)
    for one in pool:
        for word in sorted(words(one.core)):
            if len(word) >= SHARED_LETTERS:
                by_word[word].append(one)
    sharing = [group for group in by_word.values() if len(group) > 1]
    for _ in range(each):
        yield from _two(rng, source, [pool], "other organisation")
        yield from _two(rng, source, sharing, "shared word")
        one = rng.choice(pool)
        here, there = rng.sample(NUMBERS, 2)
        pair = str(replace(one, core=one.core + here)), str(replace(one, core=one.core + there))
        yield "number differs", pair


def _groups(pool: list[Person], key: Callable[[Person], str]) -> list[list[Person]]:
    """Group persons by a key; only groups of several."""
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in pool:
        groups[key(person)].append(person)
    return [group for group in groups.values() if len(group) > 1]


def _two(rng: Random, source: Source, groups: list[list[One]], name: str) -> Iterator[tuple[str, Pair]]:
    """Draw two of a group, unless they are, or may well be, the same payee's."""
    if groups:
        one, other = rng.sample(rng.choice(groups), 2)
        kind = "person" if isinstance(one, Person) else "org"
        pair = str(one), str(other)
        if not source.same(*pair) and variation(kind, *pair) not in PERHAPS_SAME:
            yield name, pair
