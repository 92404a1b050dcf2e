"""What a word sounds like: a skeleton that is the same under different conventions of spelling.

A skeleton is written from left to right: at each place the first rule that applies there is taken, and a
letter that would repeat the one before is left out. The rules stand in the order in which they are tried.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

SOUNDS_CACHED_MAX = 65_536
VOWELS = "aeiouy"


class _At(IntEnum):
    """Where in a word a rule applies."""

    ANY = 0
    END = 1
    INSIDE = 2
    """Anywhere but at the start."""
    VOWEL = 3
    """Before a vowel."""


_Rules = tuple[tuple[str, str, _At], ...]

_GIVEN: _Rules = (
    ("ey", "i", _At.END),
    ("ie", "i", _At.END),
    ("ee", "i", _At.END),
    ("h", "", _At.END),
    ("sch", "s", _At.ANY),
    ("sh", "s", _At.ANY),
    ("ph", "f", _At.ANY),
    ("th", "t", _At.ANY),
    ("ch", "k", _At.ANY),
    ("ck", "k", _At.ANY),
    ("kh", "k", _At.ANY),
    ("c", "k", _At.ANY),
    ("q", "k", _At.ANY),
    ("x", "ks", _At.ANY),
    ("w", "v", _At.ANY),
    ("y", "i", _At.ANY),
    ("j", "i", _At.ANY),
    ("z", "s", _At.INSIDE),
)
"""Conventions of writing one given name: Christina and Kristina, Eva and Ewa, Lesley and Leslie."""

_CROSSED: _Rules = (
    ("dzh", "", _At.VOWEL),
    ("dsch", "", _At.VOWEL),
    ("dj", "", _At.VOWEL),
    ("j", "", _At.VOWEL),
    ("y", "", _At.VOWEL),
    ("i", "", _At.VOWEL),
    ("u", "v", _At.VOWEL),
    ("e", "", _At.END),
    ("h", "", _At.END),
    ("tsch", "s", _At.ANY),
    ("shch", "s", _At.ANY),
    ("sch", "s", _At.ANY),
    ("tch", "s", _At.ANY),
    ("chs", "ks", _At.ANY),
    ("tsh", "s", _At.ANY),
    ("tz", "s", _At.ANY),
    ("ts", "s", _At.ANY),
    ("cz", "s", _At.ANY),
    ("rz", "s", _At.ANY),
    ("sz", "s", _At.ANY),
    ("sh", "s", _At.ANY),
    ("zh", "s", _At.ANY),
    ("ph", "f", _At.ANY),
    ("th", "t", _At.ANY),
    ("rh", "r", _At.ANY),
    ("gh", "k", _At.ANY),
    ("ch", "k", _At.ANY),
    ("ck", "k", _At.ANY),
    ("kh", "k", _At.ANY),
    ("ce", "se", _At.ANY),
    ("ci", "si", _At.ANY),
    ("cy", "si", _At.ANY),
    ("hl", "l", _At.INSIDE),
    ("hm", "m", _At.INSIDE),
    ("hn", "n", _At.INSIDE),
    ("hr", "r", _At.INSIDE),
    ("ht", "t", _At.INSIDE),
    ("ea", "a", _At.ANY),
    ("ei", "ai", _At.ANY),
    ("ey", "ai", _At.ANY),
    ("ay", "ai", _At.ANY),
    ("oo", "u", _At.ANY),
    ("ou", "u", _At.ANY),
    ("ee", "i", _At.ANY),
    ("ae", "e", _At.ANY),
    ("oe", "o", _At.ANY),
    ("ue", "u", _At.ANY),
    ("x", "ks", _At.ANY),
    ("c", "k", _At.ANY),
    ("q", "k", _At.ANY),
    ("g", "k", _At.ANY),
    ("h", "k", _At.ANY),
    ("w", "f", _At.ANY),
    ("v", "f", _At.ANY),
    ("z", "s", _At.ANY),
    ("y", "i", _At.ANY),
    ("j", "i", _At.ANY),
)
"""What is left of a name that one script writes by its sound, and the other as it is at home."""


def _skeleton(text: str, rules: _Rules) -> str:
    found: list[str] = []
    at = 0
    while at < len(text):
        source, target = _rule(text, at, rules)
        for letter in target:
            if not found or found[-1] != letter:
                found.append(letter)
        at += len(source)
    return "".join(found)


def _rule(text: str, at: int, rules: _Rules) -> tuple[str, str]:
    for source, target, where in rules:
        if text.startswith(source, at) and _applies(text, at, at + len(source), where):
            return source, target
    return text[at], text[at]


def _applies(text: str, start: int, end: int, where: _At) -> bool:
    if where is _At.END:
        return end == len(text) and start > 0
    if where is _At.VOWEL:
        return end < len(text) and text[end] in VOWELS
    return where is _At.ANY or start > 0


@lru_cache(SOUNDS_CACHED_MAX)
def given_sound(text: str) -> str:
    """Give the skeleton of a given name, by the conventions that write one name in several ways."""
    return _skeleton(text, _GIVEN)


@lru_cache(SOUNDS_CACHED_MAX)
def crossed_sound(text: str) -> str:
    """Give the coarse skeleton by which words of two scripts are compared."""
    return _skeleton(text, _CROSSED)
