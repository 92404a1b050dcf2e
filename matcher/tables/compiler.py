"""Compiles the text tables beside this file into one blob that both engines read.

Only the standard library: the package's build hook runs this. The same text gives the same bytes everywhere.
`python -m matcher.tables.compiler` writes `compiled.bin` beside the texts. Layout: `matcher/tables/blob.py`.
"""

import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from matcher.tables import blob
from matcher.words import Folded, Folding, Reader

HERE = Path(__file__).parent
COMPILED = HERE / "compiled.bin"

_CLASSES = {
    "other": blob.Class.OTHER,
    "latin": blob.Class.LETTER,
    "greek": blob.Class.LETTER,
    "cyrillic": blob.Class.LETTER,
    "digit": blob.Class.DIGIT,
    "space": blob.Class.SPACE,
    "drop": blob.Class.DROP,
    "hyphen": blob.Class.HYPHEN,
    "dot": blob.Class.DOT,
    "comma": blob.Class.COMMA,
    "and": blob.Class.AND,
}
_SCRIPTS = {
    "latin": blob.SCRIPT_LATIN,
    "greek": blob.SCRIPT_GREEK,
    "cyrillic": blob.SCRIPT_CYRILLIC,
    "other": blob.SCRIPT_OTHER,
}


class TableError(ValueError):
    """A line of a text table that breaks its form; the message names file and line."""


@dataclass
class _Word:
    """What the tables say about one folded word, gathered from all of them."""

    tags: int = 0
    sex: int = 0
    number: int = 0
    synonym: int = 0
    person: int = 0
    forms: set[int] = field(default_factory=set)
    variants: set[int] = field(default_factory=set)


def compile_tables(path: Path = COMPILED) -> str:
    """Write the blob to `path` and give the SHA-256 of its bytes in hex."""
    data = compiled()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return blob.digest(data)


def compiled() -> bytes:
    """Give the blob's bytes."""
    folding = _Folding()
    words = _Words(folding.as_folding())
    return _assembled(folding.sections(), words.sections(), _endings(), _conversion(), words.pieces())


