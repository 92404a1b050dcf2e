"""Requests and accounts made at random: plausible names in many scripts, their mutations, and noise."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

from matcher import (
    Account,
    AccountStatus,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    NameKind,
    Outcome,
    Policy,
)

_WORDS: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "matcher_words.toml").read_text(encoding="utf-8")
)
_GIVEN, _SURNAME, _BETWEEN = _WORDS["given"], _WORDS["surname"], _WORDS["between"]
_CORE, _FORMS, _NOISE, _MARKS = _WORDS["core"], _WORDS["forms"], _WORDS["noise"], _WORDS["marks"]


def word(random: Random) -> str:
    """Give a plausible word, or letters from anywhere."""
    if random.random() < 0.85:
        return random.choice(random.choice((_GIVEN, _SURNAME, _CORE)))
    return "".join(character(random) for _ in range(random.randint(1, 8)))


def character(random: Random) -> str:
    """Give a code point, mostly of the scripts that the tables know."""
    where = random.random()
    if where < 0.4:
        return random.choice(_NOISE)
    if where < 0.8:
        return chr(random.randint(0x20, 0x52F))
    if where < 0.9:
        return chr(random.randint(0x1E00, 0x20FF))
    return chr(random.choice((random.randint(0x20, 0xD7FF), random.randint(0xE000, 0x10FFFF))))


def person(random: Random) -> str:
    """Give a person's name, in one of the orders in use."""
    given = [random.choice(_GIVEN) for _ in range(random.randint(1, 3))]
    surname = [random.choice(_SURNAME) for _ in range(random.choice((1, 1, 1, 2)))]
    if random.random() < 0.3:
        surname.insert(0, random.choice(_BETWEEN))
    if random.random() < 0.2:
        given.insert(0, random.choice(_BETWEEN))
    if random.random() < 0.2:
        surname = [part.upper() for part in surname]
    orders = (given + surname, surname + given, [*surname[:-1], f"{surname[-1]},", *given])
    return " ".join(random.choice(orders))


def organisation(random: Random) -> str:
    """Give an organisation's name, most with a legal form."""
    parts = [random.choice(_CORE) for _ in range(random.randint(1, 4))]
    if random.random() < 0.6:
        parts.append(random.choice(_FORMS))
    if random.random() < 0.15:
        parts.insert(0, random.choice(_FORMS))
    if random.random() < 0.1:
        parts.append(random.choice(_FORMS))
    return " ".join(parts)


def name(random: Random, kind: HolderKind) -> str:
    """Give a name of 1 to 140 characters."""
    chance = random.random()
    if chance < 0.03:
        text = " ".join(word(random) for _ in range(random.randint(10, 45)))
    elif chance < 0.06:
        text = "".join(character(random) for _ in range(random.randint(1, 140)))
    else:
        text = person(random) if kind is HolderKind.PERSON else organisation(random)
    return text[:140]


def mutated(random: Random, text: str) -> str:
    """Give the text with a few of the differences that payers make."""
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        words = text.split(" ")
        text = " ".join(random.choice(_MUTATIONS)(random, words, random.randrange(len(words))))
    return text


def _with_typo(random: Random, words: list[str], at: int) -> list[str]:
    return [*words[:at], _typo(random, words[at]), *words[at + 1 :]]


_MUTATIONS: tuple[Callable[[Random, list[str], int], list[str]], ...] = (
    lambda random, words, _at: random.sample(words, len(words)),
    lambda _random, words, at: words[:at] + words[at + 1 :],
    lambda random, words, at: [*words[:at], word(random), *words[at:]],
    lambda random, words, at: [*words[:at], words[at][:1] + random.choice(("", ".")), *words[at + 1 :]],
    lambda _random, words, at: ["".join(piece[:1] for piece in words), *words[at:]],
    lambda _random, words, _at: [piece.upper() for piece in words],
    lambda _random, words, _at: [piece.lower() for piece in words],
    lambda random, words, _at: [*words, random.choice(_FORMS)],
    lambda _random, words, at: words[at:] + words[:at],
    lambda _random, words, _at: [piece.replace("ü", "ue").replace("ß", "ss") for piece in words],
    lambda random, words, _at: [
        random.choice((" ", "-", "", ", ", " & ", " und ", "/", "; ", ".")).join(words)
    ],
    lambda _random, words, at: [*words[:at], words[at][:2] + "." + words[at][3:], *words[at + 1 :]],
    lambda random, words, at: [*words[:at], random.choice(_MARKS), *words[at:]],
    lambda random, words, _at: [" ".join(words)[: random.choice((27, 35, 70, random.randint(10, 60)))]],
    lambda _random, words, _at: ["".join(piece[:1] for piece in words)],
    lambda random, words, at: [
        *words[:at],
        words[at][: random.randint(2, 5)] + random.choice(("", ".")),
        *words[at + 1 :],
    ],
    _with_typo,
    _with_typo,
    _with_typo,
)


