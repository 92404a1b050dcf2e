"""A malformed request costs an HTTP/1.1 requester no connection; broken framing does, hiding no request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.edge.wire import PATH, Http2, connect, http1, new_id, read_reply, usual_headers, verification

if TYPE_CHECKING:
    import socket

    from tests.edge.bare import BareEdge

GOOD = json.dumps(verification("DE93999999020000000001")).encode()


def _headers(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*usual_headers(new_id()), *more]


def _good() -> bytes:
    return http1("POST", PATH, _headers(), GOOD)


CHUNKED = ("transfer-encoding", "chunked")
MALFORMED = {
    "body": http1("POST", PATH, _headers(), b'{"party":{}}'),
    "no JSON": http1("POST", PATH, _headers(), b"{" * 100),
    "no body": http1("POST", PATH, _headers()),
    "path": http1("POST", "/", _headers(), GOOD),
    "GET with a body": http1("GET", PATH, _headers(), GOOD),
    "no timestamp": http1("POST", PATH, [("x-request-id", new_id())], GOOD),
    "request id": http1("POST", PATH, usual_headers("none"), GOOD),
    "content type": http1("POST", PATH, _headers(("content-type", "text/plain")), GOOD),
    "in chunks": http1("POST", PATH, _headers(CHUNKED), b"2\r\n{}\r\n0\r\n\r\n", framed=False),
    "in chunks with trailers": http1(
        "POST", PATH, _headers(CHUNKED), b"2\r\n{}\r\n0\r\nx-vop-route: fallback\r\n\r\n", framed=False
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_request_leaves_its_connection_open_for_the_next_one(edge: BareEdge, case: str) -> None:
    before = len(edge.upstream.seen)
    with connect(edge.address) as connection:
        for _ in range(2):
            connection.sendall(MALFORMED[case])
            refused = read_reply(connection)
            assert (refused.status, refused.header("connection")) == (400, None)
        assert len(edge.upstream.seen) == before
        connection.sendall(_good())
        assert read_reply(connection).status == 200
    assert [seen.body for seen in edge.upstream.seen[before:]] == [GOOD]


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


FRAMELESS = http1("POST", PATH, _headers(), framed=False)
BROKEN = {
    "no HTTP": b"nonsense\r\n\r\n",
    "length and chunks": http1("POST", PATH, _headers(CHUNKED), b"0\r\n\r\n"),
    "chunks and length": http1(
        "POST", PATH, _headers(CHUNKED, ("content-length", "5")), b"0\r\n\r\n", framed=False
    ),
    "chunks twice": http1("POST", PATH, _headers(CHUNKED, CHUNKED), b"0\r\n\r\n", framed=False),
    "chunks in another encoding": http1(
        "POST", PATH, _headers(("transfer-encoding", "gzip, chunked")), b"0\r\n\r\n", framed=False
    ),
    "chunks in a name with a space": FRAMELESS.replace(
        b"\r\n\r\n", b"\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n"
    ),
    "two lengths": http1("POST", PATH, _headers(("content-length", "1")), b"{}"),
    "a length twice": http1("POST", PATH, _headers(("content-length", "2")), b"{}"),
    "a length in a list": http1("POST", PATH, _headers(("content-length", "2, 2")), b"{}", framed=False),
    "a length with a sign": http1("POST", PATH, _headers(("content-length", "+2")), b"{}", framed=False),
    "a length below zero": http1("POST", PATH, _headers(("content-length", "-1")), framed=False),
    "a length beyond 64 bits": http1("POST", PATH, _headers(("content-length", "9" * 20)), framed=False),
    "a chunk without a length": http1("POST", PATH, _headers(CHUNKED), b"\r\n\r\n", framed=False),
    "a chunk beyond 64 bits": http1(
        "POST", PATH, _headers(CHUNKED), b"1" + b"0" * 16 + b"\r\n", framed=False
    ),
    "a zero byte in a header": http1("POST", PATH, _headers(("x-zero", "\0")), b"{}"),
    "too many headers": http1("POST", PATH, [(f"x-{number}", "1") for number in range(65)], b"{}"),
    "too large headers": http1("POST", PATH, [("x-large", "x" * 20_000)], b"{}"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_framing_closes_the_connection_and_what_follows_is_no_request(
    edge: BareEdge, case: str
) -> None:
    before = len(edge.upstream.seen)
    with connect(edge.address) as connection:
        connection.sendall(BROKEN[case] + _good())
        refused = read_reply(connection)
        assert (refused.status, refused.header("connection")) == (400, "close")
        assert _is_closed(connection)
    assert len(edge.upstream.seen) == before


def test_a_request_within_a_body_that_is_too_large_is_no_request(edge: BareEdge) -> None:
    before = len(edge.upstream.seen)
    body = b" " * 17_000 + _good() * 300
    with connect(edge.address) as connection:
        connection.sendall(http1("POST", PATH, _headers(), body)[:150_000])
        refused = read_reply(connection)
        assert (refused.status, refused.header("connection")) == (400, "close")
        assert _is_closed(connection)
    assert len(edge.upstream.seen) == before


def test_a_request_within_a_body_of_another_path_is_no_request(edge: BareEdge) -> None:
    before = len(edge.upstream.seen)
    with connect(edge.address) as connection:
        connection.sendall(http1("POST", "/", _headers(), _good()))
        assert read_reply(connection).status == 400
        connection.sendall(http1("POST", "/", _headers(), _good()))
        assert read_reply(connection).status == 400
    assert len(edge.upstream.seen) == before


def test_who_asks_for_the_end_of_the_connection_gets_it(edge: BareEdge) -> None:
    with connect(edge.address) as connection:
        connection.sendall(http1("POST", PATH, _headers(("connection", "close")), b"{}"))
        assert read_reply(connection).header("connection") == "close"
        assert _is_closed(connection)


@pytest.mark.parametrize("name", ["x_vop_route", "X-Upper", "connection", "transfer-encoding"])
def test_a_header_that_http2_forbids_ends_its_stream_and_not_the_connection(
    edge: BareEdge, name: str
) -> None:
    before = len(edge.upstream.seen)
    with Http2(edge.address) as connection:
        refused = connection.exchange(_headers((name, "chunked")), b"{}")
        assert refused is None or refused.status == 400
        assert len(edge.upstream.seen) == before
        good = connection.exchange(_headers(), GOOD)
    assert good is not None
    assert good.status == 200
