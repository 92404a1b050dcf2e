"""Every reply that Envoy makes itself has the scheme's form.

What the codec rejects before there is a request can't echo a request id: those cases are the last test's.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.edge.bare import BareEdge
from tests.edge.wire import (
    PATH,
    Http2,
    Reply,
    ask,
    connect,
    exchange,
    http1,
    identification,
    read_reply,
    usual_headers,
    verification,
)
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

IBAN = "DE93999999020000000001"
GOOD = json.dumps(verification(IBAN)).encode()
ID = "0B0B0B0B-1111-4222-8333-c4c4c4c4c4c4"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z")


def _of_the_scheme(reply: Reply, status: int, body: dict[str, Any], request_id: str | None = ID) -> None:
    assert (reply.status, reply.body) == (status, body)
    assert reply.header("content-type") == "application/json"
    assert reply.header("x-request-id") == request_id
    assert TIMESTAMP.fullmatch(reply.header("x-response-timestamp") or "")
    assert not [name for name, _ in reply.headers if name.lower().startswith(("x-vop-", "x-envoy-"))]


def _format_error(detail: str) -> dict[str, Any]:
    return {
        "type": "urn:vop:fault:format-error",
        "code": "FORMAT_ERROR",
        "title": "The request breaks the schema",
        "status": 400,
        "detail": detail,
    }


def test_a_body_beyond_envoys_buffer_is_a_format_error(edge: BareEdge) -> None:
    reply = exchange(edge.address, http1("POST", PATH, usual_headers(ID), b" " * 200_000))
    _of_the_scheme(reply, 400, _format_error("body: is larger than 16384 bytes"))


@pytest.mark.parametrize("size", [16_385, 65_536, 65_537])
def test_a_body_beyond_the_filters_limit_gets_the_same_answer(edge: BareEdge, size: int) -> None:
    reply = exchange(edge.address, http1("POST", PATH, usual_headers(ID), b" " * size))
    _of_the_scheme(reply, 400, _format_error("body: is larger than 16384 bytes"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("PUT", PATH),
        ("POST", "/"),
        ("POST", PATH + "/"),
        ("DELETE", "/vop/v1"),
        ("POST", "/a//b"),
    ],
)
def test_another_method_or_path_is_a_format_error(edge: BareEdge, method: str, path: str) -> None:
    reply = exchange(edge.address, http1(method, path, usual_headers(ID), GOOD))
    _of_the_scheme(reply, 400, _format_error("request: must be POST /vop/v1/payee-verifications"))


@pytest.mark.parametrize("path", ["/vop%2fv1", "/vop%5cv1", "/vop%00"])
def test_a_path_that_envoy_refuses_is_a_format_error(edge: BareEdge, path: str) -> None:
    reply = exchange(edge.address, http1("POST", path, usual_headers(ID), GOOD))
    _of_the_scheme(reply, 400, _format_error("request: is not acceptable"))


def test_an_upgrade_is_a_format_error(edge: BareEdge) -> None:
    upgrade = [*usual_headers(ID), ("connection", "upgrade"), ("upgrade", "websocket")]
    reply = exchange(edge.address, http1("GET", PATH, upgrade))
    _of_the_scheme(reply, 400, _format_error("request: is not acceptable"))


def test_two_hundred_character_ids_are_not_echoed_by_envoy_either(edge: BareEdge) -> None:
    reply = exchange(edge.address, http1("POST", "/vop%2fv1", usual_headers("i" * 129), GOOD))
    _of_the_scheme(reply, 400, _format_error("request: is not acceptable"), None)


@pytest.fixture(scope="module")
def orphan() -> Iterator[BareEdge]:
    """Run an edge whose fallback has gone after it served the filter."""
    with BareEdge() as running:
        running.upstream.close()
        yield running


def test_with_the_fallback_dead_a_name_request_gets_noap(orphan: BareEdge) -> None:
    reply = ask(orphan.address, verification(IBAN), request_id=ID)
    _of_the_scheme(reply, 200, {"partyNameMatch": "NOAP"})


def test_with_the_fallback_dead_an_identification_request_gets_noap(orphan: BareEdge) -> None:
    reply = ask(orphan.address, identification(IBAN), request_id=ID)
    _of_the_scheme(reply, 200, {"partyIdMatch": "NOAP"})


def test_with_the_fallback_dead_http2_gets_noap_too(orphan: BareEdge) -> None:
    with Http2(orphan.address) as connection:
        reply = connection.exchange(usual_headers(ID), GOOD)
    assert reply is not None
    _of_the_scheme(reply, 200, {"partyNameMatch": "NOAP"})


def test_with_the_fallback_dead_the_filters_own_errors_stay_as_they_are(orphan: BareEdge) -> None:
    reply = ask(orphan.address, b'{"party":{}}', request_id=ID)
    _of_the_scheme(reply, 400, _format_error("party: must have exactly one of name and identification"))


def test_a_fallback_that_does_not_answer_in_time_becomes_noap(edge: BareEdge) -> None:
    edge.upstream.hold.clear()
    try:
        reply = ask(edge.address, verification(IBAN), request_id=ID)
    finally:
        edge.upstream.hold.set()
    _of_the_scheme(reply, 200, {"partyNameMatch": "NOAP"})


def test_requests_beyond_the_fallbacks_circuit_breaker_get_noap_at_once() -> None:
    with BareEdge() as edge:
        edge.upstream.hold.clear()
        request = http1("POST", PATH, usual_headers(ID), GOOD)
        waiting = [connect(edge.address) for _ in range(200)]
        try:
            for connection in waiting:
                connection.sendall(request)
            wait_for(lambda: edge.counter("cluster.fallback.upstream_rq_pending_overflow") > 0)
            _of_the_scheme(
                ask(edge.address, verification(IBAN), request_id=ID), 200, {"partyNameMatch": "NOAP"}
            )
            edge.upstream.hold.set()
            replies = [read_reply(connection).body["partyNameMatch"] for connection in waiting]
        finally:
            edge.upstream.hold.set()
            for connection in waiting:
                connection.close()
    assert set(replies) == {"NMTC", "NOAP"}


def test_a_body_that_does_not_arrive_in_time_is_a_format_error(edge: BareEdge) -> None:
    reply = exchange(edge.address, http1("POST", PATH, usual_headers(ID), GOOD)[:-10])
    _of_the_scheme(reply, 400, _format_error("request: did not arrive in time"))


REFUSED_BY_THE_CODEC = {
    "no HTTP": b"nonsense\r\n\r\n",
    "unknown method": http1("FROBNICATE", PATH, usual_headers(ID), GOOD),
    "underscore in a header": http1("POST", PATH, [*usual_headers(ID), ("x_vop_route", "fallback")], GOOD),
    "length and chunks": http1(
        "POST", PATH, [*usual_headers(ID), ("transfer-encoding", "chunked")], b"0\r\n\r\n"
    ),
    "an encoding of the transfer": http1(
        "POST", PATH, [*usual_headers(ID), ("transfer-encoding", "gzip, chunked")], b"0\r\n\r\n", framed=False
    ),
    "two lengths": http1("POST", PATH, [*usual_headers(ID), ("content-length", "1")], GOOD),
    "too many headers": http1("POST", PATH, [(f"x-{number}", "1") for number in range(65)], GOOD),
    "too large headers": http1("POST", PATH, [("x-large", "x" * 20_000)], GOOD),
    "HTTP/1.0": http1("POST", PATH, usual_headers(ID), GOOD).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "no host": http1("POST", PATH, usual_headers(ID), GOOD).replace(b"Host: vop.example\r\n", b"", 1),
}


@pytest.mark.parametrize("case", REFUSED_BY_THE_CODEC)
def test_what_the_codec_refuses_before_there_is_a_request_is_a_format_error_without_an_id(
    edge: BareEdge, case: str
) -> None:
    before = len(edge.upstream.seen)
    reply = exchange(edge.address, REFUSED_BY_THE_CODEC[case])
    _of_the_scheme(reply, 400, _format_error("request: is not acceptable"), reply.header("x-request-id"))
    assert reply.header("x-request-id") in {None, ID}
    assert len(edge.upstream.seen) == before
