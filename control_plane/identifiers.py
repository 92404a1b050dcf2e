"""Account numbers and other identifiers: forms and check digits (ISO 13616, 9362, 17442), codes, lengths."""

import csv
import re
from importlib import resources

BIC_PATTERN = "^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$"

NAME_CHARACTERS_MAX = 140
VALUE_CHARACTERS_MAX = 256
SCHEME_CHARACTERS_MAX = 35
ISSUER_CHARACTERS_MAX = 35
"""Lengths of EPC103-24, in code points."""

SCHEME_CODES = frozenset(
    [
        "BANK",
        "CBID",
        "CHID",
        "CINC",
        "COID",
        "CUST",
        "DUNS",
        "EMPL",
        "GS1G",
        "SREN",
        "SRET",
        "TXID",
        "BDID",
        "BOID",
    ]
)
"""``schemeNameCode`` of EPC103-24."""

_LETTER_DIGITS = {ord(letter): str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}
_PART = re.compile(r"(\d+)([nac])")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")


def iban_fault(iban: str) -> str | None:
    """Why this can't be an IBAN of a SEPA country; None if it can."""
    if not _IBAN.fullmatch(iban):
        return "must be an IBAN in capital letters and digits, without spaces"
    country = _REGISTRY.get(iban[:2])
    if country is None:
        return "is of a country that is not in the IBAN registry of SEPA"
    length, structure = country
    if len(iban) != length:
        return f"must have {length} characters in this country"
    if not structure.fullmatch(iban[4:]):
        return "doesn't have the account number structure of its country"
    # Check digits 00, 01 and 99 pass the division too, and are never given out.
    if not 2 <= int(iban[2:4]) <= 98 or _modulo_97(iban[4:] + iban[:4]) != 1:  # noqa: PLR2004
        return "has wrong check digits"
    return None


def bic_fault(bic: str) -> str | None:
    """Why this can't be a BIC; None if it can."""
    return None if _BIC.fullmatch(bic) else "must be a BIC of 8 or 11 capital letters and digits"


def bic11(bic: str) -> str:
    """Return the eleven-character form of a BIC."""
    return bic if len(bic) == 11 else bic + "XXX"  # noqa: PLR2004


def lei_fault(lei: str) -> str | None:
    """Why this can't be an LEI; None if it can."""
    if not _LEI.fullmatch(lei):
        return "must be an LEI of 18 capital letters and digits and two check digits"
    return None if _modulo_97(lei) == 1 else "has wrong check digits"


def _modulo_97(text: str) -> int:
    """ISO 7064 MOD 97-10 over digits and letters (A = 10 … Z = 35)."""
    return int(text.translate(_LETTER_DIGITS)) % 97


def _load() -> dict[str, tuple[int, re.Pattern[str]]]:
    text = (resources.files(__package__) / "iban_registry.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        row["country"]: (
            int(row["length"]),
            re.compile(
                "".join(f"{_CLASSES[kind]}{{{count}}}" for count, kind in _PART.findall(row["structure"]))
            ),
        )
        for row in csv.DictReader(lines)
    }


_REGISTRY = _load()
