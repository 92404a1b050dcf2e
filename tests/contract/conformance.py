"""What a counterparty of the scheme rejects: the list at the end of the scheme's section on responses."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SECONDS_MAX = 5.0
NAME_MAX = 140
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,2}[1-9])?Z")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TEXTS_MAX = {"type": 70, "title": 70, "detail": 500}
CODES: dict[int, set[str | None]] = {
    400: {"FORMAT_ERROR", "TIMESTAMP_INVALID"},
    401: {"CLIENT_INVALID", "CLIENT_INCONSISTENT"},
    500: {None},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it came; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)
    seconds: float


def kind_of(body: object) -> str | None:
    """Tell what a request asks about: `name`, `identification`, or None if it is not well formed."""
    party = body.get("party") if isinstance(body, dict) else None
    kinds = [kind for kind in ("name", "identification") if isinstance(party, dict) and kind in party]
    return kinds[0] if len(kinds) == 1 else None


def broken_rules(reply: Reply, request_id: str | None, kind: str | None) -> list[str]:
    """Name the rules that a reply breaks to a request with this id, of the kind that `kind_of` tells."""
    broken = _of_headers(reply, request_id)
    if reply.seconds > SECONDS_MAX:
        broken.append("the reply takes more than 5 s")
    try:
        body = json.loads(reply.body)
    except ValueError:
        return [*broken, "the body does not parse"]
    if not isinstance(body, dict):
        return [*broken, "the body is not an object"]
    return broken + (_of_outcome(body, kind) if reply.status == 200 else _of_error(body, reply.status))


def _of_headers(reply: Reply, request_id: str | None) -> list[str]:
    broken = []
    if reply.headers.get("content-type") != "application/json":
        broken.append("the content type is wrong")
    must_echo = request_id is not None and UUID.fullmatch(request_id)
    if must_echo and reply.headers.get("x-request-id") != request_id:
        broken.append("the request id is missing or different")
    timestamp = reply.headers.get("x-response-timestamp", "")
    if not TIMESTAMP.fullmatch(timestamp):
        broken.append("the response timestamp is missing or invalid")
    elif abs((datetime.now(UTC) - datetime.fromisoformat(timestamp)).total_seconds()) > SECONDS_MAX:
        broken.append("the response timestamp is not the time of the response")
    return broken


def _of_outcome(body: dict[str, Any], kind: str | None) -> list[str]:
    broken = []
    if len({"partyNameMatch", "partyIdMatch"} & set(body)) != 1:
        broken.append("both results are set, or neither")
    if kind != "name" and "partyNameMatch" in body:
        broken.append("a name result for something else")
    if kind != "identification" and "partyIdMatch" in body:
        broken.append("an identification result for something else")
    known = {"MTCH", "NMTC", "NOAP"} | ({"CMTC"} if "partyNameMatch" in body else set())
    result = body.get("partyNameMatch", body.get("partyIdMatch"))
    if result not in known:
        broken.append("the result is unknown")
    name = body.get("matchedName")
    if (result == "CMTC") != (name is not None):
        broken.append("a close match without a name, or a name without a close match")
    if name is not None and not (isinstance(name, str) and 1 <= len(name) <= NAME_MAX):
        broken.append("the name is too long or empty")
    return broken


def _of_error(body: dict[str, Any], status: int) -> list[str]:
    broken = []
    if status not in CODES or body.get("status") != status:
        broken.append("the status is not one of the scheme's, or not the body's")
    if body.get("code") not in CODES.get(status, set()):
        broken.append("the code does not fit the status")
    if not body.get("type"):
        broken.append("the error has no type")
    if any(not 1 <= len(body.get(name, "-")) <= limit for name, limit in TEXTS_MAX.items()):
        broken.append("a text of the error is too long or empty")
    return broken
