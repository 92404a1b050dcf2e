"""Pairs of names of the same payee that differ in one way.

Each function takes a name and gives the typed and the registered name, or None if the name can't vary so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from bench.variations.source import APOSTROPHE, FORMS, PARTICLES, One, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

Pair = tuple[str, str]

TRIES = 200
"""Names drawn for one pair before it is given up."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
UMLAUTS = {
    "ä": ("ae", "a"),
    "ö": ("oe", "o"),
    "ü": ("ue", "u"),
    "ø": ("oe", "o"),
    "å": ("aa", "a"),
    "ß": ("ss", "ss"),
    "æ": ("ae", "ae"),
    "œ": ("oe", "oe"),
}
"""Letters that convention writes with others: by their sound, and by their base."""
TITLES = (
    *(
        "Dr.",
        "Prof.",
        "Prof. Dr.",
        "Dr. med.",
        "Dipl.-Ing.",
        "Mag.",
        "Ing.",
        "Herr",
        "Frau",
        "Mr",
        "Mrs",
        "Ms",
    ),
    *("Sir", "Dame", "Monsieur", "Madame", "Mme", "Sig.", "Sig.ra", "Dott.", "Avv.", "Don", "Doña", "Sr. D."),
    *("Sra.", "dhr.", "mevr.", "drs.", "ir.", "mgr", "dr hab.", "Eng."),
)
DEGREES = (" MBA", " PhD", ", PhD", ", M.A.", " BSc", " MSc", ", LL.M.", " CSc.", " OBE", ", MD")


def varied(
    rng: Random, pool: Sequence[One], changes: dict[str, Callable[[Random, One], Pair | None]], each: int
) -> Iterator[tuple[str, Pair]]:
    """Vary names drawn from the pool in every way, so many times each."""
    for variation, change in changes.items():
        for _ in range(each):
            drawn = (change(rng, rng.choice(pool)) for _ in range(TRIES))
            pair = next((pair for pair in drawn if pair is not None), None)
            if pair is not None:
                yield variation, pair


def _sides(rng: Random, one: str, other: str) -> Pair | None:
    """Put either first; None if they don't differ."""
    return None if one == other else (one, other) if rng.getrandbits(1) else (other, one)


def presentation(rng: Random, one: Person | Organisation) -> Pair | None:
    """Change case, punctuation, spaces, or diacritics that are not in `UMLAUTS`."""
    text = str(one)
    ways = (
        text.upper(),
        text.lower(),
        _without_diacritics(text),
        _without_diacritics(text).upper(),
        normalize("NFD", text),
        text.replace("-", " "),
        text.replace("'", APOSTROPHE),
        text.replace(" ", "  "),
        text.replace(" ", "\u00a0"),
        f" {text}.",
    )
    return _sides(rng, text, rng.choice(ways))


def _without_diacritics(text: str) -> str:
    return "".join(
        letter
        if letter.casefold() in UMLAUTS
        else "".join(part for part in normalize("NFD", letter) if not combining(part))
        for letter in normalize("NFC", text)
    )


def umlaut(rng: Random, one: Person | Organisation) -> Pair | None:
    """Write the letters of `UMLAUTS` with others, all by one convention."""
    text, way = str(one), rng.getrandbits(1)
    changed = ""
    for letter in normalize("NFC", text):
        ways = UMLAUTS.get(letter.casefold())
        changed += letter if ways is None else ways[way].title() if letter.isupper() else ways[way]
    return _sides(rng, text, changed)


def typo(rng: Random, one: Person | Organisation) -> Pair | None:
    """Make one edit, or in a quarter of cases two: change, add or lose a letter, or swap it with the next."""
    text = changed = str(one)
    for _ in range(rng.choice((1, 1, 1, 2))):
        at = rng.choice([at for at, letter in enumerate(changed) if letter.isalpha()])
        before, letter, after = changed[:at], changed[at], changed[at + 1 :]
        edits = [before + rng.choice(LETTERS) + after, before + rng.choice(LETTERS) + letter + after]
        if after[:1].isalpha():
            edits += [before + after, before + after[0] + letter + after[1:]]
        changed = rng.choice(edits)
    return _sides(rng, text, changed) if changed.casefold() != text.casefold() else None


