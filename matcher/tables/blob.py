"""The compiled tables: their layout, and reading them; `edge_filter/src/matcher/tables.zig` reads them too.

Little endian. Header of 128 bytes: `"VOPT"`, `u32 format`, `u32 length`, then for each section `u32 offset`
and `u32 count`:

0. first stage: `u16` page number for each 256 code points below U+20000
1. pages: `u16[256]` entry numbers each
2. fold entries: `u8 class, u8 script, u8 mask, u8 flags, u32[8]`. For letters and digits a column holds up
   to four ASCII letters, the first in the low byte; for class 0 it holds the lower-case code point, 0 for
   itself. Bit k of the mask: column k differs from column 0. Column 7 replaces column 3 at a word's start.
3. pairs: `u32 first, u32 second, u32 entry`, sorted: two code points that fold as one
4. words: `u32 key offset, u8 key length, u8 sex, u8 form count, u8 variant count, u16 tags, u16 number,
   u16 synonym, u16 forms at, u16 variants at, u16 person`
5. slots: `u16`, a power of two of them: word number + 1, found by `hashed` and `slot_of` with linear probing
6. ids: `u16`, the lists of forms and variants
7. keys: the bytes of the words' keys
8. surname endings: `u8 length, u8 length, 7 bytes masculine, 7 bytes feminine`
9. conversion to the base set: `u32 first, u32 last, u8 length, 3 bytes ASCII`, sorted
10. what legal forms and states begin with, then what they end with: `2^PIECE_BITS` bits each, the lowest of a
   byte first, of which bit `piece_of(text)` is set for each beginning; it may be set for another text too
"""

import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final

MAGIC = b"VOPT"
FORMAT = 5
HEADER_BYTES = 128
SECTION_SIZES = (2, 512, 36, 12, 20, 2, 2, 1, 16, 12, 1)
CODE_POINTS = 0x20000
COLUMNS = 8
COLUMN_WITH_INITIAL = 3
COLUMN_INITIAL = 7
ENDING_BYTES_MAX = 7
HASH_BASE = 0x2C1B3C6D
HASH_SHIFT = 15
PIECE_BITS = 17
CONVERTED_BYTES_MAX = 3
KEY_BYTES_MAX = 96
FORMS_MAX = 16
"""Legal form classes of one word."""

UPPER = 1
SECOND = 2

SCRIPT_LATIN: Final = 1
SCRIPT_GREEK: Final = 2
SCRIPT_CYRILLIC: Final = 4
SCRIPT_OTHER: Final = 8

TITLE: Final = 1 << 0
PARTICLE: Final = 1 << 1
LINK: Final = 1 << 2
CONNECTOR: Final = 1 << 3
GENERIC: Final = 1 << 4
GENERATION: Final = 1 << 5
STATUS: Final = 1 << 6
PREFIX: Final = 1 << 7
WEAK: Final = 1 << 8
NUMBER: Final = 1 << 9
BRANCH: Final = 1 << 10
TRADING: Final = 1 << 11
OPENS: Final = 1 << 12
CAPITALS: Final = 1 << 13
NOBLE: Final = 1 << 14
MALE: Final = 1
FEMALE: Final = 2
YOUNGER, ELDER, FRONT, FORENAME, SUBJECT, ALSO_GIVEN = (4 << bit for bit in range(6))
"""With MALE and FEMALE, what a title or a word such as junior tells of a person, or where it is
one; and that a surname is a given name too."""


class Class(IntEnum):
    """What a code point does to a name."""

    OTHER = 0
    """A letter of a script that is compared as it stands."""
    LETTER = 1
    DIGIT = 2
    SPACE = 3
    DROP = 4
    """Ignored: apostrophes, invisible characters, combining marks without a composition."""
    HYPHEN = 5
    DOT = 6
    COMMA = 7
    AND = 8
    """The signs & and +."""


@dataclass(frozen=True, slots=True)
class Word:
    """What the tables know about one folded word."""

    sex: int
    tags: int
    number: int
    synonym: int
    forms: frozenset[int]
    variants: frozenset[int]
    person: int


UNKNOWN = Word(0, 0, 0, 0, frozenset(), frozenset(), 0)
"""A word that no table knows."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The parsed blob."""

    hash: str
    """SHA-256 of the blob in hex."""
    sections: tuple[bytes, ...]
    words: dict[str, Word]
    endings: frozenset[tuple[str, str]]


def hashed(key: bytes) -> int:
    """Hash a key to 32 bits: a polynomial, so that words written as one have a hash made of theirs."""
    value = 0
    for byte in key:
        value = (value * HASH_BASE + byte) & 0xFFFFFFFF
    return value


def slot_of(key: bytes, slot_count: int) -> int:
    """Give the slot where the search for a key begins."""
    value = hashed(key)
    return (value ^ value >> HASH_SHIFT) & (slot_count - 1)


def piece_of(text: bytes) -> int:
    """Give the bit that is set where a legal form begins, or ends, with the text."""
    return slot_of(text, 1 << PIECE_BITS)


def digest(data: bytes) -> str:
    """SHA-256 in hex: the name of a blob."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> Tables:
    """Read a blob; one that the compiler could not have written raises ValueError."""
    magic, form, length = struct.unpack_from("<4sII", data)
    if magic != MAGIC or form != FORMAT or length != len(data):
        raise ValueError("the compiled tables are damaged or of another format")
    sections = []
    for number, size in enumerate(SECTION_SIZES):
        offset, count = struct.unpack_from("<II", data, 12 + 8 * number)
        sections.append(data[offset : offset + count * size])
    ids, keys = sections[6], sections[7]
    words = {}
    for row in struct.iter_unpack("<IBBBB6H", sections[4]):
        (
            key_at,
            key_length,
            sex,
            form_count,
            variant_count,
            tags,
            number,
            synonym,
            forms_at,
            variants_at,
            person,
        ) = row
        words[keys[key_at : key_at + key_length].decode()] = Word(
            sex,
            tags,
            number,
            synonym,
            frozenset(struct.unpack_from(f"<{form_count}H", ids, 2 * forms_at)),
            frozenset(struct.unpack_from(f"<{variant_count}H", ids, 2 * variants_at)),
            person,
        )
    endings = frozenset(
        (male[:m].decode(), female[:f].decode())
        for m, f, male, female in struct.iter_unpack("<BB7s7s", sections[8])
    )
    return Tables(digest(data), tuple(sections), words, endings)


@lru_cache(maxsize=1)
def load() -> Tables:
    """Read `compiled.bin` once; FileNotFoundError names the command that makes it."""
    try:
        data = (files("matcher.tables") / "compiled.bin").read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            "the matcher's tables are not compiled: run python -m matcher.tables.compiler"
        ) from None
    return parse(data)
