"""Cleansing: a text becomes folded words, each with every folding its letters may have been written in."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final

from matcher.tables.blob import (
    CODE_POINTS,
    COLUMN_INITIAL,
    COLUMN_WITH_INITIAL,
    SCRIPT_LATIN,
    SCRIPT_OTHER,
    SECOND,
    UNKNOWN,
    UPPER,
    Class,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT_CHARACTERS_MAX = 140
WORDS_MAX = 32
CONVENTIONS = 7
"""Columns 0 to 6 of the folding."""
VARIANTS_MAX = 8
"""Foldings of one word."""
WORDS_CACHED_MAX = 65_536
GAPS_CACHED_MAX = 1_024

SPACE: Final = 1
HYPHEN: Final = 2
COMMA: Final = 4
DOT: Final = 8
SLASH: Final = 16
"""What stands before a word, as bits; DOT only counts right behind the word before, 0 is nothing at all."""

ASTRAL = 0x10000
"""The first code point beyond the Basic Multilingual Plane."""

_CONTENT = (Class.OTHER, Class.LETTER, Class.DIGIT)
_WITHIN = (*_CONTENT, Class.DROP)
_WITH_SIGN = -1
_GAP_BITS = {Class.SPACE: SPACE, Class.HYPHEN: HYPHEN, Class.COMMA: COMMA}


@dataclass(frozen=True, slots=True)
class Entry:
    """How one code point, or one pair of them, folds."""

    kind: Class
    script: int
    mask: int
    upper: bool
    second: bool
    columns: tuple[str, ...]
    """One text per column; for class OTHER one code point, or empty for itself."""
    choices: tuple[str, ...]
    """The distinct texts of columns 0 to 6."""


class Folding:
    """The folding tables, read from their sections of the blob."""

    __slots__ = ("_entries", "_pages", "_pairs", "_stage")

    def __init__(self, stage: bytes, pages: bytes, entries: bytes, pairs: bytes) -> None:
        self._stage = struct.unpack(f"<{len(stage) // 2}H", stage)
        self._pages = struct.unpack(f"<{len(pages) // 2}H", pages)
        self._entries: tuple[Entry, ...] = tuple(
            _entry(row) for row in struct.iter_unpack("<BBBB8I", entries)
        )
        self._pairs = {(first, second): number for first, second, number in struct.iter_unpack("<3I", pairs)}

    def of(self, code: int) -> Entry:
        """Give the entry of a code point."""
        if code >= CODE_POINTS:
            return self._entries[0]
        number: int = self._pages[self._stage[code >> 8] * 256 + (code & 255)]
        return self._entries[number]

    def letters(self, raw: str) -> list[tuple[Entry, int]]:
        """Give the letters and digits of a word, pairs that fold as one joined, with their code points."""
        letters: list[tuple[Entry, int]] = []
        previous = 0
        for character in raw:
            code = ord(character)
            entry = self.of(code)
            number = self._pairs.get((previous, code)) if entry.second and previous else None
            if number is not None:
                letters[-1] = self._entries[number], 0
                previous = 0
            elif entry.kind in _CONTENT:
                letters.append((entry, code))
                previous = code
        return letters

    def parting(self) -> str:
        """Give the characters below U+10000 that part words, as a class of a regular expression.

        Classes that reach beyond are ten times slower; `astral_parting` has the few that lie there.
        """
        codes = [code for code in range(ASTRAL) if self._parts(code)]
        starts = [code for code in codes if code == 0 or not self._parts(code - 1)]
        ends = [code for code in codes if not self._parts(code + 1)]
        ranges = (f"\\u{start:04x}-\\u{end:04x}" for start, end in zip(starts, ends, strict=True))
        return f"[{''.join(ranges)}]"

    def astral_parting(self) -> dict[int, str]:
        """Give the characters from U+10000 that part words, each with its like below, for `str.translate`."""
        hyphen = Class.HYPHEN
        return {
            code: "-" if self.of(code).kind is hyphen else " "
            for code in range(ASTRAL, CODE_POINTS)
            if self._parts(code)
        }

    def signs(self) -> str:
        """Give the signs & and +, in all their forms."""
        return "".join(chr(code) for code in range(ASTRAL) if self.of(code).kind is Class.AND)

    def _parts(self, code: int) -> bool:
        return self.of(code).kind not in _WITHIN


def _entry(row: tuple[int, ...]) -> Entry:
    kind, script, mask, flags, *cells = row
    if kind == Class.OTHER:
        columns = tuple(chr(cell) if cell else "" for cell in cells)
    else:
        columns = tuple(cell.to_bytes(4, "little").rstrip(b"\0").decode("ascii") for cell in cells)
    choices = tuple(dict.fromkeys(columns[:CONVENTIONS]))
    return Entry(Class(kind), script, mask, bool(flags & UPPER), bool(flags & SECOND), columns, choices)


@dataclass(slots=True, repr=False, eq=False)
class Folded:
    """One folded word, and what the tables know about it."""

    variants: tuple[str, ...]
    """Its foldings, that of column 0 first, without duplicates; empty if nothing is left of it."""
    first: str
    """The first folding."""
    length: int
    """UTF-8 bytes of the first folding."""
    letters: int
    """Its letters and digits as they were written; a pair that folds as one counts once."""
    scripts: int
    """Scripts of its letters, as bits."""
    upper: bool
    """It has letters and all of them are capitals."""
    digits: bool
    """It holds a digit."""
    sign: bool
    """It is one of the signs & and +."""
    word: Word
    """What the lexicon says of the first folding that it holds."""

    @property
    def base(self) -> bool:
        """Whether every letter is of a script that folds to base Latin."""
        return not self.scripts & SCRIPT_OTHER

    @property
    def letter(self) -> bool:
        """Whether it is a single letter, which may be an initial."""
        return self.letters == 1 and not (self.digits or self.sign or self.scripts & SCRIPT_OTHER)


SIGN = Folded(("&",), "&", 1, 1, 0, upper=False, digits=False, sign=True, word=UNKNOWN)
_NOTHING = Folded((), "", 0, 0, 0, upper=False, digits=False, sign=False, word=UNKNOWN)


@dataclass(slots=True, repr=False, eq=False)
class Text:
    """A text's words, and what stands between them."""

    words: list[Folded]
    gaps: list[int]
    """What stands before each word, and last what stands behind them all, as bits."""
    characters: int
    """The text's length as it was given."""

    def part(self, start: int, end: int) -> Text:
        """Give some of the words as a text of their own."""
        gaps = [0, *self.gaps[start + 1 : end], self.gaps[end] & DOT]
        return Text(self.words[start:end], gaps, 0)