def spacing(rng: Random, one: Person | Organisation) -> Pair | None:
    """Join what a hyphen or apostrophe parts, or else the particles and the surname."""
    text = str(one)
    joined = re.sub(rf"(?<=[^\W\d_])[-'{APOSTROPHE}]([^\W\d_])", lambda found: found[1].lower(), text)
    if isinstance(one, Person) and joined == text:
        *particles, core = one.surname
        if particles and PARTICLES.issuperset(map(str.casefold, particles)):
            joined = " ".join((*one.given, "".join(particles) + core.lower()))
    return _sides(rng, text, joined)


def order(rng: Random, person: Person) -> Pair | None:
    """Put the surname first, with or without a comma."""
    return _sides(rng, str(person), f"{person.family}{rng.choice((',', ''))} {' '.join(person.given)}")


def title(rng: Random, person: Person) -> Pair | None:
    """Put a title before the name, or in a fifth of cases a degree behind it."""
    behind = rng.randrange(5) == 0
    text = str(person)
    return _sides(rng, text, text + rng.choice(DEGREES) if behind else f"{rng.choice(TITLES)} {text}")


def initial(rng: Random, person: Person) -> Pair | None:
    """Write initials for all given names, or for all but the first."""
    letters = [given[0].upper() for given in person.given]
    ways = ["".join(f"{letter}. " for letter in letters).strip(), " ".join(letters)]
    if len(letters) > 1:
        ways += ["".join(letters), "".join(f"{letter}." for letter in letters)]
        ways += [" ".join((person.given[0], *(f"{letter}." for letter in letters[1:])))]
    return _sides(rng, str(person), f"{rng.choice(ways)} {person.family}")


def token_dropped(rng: Random, person: Person) -> Pair | None:
    """Leave out a given name but the first, or one of two surnames."""
    shorter = [replace(person, given=_without(person.given, at)) for at in range(1, len(person.given))]
    if not PARTICLES.intersection(map(str.casefold, person.surname)) and len(person.surname) > 1:
        shorter += [
            replace(person, surname=_without(person.surname, at)) for at in range(len(person.surname))
        ]
    return _sides(rng, str(person), str(rng.choice(shorter))) if shorter else None


def _without(words: tuple[str, ...], at: int) -> tuple[str, ...]:
    return words[:at] + words[at + 1 :]


def form_missing(rng: Random, one: Organisation) -> Pair | None:
    """Leave the legal form out."""
    return _sides(rng, str(one), one.core)


def form_differs(rng: Random, one: Organisation) -> Pair | None:
    """Write another legal form of the same country."""
    return _sides(rng, str(one), f"{one.core} {FORMS[one.form.casefold()][0]}") if one.form else None


def form_synonym(rng: Random, one: Organisation) -> Pair | None:
    """Write the same legal form otherwise."""
    return _sides(rng, str(one), f"{one.core} {FORMS[one.form.casefold()][1]}") if one.form else None


OF_PERSONS: dict[str, Callable[[Random, Person], Pair | None]] = {
    "presentation": presentation,
    "umlaut": umlaut,
    "spacing": spacing,
    "order": order,
    "title": title,
    "initial": initial,
    "token dropped": token_dropped,
    "typo": typo,
}
OF_ORGANISATIONS: dict[str, Callable[[Random, Organisation], Pair | None]] = {
    "presentation": presentation,
    "umlaut": umlaut,
    "spacing": spacing,
    "legal form missing": form_missing,
    "legal form differs": form_differs,
    "legal form synonym": form_synonym,
    "typo": typo,
}
"""What may differ, by the name that `vop evaluate` shows."""