def _typo(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    letter = random.choice("abcdefghijklmnopqrstuvwxyzäöü. -3")
    return random.choice(
        (
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
        )
    )


def account(random: Random) -> Account:
    """Give an account within the record's limits, most with one holder."""
    holders = tuple(_holder(random) for _ in range(random.choice((0, 1, 1, 1, 1, 1, 2, 2, 3, 8))))
    held = tuple(identification(random) for _ in range(random.choice((0, 0, 1, 3))))
    status = AccountStatus.CLOSED if random.random() < 0.01 else AccountStatus.ACTIVE
    return Account(status, holders, held, random.random() < 0.05)


def _holder(random: Random) -> Holder:
    kind = random.choice((HolderKind.PERSON, HolderKind.ORGANISATION))
    others = [
        Name(name(random, kind), random.choice((NameKind.ALIAS, NameKind.FORMER)))
        for _ in range(random.choice((0, 0, 0, 0, 1, 2)))
    ]
    return Holder(kind, (Name(name(random, kind)), *others), random.random() < 0.1)


def typed_for(random: Random, of: Account) -> str:
    """Give what a payer may type for an account: its names, mutated, several of them, or another."""
    texts = [one.text for holder in of.holders for one in holder.names]
    if not texts or random.random() < 0.1:
        return name(random, random.choice((HolderKind.PERSON, HolderKind.ORGANISATION)))
    if len(of.holders) > 1 and random.random() < 0.4:
        some = [holder.names[0].text for holder in of.holders]
        random.shuffle(some)
        joined = random.choice((" und ", " & ", " et ", " + ", ", ", "; ", " / ", " u. ")).join(
            some[: random.randint(2, 3)]
        )
        return mutated(random, joined)[:140]
    return mutated(random, random.choice(texts))[:140]


_SCHEMES = {
    IdentificationKind.CODED: ("TXID", "txid", "SREN", "SRET", "COID", "DUNS"),
    IdentificationKind.PROPRIETARY: (
        "VAT-ID",
        "Siren",
        "EUID",
        "Kunde",
        "kun de",
        "COID",
        "a name of no scheme",
    ),
}
_ISSUERS = ("", "", "DE", "fr", "GR", "Amt", "a m t", " ", "ß")
_VALUES = (
    "DE123456789",
    "FR123456789",
    "EL123456789",
    "GR 123456789",
    "123456789",
    "de 123.456.789",
    "123456789 00012",
    "123456789 00013",
    "123456789 000123",
    "DE",
    "DEX1.HRB 1",
    "dex1.hrb1_1",
    "DEX1.HRB-1_2",
    "VOPBDEFF",
    "VOPBDEFFXXX",
    "vopb deff",
    "-",
    "_",
    "ÄÖ 1",
    "A" * 256,
    "ß" * 256,
)


def identification(random: Random) -> Identification:
    """Give an identification from a small world, so that many are equal or nearly so."""
    kind = random.choice(list(IdentificationKind))
    scheme = random.choice(_SCHEMES.get(kind, ("",)))
    return Identification(kind, scheme, random.choice(_ISSUERS), random.choice(_VALUES))


def identification_for(random: Random, of: Account) -> Identification:
    """Give what a payer may type for an account: mostly of a scheme that it holds, some of its values."""
    if not of.identifications or random.random() < 0.2:
        return identification(random)
    held = random.choice(of.identifications)
    value = held.value if random.random() < 0.3 else random.choice(_VALUES)
    return Identification(held.kind, held.scheme, random.choice(_ISSUERS), value)


def policy(random: Random) -> Policy:
    """Give the default policy, or one with every knob turned at random."""
    if random.random() < 0.6:
        return Policy()
    close = (Outcome.CMTC, Outcome.NMTC)
    ceilings = (Outcome.MTCH, *close)
    return Policy(
        initial_typed=random.choice(close),
        initial_registered=random.choice(close),
        middle_missing=random.choice(ceilings),
        middle_extra=random.choice(close),
        given_variant=random.choice(close),
        surname_only=random.choice(close),
        surname_partial=random.choice(close),
        surname_ending=random.choice(close),
        form_missing=random.choice(ceilings),
        form_differs=random.choice(close),
        generic_differs=random.choice(close),
        script_crossed=random.choice(ceilings),
        typo=random.choice(close),
        typo_budget=random.randint(0, 2),
        disclose_person=random.random() < 0.8,
        disclose_organisation=random.random() < 0.8,
        withheld=random.choice((Outcome.NMTC, Outcome.NOAP)),
        matched_name_latin=random.random() < 0.5,
    )