class Reader:
    """Reads texts into folded words; what it made of a word is kept for the next time."""

    def __init__(self, folding: Folding, lexicon: dict[str, Word]) -> None:
        self.lexicon = lexicon
        self._folding = folding
        self._astral = folding.astral_parting()
        self._split = re.compile(f"({folding.parting()}+)").split
        self._signs = re.compile(f"[{folding.signs()}]")
        self._fold = lru_cache(WORDS_CACHED_MAX)(self._folded)
        self._gap = lru_cache(GAPS_CACHED_MAX)(self._gap_bits)

    def read(self, text: str) -> Text | None:
        """Split a text into words; None if it is longer than a name or has more than WORDS_MAX of them."""
        characters = len(text)
        if characters > TEXT_CHARACTERS_MAX:
            return None
        if not text.isascii() and ord(max(text)) >= ASTRAL:
            text = text.translate(self._astral)
        parts = self._split(text)
        words = list(map(self._fold, parts[::2]))
        gaps = list(map(self._gap, parts[1::2]))
        if _WITH_SIGN in gaps or _NOTHING in words[:-1]:
            return self._read_uneven(parts, characters)
        if words[-1] is _NOTHING:
            words.pop()
        else:
            gaps.append(0)
        return Text(words, [0, *gaps], characters) if len(words) <= WORDS_MAX else None

    def _read_uneven(self, parts: list[str], characters: int) -> Text | None:
        """Read a text that begins with a gap, or has words of nothing, or the signs & and +."""
        words: list[Folded] = []
        gaps: list[int] = []
        between = ""
        for at in range(0, len(parts), 2):
            folded = self._fold(parts[at])
            if folded.variants:
                self._part(between, words, gaps)
                words.append(folded)
                between = ""
            between += "".join(parts[at + 1 : at + 2])
        self._part(between, words, gaps)
        return Text(words, gaps, characters) if len(words) <= WORDS_MAX else None

    def _part(self, between: str, words: list[Folded], gaps: list[int]) -> None:
        """Add what stands between two words: its bits, and the signs in it as words."""
        pieces = self._signs.split(between)
        for piece in pieces[:-1]:
            gaps.append(self._gap(piece) if words else self._gap(piece) & ~DOT)
            words.append(SIGN)
        gaps.append(self._gap(pieces[-1]) if words else self._gap(pieces[-1]) & ~DOT)

    def _gap_bits(self, between: str) -> int:
        """Give the bits of what stands behind a word and before the next, or _WITH_SIGN."""
        found = 0
        for at, character in enumerate(between):
            kind = self._folding.of(ord(character)).kind
            if kind is Class.AND:
                return _WITH_SIGN
            if kind is not Class.DOT:
                found |= SLASH if character == "/" else _GAP_BITS[kind]
            elif at == 0:
                found |= DOT
        return found

    def _folded(self, raw: str) -> Folded:
        if raw.isascii() and raw.isalnum():
            return self._folded_ascii(raw)
        letters = self._folding.letters(raw)
        variants = _variants(letters)
        if not variants:
            return _NOTHING
        cased = [entry for entry, _ in letters if entry.script]
        scripts = 0
        for entry in cased:
            scripts |= entry.script
        return Folded(
            variants,
            variants[0],
            len(variants[0].encode()),
            len(letters),
            scripts,
            upper=bool(cased) and all(entry.upper for entry in cased),
            digits=any(entry.kind is Class.DIGIT for entry, _ in letters),
            sign=False,
            word=next((self.lexicon[variant] for variant in variants if variant in self.lexicon), UNKNOWN),
        )

    def _folded_ascii(self, raw: str) -> Folded:
        """Fold a word of ASCII letters and digits, as most are."""
        first = raw.lower()
        return Folded(
            (first,),
            first,
            len(first),
            len(first),
            0 if raw.isdigit() else SCRIPT_LATIN,
            upper=raw.isupper(),
            digits=not raw.isalpha(),
            sign=False,
            word=self.lexicon.get(first, UNKNOWN),
        )


