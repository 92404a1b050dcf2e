"""Cleansing: a text becomes folded words, each with every folding its letters may have been written in."""

import struct
from dataclasses import dataclass, replace

from matcher.tables.blob import (
    CODE_POINTS,
    COLUMN_INITIAL,
    COLUMN_WITH_INITIAL,
    SECOND,
    UPPER,
    Class,
)

TEXT_CHARACTERS_MAX = 140
WORDS_MAX = 32
CONVENTIONS = 7
"""Columns 0 to 6 of the folding; a word has at most this many variants."""

_CONTENT = (Class.OTHER, Class.LETTER, Class.DIGIT)


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

    def pair(self, first: int, second: int) -> Entry | None:
        """Give the entry of two code points that fold as one, if they do."""
        number = self._pairs.get((first, second))
        return None if number is None else self._entries[number]


def _entry(row: tuple[int, ...]) -> Entry:
    kind, script, mask, flags, *cells = row
    if kind == Class.OTHER:
        columns = tuple(chr(cell) if cell else "" for cell in cells)
    else:
        columns = tuple(cell.to_bytes(4, "little").rstrip(b"\0").decode("ascii") for cell in cells)
    return Entry(Class(kind), script, mask, bool(flags & UPPER), bool(flags & SECOND), columns)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """One folded word."""

    variants: tuple[str, ...]
    """The foldings of column 0 first, without duplicates."""
    length: int
    """UTF-8 bytes of the first folding."""
    scripts: int
    """Scripts of its letters, as bits."""
    hyphen: bool
    """Only a hyphen stands between the word before and this one."""
    comma: bool
    """A comma stands between the word before and this one."""
    dot: bool
    """A full stop follows."""
    upper: bool
    """It has letters and all of them are capitals."""
    digits: bool
    """It holds a digit."""
    is_and: bool
    """It is one of the signs & and +."""

    @property
    def ascii(self) -> bool:
        """Whether every letter is of a script that folds to base Latin."""
        return not self.scripts & 8


def split(text: str, folding: Folding) -> list[Token] | None:
    """Split a text into folded words; None if it is longer than a name or has more than WORDS_MAX of them."""
    if len(text) > TEXT_CHARACTERS_MAX:
        return None
    splitter = _Splitter(folding)
    for character in text:
        if not splitter.take(ord(character)):
            return None
    return splitter.tokens if splitter.end() else None


class _Splitter:
    """The state while walking through a text."""

    def __init__(self, folding: Folding) -> None:
        self.tokens: list[Token] = []
        self._folding = folding
        self._letters: list[tuple[Entry, int]] = []
        self._previous = 0
        self._gap: list[Class] = []

    def take(self, code: int) -> bool:
        """Take one code point; False if there are too many words."""
        entry = self._folding.of(code)
        if entry.second and self._previous:
            pair = self._folding.pair(self._previous, code)
            if pair is not None:
                self._letters[-1] = (pair, 0)
                self._previous = 0
                return True
        if entry.kind in _CONTENT:
            self._letters.append((entry, code))
            self._previous = code
            return True
        if entry.kind is Class.DROP:
            return True
        if not self.end():
            return False
        if entry.kind is Class.AND:
            return self._append(Token(("&",), 1, 0, False, False, False, False, False, True))
        self._gap.append(entry.kind)
        if entry.kind is Class.DOT and len(self._gap) == 1 and self.tokens:
            self.tokens[-1] = replace(self.tokens[-1], dot=True)
        return True

    def end(self) -> bool:
        """End the word, if one is open; False if there are too many words."""
        if not self._letters:
            return True
        letters, self._letters, self._previous = self._letters, [], 0
        variants = _variants(letters)
        if not variants:
            return True
        cased = [entry for entry, _ in letters if entry.script]
        return self._append(
            Token(
                variants,
                len(variants[0].encode()),
                _union(cased),
                self._gap == [Class.HYPHEN] and bool(self.tokens),
                Class.COMMA in self._gap,
                False,
                bool(cased) and all(entry.upper for entry in cased),
                any(entry.kind is Class.DIGIT for entry, _ in letters),
                False,
            )
        )

    def _append(self, token: Token) -> bool:
        self._gap = []
        self.tokens.append(token)
        return len(self.tokens) <= WORDS_MAX


def _union(entries: list[Entry]) -> int:
    scripts = 0
    for entry in entries:
        scripts |= entry.script
    return scripts


def _variants(letters: list[tuple[Entry, int]]) -> tuple[str, ...]:
    """Fold a word in every convention that its letters distinguish; empty foldings are left out."""
    mask = 1
    for entry, _ in letters:
        mask |= entry.mask
    variants: list[str] = []
    for convention in range(CONVENTIONS):
        if not mask >> convention & 1:
            continue
        pieces = []
        for position, (entry, code) in enumerate(letters):
            initial = convention == COLUMN_WITH_INITIAL and position == 0
            column = COLUMN_INITIAL if initial else convention
            pieces.append(entry.columns[column] or (chr(code) if entry.kind is Class.OTHER else ""))
        variant = "".join(pieces)
        if variant and variant not in variants:
            variants.append(variant)
    return tuple(variants)
