"""The requests that are measured, the accounts they ask about, and the answers. All names are invented."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.load import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

BIC = "VOPBDEFFXXX"
PERIOD = 100
"""Accounts after which the names begin again."""
PLACES = 16
"""Parts of the directory that requests go to, far from one another."""
PATH = "/vop/v1/payee-verifications"

_GIVEN = ("Anna", "Bruno", "Clara", "Daniel", "Elena", "Florian", "Greta", "Hannes", "Irena", "Jonas")
_SURNAMES = (
    "Birkenthal", "Dornfelder", "Eichstetter", "Fuchsberger", "Gerstenmaier",
    "Hollerbusch", "Immergrün", "Kastanienbaum", "Lindenhofer", "Müllerstätt",
)  # fmt: skip
_COMPANY = "Nordlicht Segelmacher GmbH"
_UNKNOWN = {"partyNameMatch": "NOAP"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the body that must answer it."""

    call: Call
    answer: bytes


def _iban(number: int) -> str:
    """Make a German IBAN with valid check digits under a bank code that is not given out."""
    bban = f"99999903{number:010d}"
    return f"DE{98 - int(bban + '131400') % 97:02d}{bban}"


def _name(number: int) -> str:
    return f"{_GIVEN[number % 10]} {_SURNAMES[number // 10 % 10]}"


def accounts(count: int) -> Iterator[dict[str, Any]]:
    """List the accounts to import, as the accounts API takes them: one of a hundred is a company's."""
    for number in range(count):
        kind, name = ("person", _name(number)) if number % PERIOD else ("organisation", _COMPANY)
        yield {"bic": BIC, "iban": _iban(number), "holders": [{"kind": kind, "name": name}]}


def exchanges(count: int) -> list[Exchange]:
    """List requests about `count` accounts: sixteen kinds in turn, each at sixteen places of the directory.

    The kinds come in about the mix of production: thirteen of sixteen match or nearly do.
    """
    step = count // PLACES // PERIOD * PERIOD
    return [
        Exchange(_call(_iban(number + place * step if answer != _UNKNOWN else count), name), _compact(answer))
        for place in range(PLACES)
        for number, name, answer in _typed()
    ]


def _typed() -> list[tuple[int, str, dict[str, str]]]:
    """List account, name as typed and answer; an account's name is that of any other `PERIOD` further on."""
    return [
        *((number, _name(number), {"partyNameMatch": "MTCH"}) for number in range(1, 6)),
        (6, _name(6).upper(), {"partyNameMatch": "MTCH"}),
        (7, " ".join(reversed(_name(7).split())), {"partyNameMatch": "MTCH"}),
        (61, "Bruno Immergruen", {"partyNameMatch": "MTCH"}),
        (92, "Clara Muellerstaett", {"partyNameMatch": "MTCH"}),
        (0, "Nordlicht Segelmacher", {"partyNameMatch": "MTCH"}),
        (13, "D. Dornfelder", {"partyNameMatch": "CMTC", "matchedName": _name(13)}),
        (24, "Elena Eichsteter", {"partyNameMatch": "CMTC", "matchedName": _name(24)}),
        (0, "Nordlicht Segelmacher AG", {"partyNameMatch": "CMTC", "matchedName": _COMPANY}),
        (35, "Torsten Weidemann", {"partyNameMatch": "NMTC"}),
        (46, "Irena Hollerbusch", {"partyNameMatch": "NMTC"}),
        (0, "Jonas Birkenthal", _UNKNOWN),
    ]


def _call(iban: str, name: str) -> Call:
    body = {
        "party": {"name": name},
        "partyAccount": {"iban": iban},
        "partyAgent": {"financialInstitutionId": {"bicfi": BIC}},
        "requestingAgent": {"financialInstitutionId": {"bicfi": "ASKBFRPPXXX"}},
    }
    headers = (
        ("X-Request-ID", str(uuid.uuid5(uuid.NAMESPACE_OID, iban + name))),
        ("X-Request-Timestamp", "2026-11-24T09:30:00.25Z"),
        ("Content-Type", "application/json"),
    )
    return Call("POST", PATH, headers, _compact(body))


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
