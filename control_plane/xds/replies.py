"""The scheme's form for every reply that Envoy makes itself (scheme section 4, formats section 8).

Mappers are tried in order and the first that applies decides. The first two leave the filter's own replies
alone, answers ahead of errors because there are many; those for NOAP answer for a fallback that is down or
gave a reply that is not the scheme's; the rest turn Envoy's status codes into the scheme's faults.
"""

from __future__ import annotations

import json
from typing import Any

from control_plane.xds.headers import ANSWERED, KIND, REQUEST_ID

ECHO_BYTES_MAX = 128

_NOAP_NAME = {"partyNameMatch": "NOAP"}
_NOAP_ID = {"partyIdMatch": "NOAP"}
_CLIENT_INVALID = {
    "type": "urn:vop:fault:client-invalid",
    "code": "CLIENT_INVALID",
    "title": "The caller is not accepted",
    "status": 401,
}
_INTERNAL = {"type": "urn:vop:fault:internal", "title": "Internal error", "status": 500}


def _format_error(detail: str) -> dict[str, Any]:
    return {
        "type": "urn:vop:fault:format-error",
        "code": "FORMAT_ERROR",
        "title": "The request breaks the schema",
        "status": 400,
        "detail": detail,
    }


def _status(operator: str, code: int) -> dict[str, Any]:
    comparison = {"op": operator, "value": {"default_value": code, "runtime_key": "vop.never_set"}}
    return {"status_code_filter": {"comparison": comparison}}


def _header(name: str, **match: Any) -> dict[str, Any]:  # noqa: ANN401  (an Envoy HeaderMatcher field)
    return {"header_filter": {"header": {"name": name, **match}}}


def _both(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"and_filter": {"filters": list(filters)}}


def _reply(when: dict[str, Any], status: int, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer `status` and `body`, with the request id echoed if that is allowed."""
    text = json.dumps(body, separators=(",", ":"))
    timestamp = {"header": {"key": "x-response-timestamp", "value": "%EMIT_TIME(%Y-%m-%dT%H:%M:%SZ)%"}}
    echo = {"header": {"key": REQUEST_ID, "value": "%REQ(X-REQUEST-ID)%"}}
    fits = _header(REQUEST_ID, string_match={"safe_regex": {"regex": f"[!-~]{{1,{ECHO_BYTES_MAX}}}"}})
    shape = {
        "status_code": status,
        "body_format_override": {
            "text_format_source": {"inline_string": text},
            "content_type": "application/json",
        },
    }
    return [
        {"filter": _both(when, fits), **shape, "headers_to_add": [timestamp, echo]},
        {"filter": when, **shape, "headers_to_add": [timestamp]},
    ]


def local_reply_config() -> dict[str, Any]:
    """Build the HTTP connection manager's `local_reply_config`.

    Envoy says 501 to a transfer encoding and 403 to an upgrade that it does not do.
    """
    unavailable = _status("GE", 500)
    not_acceptable = _format_error("request: is not acceptable")
    return {
        "mappers": [
            {"filter": _status("LE", 399)},
            {"filter": _header(ANSWERED, present_match=True)},
            *_reply(_status("EQ", 501), 400, not_acceptable),
            *_reply(_both(unavailable, _header(KIND, string_match={"exact": "name"})), 200, _NOAP_NAME),
            *_reply(_both(unavailable, _header(KIND, string_match={"exact": "id"})), 200, _NOAP_ID),
            *_reply(unavailable, 500, _INTERNAL),
            *_reply(_status("EQ", 401), 401, _CLIENT_INVALID),
            *_reply(_both(_status("EQ", 403), _header("upgrade", present_match=True)), 400, not_acceptable),
            *_reply(_status("EQ", 403), 401, _CLIENT_INVALID),
            *_reply(_status("EQ", 408), 400, _format_error("request: did not arrive in time")),
            *_reply(_status("EQ", 413), 400, _format_error("body: is larger than 16384 bytes")),
            *_reply(_status("GE", 400), 400, not_acceptable),
        ]
    }
