"""What a word sounds like: a skeleton that is the same under different conventions of spelling.

A skeleton is written from left to right: at each place the first rule that applies there is taken, and a
letter that would repeat the one before is left out. The rules stand in the order in which they are tried.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

SOUNDS_CACHED_MAX = 65_536
VOWELS = "aeiouy"
_VOWELS = frozenset(VOWELS)
_SOFTENING = frozenset("eiy")


class _At(IntEnum):
    """Where in a word a rule applies."""

    ANY = 0
    END = 1
    INSIDE = 2
    """Anywhere but at the start."""
    VOWEL = 3
    """Before a vowel."""
    START = 4
    HARD = 5
    """Where no letter follows that softens a c: e, i or y."""


_Rules = tuple[tuple[str, str, _At], ...]

_GIVEN: _Rules = (
    ("ey", "i", _At.END),
    ("ie", "i", _At.END),
    ("ee", "i", _At.END),
    ("ah", "a", _At.END),
    ("sch", "s", _At.ANY),
    ("sh", "s", _At.ANY),
    ("ph", "f", _At.ANY),
    ("th", "t", _At.ANY),
    ("ch", "k", _At.ANY),
    ("ck", "k", _At.ANY),
    ("kh", "k", _At.ANY),
    ("c", "k", _At.HARD),
    ("q", "k", _At.ANY),
    ("x", "ks", _At.ANY),
    ("w", "v", _At.ANY),
    ("y", "i", _At.ANY),
    ("j", "i", _At.ANY),
    ("z", "s", _At.INSIDE),
)
"""Conventions of writing one given name: Christina and Kristina, Eva and Ewa, Lesley and Leslie."""

_CROSSED: _Rules = (
    ("dzh", "i", _At.START),
    ("dsch", "i", _At.START),
    ("dj", "i", _At.START),
    ("j", "i", _At.START),
    ("y", "i", _At.START),
    ("i", "i", _At.START),
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
    ("rh", "r", _At.START),
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


class _Skeleton:
    """Writes skeletons by one set of rules.

    `once` holds the letters that are written once where they repeat; empty for all.
    """

    __slots__ = ("_once", "_rules")

    def __init__(self, rules: _Rules, once: str = "") -> None:
        self._once = once
        self._rules: dict[str, list[tuple[str, str, _At]]] = {}
        for rule in rules:
            self._rules.setdefault(rule[0][0], []).append(rule)

    def of(self, text: str) -> str:
        """Give the skeleton of a folded word."""
        once = self._once
        written: list[str] = []
        last = ""
        at = 0
        while at < len(text):
            source = target = text[at]
            for rule in self._rules.get(source, ()):
                if text.startswith(rule[0], at) and _applies(rule[2], text, at, at + len(rule[0])):
                    source, target, _ = rule
                    break
            at += len(source)
            for letter in target:
                if letter != last or (once and letter not in once):
                    written.append(letter)
                last = letter
        return "".join(written)


def _applies(where: _At, text: str, start: int, end: int) -> bool:
    """Whether a rule applies to what stands in a word from `start` up to `end`."""
    if where is _At.ANY:
        return True
    if where is _At.START:
        return start == 0
    if where is _At.VOWEL:
        return text[end : end + 1] in _VOWELS
    if where is _At.HARD:
        return text[end : end + 1] not in _SOFTENING
    return start > 0 and (where is _At.INSIDE or end == len(text))


_given, _crossed = _Skeleton(_GIVEN), _Skeleton(_CROSSED)
_written = _Skeleton(tuple(rule for rule in _GIVEN if rule[0] != "z"), VOWELS)


@lru_cache(SOUNDS_CACHED_MAX)
def given_sound(text: str) -> str:
    """Give the skeleton of a given name, by the conventions that write one name in several ways."""
    return _given.of(text)


@lru_cache(SOUNDS_CACHED_MAX)
def written_sound(text: str) -> str:
    """Give the skeleton of a known given name that keeps z from s, and nn from n: Deniz and Dennis."""
    return _written.of(text)


@lru_cache(SOUNDS_CACHED_MAX)
def crossed_sound(text: str) -> str:
    """Give the coarse skeleton by which words of two scripts are compared."""
    return _crossed.of(text)
