"""What the fallback replies passes only if it is the scheme's; else the edge answers NOAP, in time."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

import pytest

from tests.edge.wire import Http2, Reply, ask, identification, new_id, usual_headers, verification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.edge.bare import BareEdge

IBAN = "DE93999999020000000001"
ID = "0C0C0C0C-1111-4222-8333-d4d4d4d4d4d4"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SCHEME_SECONDS = 5.0
"""The scheme's time for an answer."""

questions = pytest.mark.parametrize(
    ("question", "noap"),
    [(verification(IBAN), {"partyNameMatch": "NOAP"}), (identification(IBAN), {"partyIdMatch": "NOAP"})],
    ids=["name", "id"],
)


def _raw(status: int, content_type: str | None, body: bytes = b"{}", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", *more]
    lines += [f"content-type: {content_type}"] if content_type is not None else []
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def _replying(edge: BareEdge, raw: bytes) -> Iterator[None]:
    edge.upstream.raw = raw
    try:
        yield
    finally:
        edge.upstream.raw = None


def _is_noap(reply: Reply, noap: dict[str, Any]) -> None:
    assert (reply.status, reply.body) == (200, noap)
    assert reply.header("content-type") == "application/json"
    assert reply.header("content-length") == str(len(reply.content))
    assert reply.header("x-request-id") == ID
    assert TIMESTAMP.fullmatch(reply.header("x-response-timestamp") or "")
    assert not [
        name for name, _ in reply.headers if name.lower().startswith(("x-vop-", "x-envoy-", "x-foreign"))
    ]


PROBLEM = "application/problem+json"
JSON = "application/json"
FOREIGN = {
    "401 of the scheme, for the edge itself": _raw(401, JSON, b'{"code":"CLIENT_INVALID"}'),
    "404": _raw(404, PROBLEM),
    "405": _raw(405, PROBLEM, b"{}", "allow: GET"),
    "413": _raw(413, PROBLEM),
    "429": _raw(429, PROBLEM, b"{}", "retry-after: 1"),
    "429 in JSON": _raw(429, JSON),
    "500 without a body": _raw(500, None, b""),
    "500 as text": _raw(500, "text/plain", b"Internal Server Error"),
    "500 as a problem": _raw(500, PROBLEM),
    "502": _raw(502, "text/html", b"<html></html>"),
    "503": _raw(503, "text/plain", b"Service Unavailable"),
    "503 in JSON": _raw(503, JSON),
    "400 as text": _raw(400, "text/plain", b"Bad Request"),
    "200 as HTML": _raw(200, "text/html", b"<html></html>"),
    "200 of a type that only begins so": _raw(200, "application/json-seq"),
    "200 without a type": _raw(200, None),
    "200 of two types": _raw(200, JSON, b"{}", "content-type: text/html"),
    "201": _raw(201, JSON),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "302": _raw(302, JSON, b"{}", "location: /elsewhere"),
    "600": _raw(600, JSON),
    "200 in chunks": (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        b"2\r\n{}\r\n0\r\n\r\n"
    ),
    "200 up to the connection's end": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}",
    "a foreign header": _raw(404, PROBLEM, b"{}", "x-foreign: 1", "x-request-id: another"),
}


@questions
@pytest.mark.parametrize("case", FOREIGN)
def test_a_reply_that_is_not_the_schemes_becomes_noap(
    edge: BareEdge, case: str, question: dict[str, Any], noap: dict[str, Any]
) -> None:
    with _replying(edge, FOREIGN[case]):
        _is_noap(ask(edge.address, question, request_id=ID), noap)


def test_a_reply_that_is_not_the_schemes_becomes_noap_over_http2(edge: BareEdge) -> None:
    body = json.dumps(identification(IBAN)).encode()
    with Http2(edge.address) as connection, _replying(edge, FOREIGN["404"]):
        for _ in range(2):
            reply = connection.exchange(usual_headers(ID), body)
            assert reply is not None
            _is_noap(reply, {"partyIdMatch": "NOAP"})


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_reply_of_the_scheme_passes_as_it_is(edge: BareEdge, status: int) -> None:
    raw = _raw(status, JSON, b'{"as":"it is"}', f"x-request-id: {ID}")
    with _replying(edge, raw):
        reply = ask(edge.address, verification(IBAN), request_id=ID)
    assert (reply.status, reply.content) == (status, b'{"as":"it is"}')
    assert reply.header("x-request-id") == ID


BROKEN = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 2",
    "half a header": b"HTTP/1.1 200 OK\r\ncontent-ty",
    "no end of the headers": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n",
    "no HTTP": b"nonsense\r\n\r\n",
    "two lengths": _raw(200, JSON, b"{}", "content-length: 3"),
    "length and chunks": _raw(200, JSON, b"0\r\n\r\n", "transfer-encoding: chunked"),
    "too large headers": _raw(200, JSON, b"{}", "x-large: " + "x" * 100_000),
    "half a body of another status": _raw(404, PROBLEM, b"x" * 1_000)[:-500],
}


@questions
@pytest.mark.parametrize("case", BROKEN)
def test_a_reply_that_breaks_off_or_is_no_http_becomes_noap(
    edge: BareEdge, case: str, question: dict[str, Any], noap: dict[str, Any]
) -> None:
    with _replying(edge, BROKEN[case]):
        _is_noap(ask(edge.address, question, request_id=ID), noap)


@questions
def test_a_reply_that_stops_in_the_middle_of_its_headers_becomes_noap_in_time(
    edge: BareEdge, question: dict[str, Any], noap: dict[str, Any]
) -> None:
    edge.upstream.hold.clear()
    started = time.monotonic()
    try:
        with _replying(edge, BROKEN["half a header"]):
            _is_noap(ask(edge.address, question, request_id=ID), noap)
    finally:
        edge.upstream.hold.set()
    assert time.monotonic() - started < SCHEME_SECONDS


def test_a_body_that_breaks_off_is_never_passed_on_as_a_whole_one(edge: BareEdge) -> None:
    half = _raw(200, JSON, b'{"partyNameMatch":"MTCH"}' + b" " * 100)[:-100]
    with _replying(edge, half), pytest.raises(IncompleteRead):
        ask(edge.address, verification(IBAN), request_id=ID)


def test_the_access_log_tells_that_the_fallback_was_asked_and_noap_was_answered(edge: BareEdge) -> None:
    request_id = new_id()
    with _replying(edge, FOREIGN["404"]):
        ask(edge.address, verification(IBAN), request_id=request_id)
    entry = edge.log_of(request_id)
    assert (entry.status, entry.upstream) == (200, "fallback")


def test_the_edges_own_answers_stay_as_they_are(edge: BareEdge) -> None:
    with _replying(edge, FOREIGN["503"]):
        reply = ask(edge.address, b'{"party":{}}', request_id=ID)
    assert (reply.status, reply.body["code"]) == (400, "FORMAT_ERROR")
