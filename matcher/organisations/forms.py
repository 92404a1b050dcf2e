"""Finds the legal forms, and states such as "i.L.", that a name ends with, begins with, or holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from matcher.phrases import behind
from matcher.tables import blob
from matcher.words import DOT

if TYPE_CHECKING:
    from matcher.prepared import Prepared
    from matcher.tables.blob import Word
    from matcher.words import Folded

FORM_WORDS_MAX = 12
INNER_FORM_LETTERS_MIN = 3
"""Letters of a form inside a name, where two letters may as well be a word of it."""


class Found(NamedTuple):
    """A legal form or a state: its words, from `start` up to `end`, and what the tables say."""

    start: int
    end: int
    word: Word


class Forms:
    """The lexicon's legal forms and states, and what they begin and end with: most words do neither."""

    __slots__ = ("_beginnings", "_endings", "_known", "_prefixes", "lexicon")

    def __init__(self, lexicon: dict[str, Word]) -> None:
        self.lexicon = lexicon
        self._known = {key: word for key, word in lexicon.items() if word.forms or word.tags & blob.STATUS}
        self._endings = frozenset(key[at:] for key in self._known for at in range(len(key)))
        self._beginnings = frozenset(key[:at] for key in self._known for at in range(1, len(key) + 1))
        self._prefixes = frozenset(
            key[:at]
            for key, word in self._known.items()
            if word.tags & blob.PREFIX
            for at in range(1, len(key) + 1)
        )

    def at_end(self, name: Prepared, last: int) -> Found | None:
        """Find the longest legal form or state that ends before `last`, with words before it."""
        if last < 2 or name.words[last - 1].sign:  # noqa: PLR2004 (a word, and the form behind it)
            return None
        best: Found | None = None
        keys: tuple[str, ...] = ("",)
        for start in range(last - 1, max(0, last - FORM_WORDS_MAX - 1), -1):
            folded = name.words[start]
            if folded.sign:
                continue
            keys = _before(folded, keys)
            if self._endings.isdisjoint(keys):
                break
            word = self._of(keys)
            if word is not None:
                begin = start - 1 if _company_sign(name, start) else start
                if _has_content(name, 0, begin) and not _among_letters(name, start):
                    best = Found(begin, last, word)
        return best

    def at_start(self, name: Prepared, last: int) -> Found | None:
        """Find the longest legal form that begins the name, with words behind it."""
        if not last or name.words[0].sign:
            return None
        best: Found | None = None
        keys: tuple[str, ...] = ("",)
        for end in range(1, min(last - 1, FORM_WORDS_MAX) + 1):
            folded = name.words[end - 1]
            if folded.sign:
                continue
            keys = behind(keys, folded)
            if self._prefixes.isdisjoint(keys):
                break
            word = self._of(keys)
            if (
                word is not None
                and word.forms
                and word.tags & blob.PREFIX
                and _has_content(name, end, last)
                and not _among_letters(name, end)
            ):
                best = Found(0, end, word)
        return best

    def inside(self, name: Prepared, last: int) -> Found | None:
        """Find the first legal form, the longest there, with words of the name on both sides of it."""
        for start in range(1, last - 1):
            folded = name.words[start]
            if not folded.sign and not self._beginnings.isdisjoint(folded.variants):
                found = self._from(name, start, last)
                if found is not None:
                    return found
        return None

    def _from(self, name: Prepared, start: int, last: int) -> Found | None:
        """Find the longest legal form that begins with the word at `start`."""
        best: Found | None = None
        keys: tuple[str, ...] = ("",)
        for end in range(start + 1, min(last - 1, start + FORM_WORDS_MAX) + 1):
            folded = name.words[end - 1]
            if folded.sign:
                continue
            keys = behind(keys, folded)
            if self._beginnings.isdisjoint(keys):
                break
            word = self._of(keys)
            if (
                word is not None
                and word.forms
                and not word.tags & blob.WEAK
                and (len(keys[0]) >= INNER_FORM_LETTERS_MIN or name.dot(start))
                and _has_content(name, end, last)
                and not (_among_letters(name, start) or _among_letters(name, end))
            ):
                best = Found(start, end, word)
        return best

    def parallel(self, name: Prepared, first: Found, second: Found) -> Word | None:
        """Give the form in two languages that two forms, read one after the other, are (Oy … Ab), if any."""
        keys: tuple[str, ...] = ("",)
        for found in (first, second):
            for i in range(found.start, found.end):
                if not name.words[i].sign:
                    keys = behind(keys, name.words[i])
        return self._of(keys)

    def _of(self, keys: tuple[str, ...]) -> Word | None:
        for key in keys:
            word = self._known.get(key)
            if word is not None:
                return word
        return None


def _company_sign(name: Prepared, start: int) -> bool:
    """Whether the sign before a word is the one in "& Co. KG"; any other belongs to the name (B+ GmbH)."""
    return start > 0 and name.words[start - 1].sign and name.words[start].first == "co"


def _among_letters(name: Prepared, i: int) -> bool:
    """Whether a word and the one before are letters of one abbreviation (A.B.C.): no form ends there."""
    return name.gaps[i] == DOT and name.words[i].length == name.words[i - 1].length == 1


def _has_content(name: Prepared, start: int, end: int) -> bool:
    return any(not name.words[i].sign for i in range(start, end))


def _before(folded: Folded, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Write a word in front of the keys, each variant by itself."""
    variants = folded.variants
    if len(keys) == len(variants) == 1:
        return (variants[0] + keys[0],)
    count = max(len(keys), len(variants))
    return tuple(variants[min(v, len(variants) - 1)] + keys[min(v, len(keys) - 1)] for v in range(count))