def _variants(letters: list[tuple[Entry, int]]) -> tuple[str, ...]:
    """Fold a word in every way that its letters distinguish; empty foldings are left out.

    A Latin word may mix its choices (Nørgård is also Noergard), up to VARIANTS_MAX of them; beyond that, and
    in other scripts, one convention holds for the whole word.
    """
    found: Iterable[str]
    choices = [
        entry.choices if entry.kind is not Class.OTHER else (_cell(entry, code, 0),)
        for entry, code in letters
    ]
    latin = all(entry.script in (0, SCRIPT_LATIN) for entry, _ in letters)
    if latin and prod(map(len, choices)) <= VARIANTS_MAX:
        found = map("".join, product(*choices))
    else:
        found = (_by_convention(letters, convention) for convention in range(CONVENTIONS))
    return tuple(dict.fromkeys(variant for variant in found if variant))


def _by_convention(letters: list[tuple[Entry, int]], convention: int) -> str:
    return "".join(
        _cell(entry, code, COLUMN_INITIAL if convention == COLUMN_WITH_INITIAL and at == 0 else convention)
        for at, (entry, code) in enumerate(letters)
    )


def _cell(entry: Entry, code: int, column: int) -> str:
    return entry.columns[column] or (chr(code) if entry.kind is Class.OTHER else "")
