"""The names that pairs are made of: read from labelled pairs, and taken apart where that is certain."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from unicodedata import name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME_CHARACTERS_MAX = 120
"""Room is left for a title or a spelled-out legal form."""
CORE_WORDS_MAX = 5
COMMON = 3
"""How often a word must begin a name before it is taken for a given name."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


APOSTROPHE = "\u2019"
PARTICLES = _set("von van de der den del della di da do dos du la le zu af av ter ten")
NOT_PLAIN = PARTICLES | _set(
    "sir lord lady baron baroness earl count countess duke duchess viscount king queen prince princess "
    "marquess mrs miss rev dr prof mag ing fürst graf gräfin freiherr prinz of the and son jr sr abu bin ibn "
    "al el ba ma msc bsc mba phd"
)
"""Words that are no given name, and by which a name is none of the plain ones."""
FORMS = {
    "gmbh": ("AG", "Gesellschaft mit beschränkter Haftung"),
    "ag": ("GmbH", "Aktiengesellschaft"),
    "kg": ("OHG", "Kommanditgesellschaft"),
    "e.v.": ("gGmbH", "eingetragener Verein"),
    "ltd": ("PLC", "Limited"),
    "ltd.": ("LLP", "Limited"),
    "limited": ("LLP", "Ltd"),
    "plc": ("Limited", "Public Limited Company"),
    "b.v.": ("N.V.", "Besloten Vennootschap"),
    "bv": ("NV", "B.V."),
    "n.v.": ("B.V.", "Naamloze Vennootschap"),
    "sas": ("SARL", "Société par actions simplifiée"),
    "sarl": ("SAS", "Société à responsabilité limitée"),
    "s.p.a.": ("S.r.l.", "Società per azioni"),
    "spa": ("SRL", "S.p.A."),
    "s.r.l.": ("S.p.A.", "Società a responsabilità limitata"),
    "srl": ("SpA", "S.r.l."),
    "s.l.": ("S.A.", "Sociedad Limitada"),
    "oy": ("Oyj", "Osakeyhtiö"),
    "ab": ("HB", "Aktiebolag"),
    "as": ("ASA", "Aksjeselskap"),
    "a/s": ("ApS", "Aktieselskab"),
    "aps": ("A/S", "Anpartsselskab"),
    "s.r.o.": ("a.s.", "společnost s ručením omezeným"),
    "a.s.": ("s.r.o.", "akciová společnost"),
    "kft.": ("Zrt.", "Korlátolt Felelősségű Társaság"),
    "kft": ("Zrt", "Korlátolt Felelősségű Társaság"),
    "d.o.o.": ("d.d.", "družba z omejeno odgovornostjo"),
    "uab": ("AB", "Uždaroji akcinė bendrovė"),
    "sia": ("AS", "Sabiedrība ar ierobežotu atbildību"),
    "oü": ("AS", "Osaühing"),
}
"""For each legal form: another one of the same country, and the same one written otherwise."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person's name of which it is plain what the surname is, its particles included."""

    given: tuple[str, ...]
    surname: tuple[str, ...]

    def __str__(self) -> str:
        """Write the name as usual, the surname last."""
        return " ".join((*self.given, *self.surname))

    @property
    def family(self) -> str:
        """The surname as it is written."""
        return " ".join(self.surname)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation's name, and one of `FORMS` at its end, or nothing."""

    core: str
    form: str

    def __str__(self) -> str:
        """Write core and form."""
        return f"{self.core} {self.form}".strip()


One = TypeVar("One", Person, Organisation)


class Source:
    """The persons and organisations of a folder, and which names were labelled as the same payee's."""

    def __init__(self, folder: Path) -> None:
        texts: dict[str, set[str]] = {"person": set(), "org": set()}
        self._payees: dict[str, str] = {}
        for file in sorted(folder.glob("*.csv")):
            with file.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    pair = [" ".join(row[side].split()) for side in ("name_a", "name_b")]
                    texts.setdefault(row["kind"], set()).update(pair)
                    if row["label"] == "match":
                        self._join(*pair)
        self.persons = _persons(filter(_is_usable, texts["person"]))
        self.organisations = [_organisation(text) for text in sorted(texts["org"]) if _is_usable(text)]

    def same(self, one: str, other: str) -> bool:
        """Tell whether labels, directly or through other names, call two names the same payee's."""
        return self._payee(one) == self._payee(other)

    def _join(self, one: str, other: str) -> None:
        self._payees[self._payee(one)] = self._payee(other)

    def _payee(self, text: str) -> str:
        text = text.casefold()
        while (one := self._payees.get(text, text)) != text:
            text = one
        return text


def _is_usable(text: str) -> bool:
    latin = all(name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())
    return latin and 1 <= len(text) <= NAME_CHARACTERS_MAX


def words(text: str) -> set[str]:
    """Give the words of a name, folded."""
    return set(re.split(r"[\W_]+", text.casefold())) - {""}


def _persons(texts: Iterable[str]) -> list[Person]:
    plain = [
        text
        for text in sorted(texts)
        if re.fullmatch(rf"[^\W\d_]{{2,}}(?:[-'{APOSTROPHE} ,]+[^\W\d_]{{2,}})+", text)
    ]
    begins = Counter(text.split()[0].casefold() for text in plain if "," not in text)
    known = {word for word, count in begins.items() if count >= COMMON}
    found = {str(person): person for text in plain if (person := _person(text, known))}
    return [found[text] for text in sorted(found)]


def _person(text: str, known: set[str]) -> Person | None:
    """Take a name apart at its comma, its capitals, or before the last word if all others are given names."""
    before, comma, after = text.partition(",")
    parts = text.split()
    capitals = next((at for at, part in enumerate(parts) if not part.isupper()), 0)
    if comma:
        given, surname = after.split(), before.split()
    elif capitals:
        given, surname = parts[capitals:], parts[:capitals]
    else:
        last = len(parts) - 1
        at = next((at for at, part in enumerate(parts) if at and part.casefold() in PARTICLES), last)
        given, surname = parts[:at], parts[at:]
        if not all(part.casefold() in known for part in given):
            return None
    core = [part for part in surname if part.casefold() not in PARTICLES]
    if not given or not core or len(given) + len(core) > CORE_WORDS_MAX:
        return None
    if words(" ".join((*given, *core))) & NOT_PLAIN:
        return None
    return Person(tuple(map(_capital, given)), tuple(map(_capital, surname)))


def _capital(word: str) -> str:
    return word.title() if word.isupper() or word.islower() else word


def _organisation(text: str) -> Organisation:
    core, _, last = text.rpartition(" ")
    if core and last.casefold() in FORMS:
        return Organisation(core.rstrip(","), last)
    return Organisation(text, "")
