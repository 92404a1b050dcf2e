"""The scheme's replies, byte for byte: ``docs/formats.md``, section 8. Pure."""

import json
from datetime import UTC, datetime

from control_plane.verifications.faults import Fault
from matcher import Outcome

CLIENT_INVALID = (
    b'{"type":"urn:vop:fault:client-invalid","code":"CLIENT_INVALID",'
    b'"title":"The caller is not accepted","status":401}'
)
INTERNAL = b'{"type":"urn:vop:fault:internal","title":"Internal error","status":500}'


def answer(by_name: bool, outcome: Outcome, matched_name: str | None) -> bytes:
    """Return the body of an answer; ``matched_name`` is set if and only if the outcome is CMTC."""
    body = {"partyNameMatch" if by_name else "partyIdMatch": outcome.name}
    if matched_name is not None:
        body["matchedName"] = matched_name
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def refusal(fault: Fault) -> bytes:
    """Return the body of status 400."""
    kind, code, title = (
        ("timestamp-invalid", "TIMESTAMP_INVALID", "The request timestamp is missing or malformed")
        if fault.is_timestamp
        else ("format-error", "FORMAT_ERROR", "The request breaks the schema")
    )
    body = {
        "type": f"urn:vop:fault:{kind}",
        "code": code,
        "title": title,
        "status": 400,
        "detail": fault.detail,
    }
    return json.dumps(body, separators=(",", ":")).encode()


def response_timestamp(wall_ms: int) -> str:
    """Unix milliseconds as UTC, with the fraction's trailing zeros stripped and none if it is zero."""
    seconds, ms = divmod(wall_ms, 1_000)
    fraction = f".{ms:03d}".rstrip("0") if ms else ""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"
