"""The requests that are measured, the accounts they ask about, and the answers. All names are invented."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from bench.load import Call

BIC = "VOPBDEFFXXX"
ACCOUNTS = 1_000
PATH = "/vop/v1/payee-verifications"

_GIVEN = ("Anna", "Bruno", "Clara", "Daniel", "Elena", "Florian", "Greta", "Hannes", "Irena", "Jonas")
_SURNAMES = (
    "Birkenthal", "Dornfelder", "Eichstetter", "Fuchsberger", "Gerstenmaier",
    "Hollerbusch", "Immergrün", "Kastanienbaum", "Lindenhofer", "Müllerstätt",
)  # fmt: skip
_COMPANY = "Nordlicht Segelmacher GmbH"


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


def accounts() -> list[dict[str, Any]]:
    """List the accounts to import, in the form that the accounts API takes. The first one is a company's."""
    company = {"bic": BIC, "iban": _iban(0), "holders": [{"kind": "organisation", "name": _COMPANY}]}
    persons = [
        {"bic": BIC, "iban": _iban(number), "holders": [{"kind": "person", "name": _name(number)}]}
        for number in range(1, ACCOUNTS)
    ]
    return [company, *persons]


def exchanges() -> list[Exchange]:
    """List sixteen requests in about the mix of production: thirteen of sixteen match or nearly do."""
    typed = [(number, _name(number), {"partyNameMatch": "MTCH"}) for number in range(1, 6)]
    typed += [
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
        (ACCOUNTS, "Jonas Birkenthal", {"partyNameMatch": "NOAP"}),
    ]
    return [Exchange(_call(_iban(number), name), _compact(answer)) for number, name, answer in typed]


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
