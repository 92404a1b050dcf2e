"""The suite of verification requests and the accounts they ask about, read from the data files beside it."""

from __future__ import annotations

import json
import tomllib
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BIC = "VOPBDEFFXXX"
"""The tenant that holds the accounts of the suite."""
ASKER = "ASKBFRPPXXX"
TIMESTAMP = "2026-11-24T09:30:00.25Z"

_FAULTS = {
    "FORMAT_ERROR": ("urn:vop:fault:format-error", "The request breaks the schema"),
    "TIMESTAMP_INVALID": ("urn:vop:fault:timestamp-invalid", "The request timestamp is missing or malformed"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the suite and the answer that the scheme asks for."""

    title: str
    """What is sent, and the group it belongs to."""
    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    status: int
    answer: bytes = field(repr=False)
    """The response's body, byte for byte."""
    answered_by: str
    """`edge` or `fallback`: who answers a request that is sent to the edge."""

    @property
    def request_id(self) -> str | None:
        """The request id that the response must echo; None if the request has none."""
        return next((value for name, value in self.headers if name == "X-Request-ID"), None)


def accounts() -> list[dict[str, Any]]:
    """Read the accounts of `directory.toml`, in the form that the accounts API takes."""
    return [{"bic": BIC, **account} for account in _read("directory.toml").values()]


def requests() -> list[Request]:
    """Read the requests of `suite.toml`."""
    ibans = {key: account["iban"] for key, account in _read("directory.toml").items()}
    groups = _read("suite.toml")["group"]
    return [_request(group, entry, ibans) for group in groups for entry in group["request"]]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _request(group: dict[str, Any], entry: dict[str, Any], ibans: dict[str, str]) -> Request:
    title = f"{group['shows']}: {entry['name']}"
    entry = {"code": group.get("code"), "detail": group.get("detail"), **entry}
    return Request(
        title=title,
        method=entry.get("method", "POST"),
        headers=_headers(title, entry.get("headers", {})),
        body=_body(entry, ibans),
        status=400 if entry["code"] else 200,
        answer=_fault(entry) if entry["code"] else _outcome(entry),
        answered_by=entry.get("by", "edge"),
    )


def _headers(title: str, given: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    usual = {
        "X-Request-ID": [str(uuid.uuid5(uuid.NAMESPACE_OID, title))],
        "X-Request-Timestamp": [TIMESTAMP],
        "Content-Type": ["application/json"],
    }
    return tuple((name, value) for name, values in {**usual, **given}.items() for value in values)


def _body(entry: dict[str, Any], ibans: dict[str, str]) -> bytes:
    if "hex" in entry:
        return bytes.fromhex(entry["hex"])
    members = _members(entry, ibans)
    text = entry.get("raw", "{" + ",".join(members.values()) + "}")
    for placeholder, member in members.items():
        text = text.replace(placeholder, member)
    body: bytes = text.encode()
    return body.ljust(entry.get("pad_to", 0))


def _members(entry: dict[str, Any], ibans: dict[str, str]) -> dict[str, str]:
    values = {
        "$party": ("party", _party(entry)),
        "$account": ("partyAccount", {"iban": entry.get("iban", ibans[entry.get("to", "mia")])}),
        "$agent": ("partyAgent", {"financialInstitutionId": {"bicfi": entry.get("agent", BIC)}}),
        "$asker": ("requestingAgent", {"financialInstitutionId": {"bicfi": ASKER}}),
    }
    if "remittance" in entry:
        values["$remittance"] = ("unstructuredRemittanceInformation", entry["remittance"])
    return {
        placeholder: f'"{name}":{json.dumps(value, ensure_ascii=False)}'
        for placeholder, (name, value) in values.items()
    }


def _is_identification(entry: dict[str, Any]) -> bool:
    return bool({"lei", "bic", "other"} & set(entry)) or '"identification"' in entry.get("raw", "")


def _party(entry: dict[str, Any]) -> dict[str, Any]:
    for key, name in (("lei", "lei"), ("bic", "anyBIC"), ("other", "others")):
        if key in entry:
            return {"identification": {"organisationId": {name: entry[key]}}}
    return {"name": entry.get("typed", "Mia Muster")}


def _outcome(entry: dict[str, Any]) -> bytes:
    result = {"partyIdMatch" if _is_identification(entry) else "partyNameMatch": entry["answer"]}
    if "matched" in entry:
        result["matchedName"] = entry["matched"]
    return _compact(result)


def _fault(entry: dict[str, Any]) -> bytes:
    kind, title = _FAULTS[entry["code"]]
    fault = {"type": kind, "code": entry["code"], "title": title, "status": 400, "detail": entry["detail"]}
    return _compact(fault)


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