def _lines(name: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


class _Folding:
    """The fold entries, the two-stage map from code points to them, and the pairs."""

    def __init__(self) -> None:
        self.entries: dict[bytes, int] = {
            struct.pack("<BBBB8I", blob.Class.OTHER, blob.SCRIPT_OTHER, *[0] * 10): 0
        }
        self.of_code_point = [0] * blob.CODE_POINTS
        self.pairs: list[tuple[int, int, int]] = []
        rows = [self._row(number, line) for number, line in _lines("folding.txt")]
        seconds = {codes[1] for joined, codes, _ in rows if joined}
        for joined, codes, parts in rows:
            if joined:
                self.pairs.append((codes[0], codes[1], self._entry(parts, second=False)))
                continue
            for code in range(codes[0], codes[1] + 1):
                self.of_code_point[code] = self._entry(parts, second=code in seconds)
        self.pairs.sort()

    @staticmethod
    def _row(number: int, line: str) -> tuple[bool, tuple[int, int], list[str]]:
        match = re.fullmatch(
            r"([0-9A-F]{4,5})(?:(\.\.|\+)([0-9A-F]{4,5}))? ((?:upper )?)(\w+)(?: (\S+))?", line
        )
        if match is None or match[5] not in _CLASSES:
            raise TableError(f"folding.txt line {number}: not understood")
        first = int(match[1], 16)
        return (
            match[2] == "+",
            (first, int(match[3] or match[1], 16)),
            [match[4].strip(), match[5], match[6] or ""],
        )

    def _entry(self, parts: list[str], *, second: bool) -> int:
        upper, kind, text = parts
        cells = [0] * blob.COLUMNS
        if kind == "other" and text:
            cells = [int(text, 16)] * blob.COLUMNS
        elif text:
            texts = text.split("|") if "|" in text else [text] * blob.COLUMNS
            cells = [int.from_bytes(cell.replace("-", "").encode("ascii"), "little") for cell in texts]
        mask = sum(1 << column for column in range(1, 7) if cells[column] != cells[0])
        if cells[blob.COLUMN_INITIAL] != cells[0]:
            mask |= 1 << blob.COLUMN_WITH_INITIAL
        flags = (blob.UPPER if upper else 0) | (blob.SECOND if second else 0)
        packed = struct.pack("<BBBB8I", _CLASSES[kind], _SCRIPTS.get(kind, 0), mask, flags, *cells)
        return self.entries.setdefault(packed, len(self.entries))

    def sections(self) -> tuple[bytes, bytes, bytes, bytes]:
        """First stage, pages, entries, pairs."""
        pages: dict[bytes, int] = {}
        stage = []
        for start in range(0, blob.CODE_POINTS, 256):
            page = struct.pack("<256H", *self.of_code_point[start : start + 256])
            stage.append(pages.setdefault(page, len(pages)))
        return (
            struct.pack(f"<{len(stage)}H", *stage),
            b"".join(pages),
            b"".join(self.entries),
            b"".join(struct.pack("<3I", *pair) for pair in self.pairs),
        )

    def as_folding(self) -> Folding:
        """Give what `matcher.words.split` needs, to fold the keys of the other tables with."""
        return Folding(*self.sections())


class _Words:
    """The lexicon: every folded key with all that the tables say about it."""

    def __init__(self, folding: Folding) -> None:
        self._reader = Reader(folding, {})
        self.words: dict[str, _Word] = {}
        self._pairs = 0
        self._latin: set[str] = set()
        """Given names that the tables write in base Latin."""
        self._find_latin()
        self._tagged("titles.txt", blob.TITLE)
        self._tagged("particles.txt", blob.PARTICLE)
        self._tagged("connectors.txt", blob.CONNECTOR)
        self._tagged("generic.txt", blob.GENERIC)
        self._tagged("branches.txt", blob.BRANCH)
        self._tagged("trading.txt", blob.TRADING)
        self._opening("branches.txt")
        self._opening("trading.txt")
        self._given_names()
        self._given_variants()
        self._abbreviations()
        self._numbers()
        self._legal_forms()

    def _keys(self, text: str, where: str) -> set[str]:
        read = self._reader.read(text)
        words = [folded for folded in read.words if not folded.sign] if read else []
        if not words:
            raise TableError(f"{where}: {text!r} has no word")
        keys = joined(words)
        if max(map(len, keys)) > blob.KEY_BYTES_MAX:
            raise TableError(f"{where}: {text!r} is too long")
        return keys

    def _all(self, texts: str, where: str) -> list[_Word]:
        keys = sorted({key for text in texts.split("|") for key in self._keys(text.strip(), where)})
        return [self.words.setdefault(key, _Word()) for key in keys]

    def _tagged(self, name: str, tag: int) -> None:
        more = {
            "link": blob.LINK,
            "weak": blob.WEAK,
            "slash": blob.WEAK,
            "capitals": blob.WEAK | blob.CAPITALS,
            "noble": blob.WEAK | blob.NOBLE,
            "forename": blob.WEAK,
            "subject": blob.WEAK,
        }
        person = {
            "male": blob.MALE,
            "female": blob.FEMALE,
            "front": blob.FRONT,
            "forename": blob.FRONT | blob.FORENAME,
            "subject": blob.SUBJECT,
        }
        for number, line in _lines(name):
            label, _, texts = line.rpartition(":")
            labels = label.split()
            for one in labels:
                if one not in more and one not in person:
                    raise TableError(f"{name} line {number}: {one!r} is not known here")
            for word in self._all(texts, f"{name} line {number}"):
                for one in labels:
                    word.tags |= more.get(one, 0)
                    word.person |= person.get(one, 0)
                word.tags |= tag

    def _opening(self, name: str) -> None:
        """Tag the first words of phrases, so that only there a phrase is looked for."""
        for number, line in _lines(name):
            for text in line.rpartition(":")[2].split("|"):
                read = self._reader.read(text.strip())
                if read is not None and len(read.words) > 1:
                    for word in self._all("|".join(read.words[0].variants), f"{name} line {number}"):
                        word.tags |= blob.OPENS

    def _find_latin(self) -> None:
        for _, line in _lines("given_names.txt"):
            self._latin |= {name.lower() for name in line.partition(":")[2].split() if name.isascii()}
        for _, line in _lines("given_variants.txt"):
            names = re.split(r"[:|]", line.partition("(")[0])
            self._latin |= {name.strip().lower() for name in names if name.isascii()}

    def _given_names(self) -> None:
        for number, line in _lines("given_names.txt"):
            sex, _, names = line.partition(":")
            if sex not in ("m", "f", "u", "s"):
                raise TableError(f"given_names.txt line {number}: m, f, u or s is missing")
            for name in names.split():
                foldings = self._given(name, f"given_names.txt line {number}")
                for word in foldings:
                    if sex == "s":
                        word.person |= blob.ALSO_GIVEN
                        continue
                    word.sex |= {"m": blob.MALE, "f": blob.FEMALE, "u": blob.MALE | blob.FEMALE}[sex]
                if len(foldings) > 1:
                    self._pair(name, f"given_names.txt line {number}")

    def _given_variants(self) -> None:
        for number, line in _lines("given_variants.txt"):
            full, _, short = line.partition("(")[0].partition(":")
            for other in short.split("|"):
                self._pair(f"{full}|{other}" if other else full, f"given_variants.txt line {number}")

    def _pair(self, names: str, where: str) -> None:
        """Make all these given names variants of each other, and of no other word."""
        self._pairs += 1
        for name in names.split("|"):
            for word in self._given(name.strip(), where):
                word.variants.add(self._pairs)

    def _given(self, name: str, where: str) -> list[_Word]:
        """Give the words that a given name may be written as.

        A convention of another script that happens on another name is left out: Эмиль is no Emily, though
        EPC217-08 writes it so.
        """
        keys = self._keys(name, where)
        read = self._reader.read(name)
        if read is not None and any(folded.scripts & ~blob.SCRIPT_LATIN for folded in read.words):
            first = "".join(folded.first for folded in read.words)
            keys = {key for key in keys if key == first or key not in self._latin}
        return [self.words.setdefault(key, _Word()) for key in sorted(keys)]

    def _abbreviations(self) -> None:
        for group, (number, line) in enumerate(_lines("abbreviations.txt"), 1):
            where = f"abbreviations.txt line {number}"
            first, _, rest = line.partition(":")
            if first == "weak":
                self._ambiguous(rest, where)
                continue
            for word in self._all(f"{first}|{rest}", where):
                if word.synonym:
                    raise TableError(f"{where}: a word stands in two lines")
                word.synonym = group

    def _ambiguous(self, line: str, where: str) -> None:
        """Pair a short form with each word it may mean, so that no two of those words are a pair."""
        short, _, meanings = line.partition(":")
        for meaning in meanings.split("|"):
            self._pair(f"{short}|{meaning}", where)

    def _numbers(self) -> None:
        person = {"younger": blob.YOUNGER, "elder": blob.ELDER}
        for number, line in _lines("numbers.txt"):
            value, _, forms = line.partition(":")
            for word in self._all(forms, f"numbers.txt line {number}"):
                word.person |= person.get(value.removeprefix("dotted "), 0)
                if value == "generation" or value in person:
                    word.tags |= blob.GENERATION
                elif value.startswith("dotted "):
                    continue
                elif value == "words":
                    word.tags |= blob.NUMBER
                else:
                    word.number = int(value)

    def _legal_forms(self) -> None:
        for group, (number, line) in enumerate(_lines("legal_forms.txt"), 1):
            name, _, forms = line.partition(":")
            for word in self._all(forms, f"legal_forms.txt line {number}"):
                if name == "-- status":
                    word.tags |= blob.STATUS
                elif name == "-- prefix":
                    word.tags |= blob.PREFIX
                elif name == "-- weak":
                    word.tags |= blob.WEAK
                else:
                    word.forms.add(group)
                if len(word.forms) > blob.FORMS_MAX:
                    raise TableError(f"legal_forms.txt line {number}: a form stands in too many classes")
                if word.number or word.tags & blob.NUMBER:
                    raise TableError(f"legal_forms.txt line {number}: a form reads like a numeral")

    def sections(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Words, hash slots, id lists, key bytes."""
        records: list[bytes] = []
        ids: list[int] = []
        keys = bytearray()
        slot_count = 1 << (2 * len(self.words)).bit_length()
        slots = [0] * slot_count
        for index, (key, word) in enumerate(sorted(self.words.items())):
            encoded = key.encode()
            forms, variants = sorted(word.forms), sorted(word.variants)
            forms_at = len(ids)
            ids += forms
            variants_at = len(ids)
            ids += variants
            records.append(
                struct.pack(
                    "<IBBBB6H",
                    len(keys),
                    len(encoded),
                    word.sex,
                    len(forms),
                    len(variants),
                    word.tags,
                    word.number,
                    word.synonym,
                    forms_at,
                    variants_at,
                    word.person,
                )
            )
            keys += encoded
            slot = blob.slot_of(encoded, slot_count)
            while slots[slot]:
                slot = (slot + 1) & (slot_count - 1)
            slots[slot] = index + 1
        return (
            b"".join(records),
            struct.pack(f"<{slot_count}H", *slots),
            struct.pack(f"<{len(ids)}H", *ids),
            bytes(keys),
        )

    def pieces(self) -> bytes:
        """Give the bits of what legal forms and states begin with, and of what they end with."""
        beginnings, ends = (bytearray(1 << blob.PIECE_BITS - 3) for _ in range(2))
        for key, word in self.words.items():
            if not word.forms and not word.tags & blob.STATUS:
                continue
            encoded = key.encode()
            for at in range(len(encoded)):
                for bits, text in ((beginnings, encoded[: at + 1]), (ends, encoded[at:])):
                    piece = blob.piece_of(text)
                    bits[piece // 8] |= 1 << piece % 8
        return bytes(beginnings + ends)


def joined(words: list[Folded]) -> set[str]:
    """Give the words' foldings written as one word, each variant by itself."""
    count = max(len(folded.variants) for folded in words)
    return {
        "".join(folded.variants[min(v, len(folded.variants) - 1)] for folded in words) for v in range(count)
    }


def _endings() -> bytes:
    out = b""
    for number, line in _lines("surname_endings.txt"):
        endings = [part.removeprefix("-").encode("ascii") for part in line.split()]
        if len(endings) != 2 or max(map(len, endings)) > blob.ENDING_BYTES_MAX:  # noqa: PLR2004 (masculine and feminine)
            raise TableError(f"surname_endings.txt line {number}: two endings are needed")
        male, female = endings
        out += struct.pack("<BB7s7s", len(male), len(female), male, female)
    return out


def _conversion() -> bytes:
    """Give the ranges of code points that are written alike in the base set."""
    written: dict[int, str] = {}
    for number, line in _lines("conversion.txt"):
        where = f"conversion.txt line {number}"
        name, colon, characters = line.partition(": ")
        text = {"space": " ", "nothing": ""}.get(name, name)
        if not colon or not text.isascii() or len(text) > blob.CONVERTED_BYTES_MAX:
            raise TableError(f"{where}: not understood")
        for code in _code_points(characters, where):
            if code in written:
                raise TableError(f"{where}: U+{code:04X} stands in two lines")
            written[code] = text
    ranges: list[tuple[int, int, str]] = []
    for code, text in sorted(written.items()):
        if ranges and ranges[-1][1:] == (code - 1, text):
            ranges[-1] = ranges[-1][0], code, text
        else:
            ranges.append((code, code, text))
    return b"".join(
        struct.pack("<IIB3s", first, last, len(text), text.encode()) for first, last, text in ranges
    )


def _code_points(characters: str, where: str) -> Iterator[int]:
    for part in characters.split():
        if not part.startswith("U+"):
            yield from map(ord, part)
            continue
        match = re.fullmatch(r"U\+([0-9A-F]{4,5})(?:\.\.([0-9A-F]{4,5}))?", part)
        if match is None:
            raise TableError(f"{where}: {part!r} is no range of code points")
        yield from range(int(match[1], 16), int(match[2] or match[1], 16) + 1)


def _assembled(
    folding: tuple[bytes, bytes, bytes, bytes], words: tuple[bytes, bytes, bytes, bytes], *others: bytes
) -> bytes:
    sections = [*folding, *words, *others]
    body, table = bytearray(), []
    for section, size in zip(sections, blob.SECTION_SIZES, strict=True):
        body += bytes(-len(body) % 4)
        table.append((blob.HEADER_BYTES + len(body), len(section) // size))
        body += section
    header = blob.MAGIC + struct.pack("<II", blob.FORMAT, blob.HEADER_BYTES + len(body))
    header += b"".join(struct.pack("<II", *entry) for entry in table)
    return header.ljust(blob.HEADER_BYTES, b"\0") + bytes(body)


if __name__ == "__main__":
    sys.stdout.write(f"{compile_tables()}\n")
