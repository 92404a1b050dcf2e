"""Headers first, body later, trailers last: the filter decides once, on the whole request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.edge.wire import (
    PATH,
    Http2,
    connect,
    exchange,
    http1,
    new_id,
    read_reply,
    usual_headers,
    verification,
)

if TYPE_CHECKING:
    from tests.edge.bare import BareEdge

IBAN = "DE93999999020000000001"
GOOD = json.dumps(verification(IBAN)).encode()
MALFORMED = b'{"party":{}}'


def test_a_request_whose_body_comes_in_pieces_is_decided_once_and_whole(edge: BareEdge) -> None:
    request_id = new_id()
    head = http1("POST", PATH, usual_headers(request_id), GOOD)[: -len(GOOD)]
    before = len(edge.upstream.seen)
    with connect(edge.address) as connection:
        connection.sendall(head)
        for start in range(0, len(GOOD), 50):
            assert len(edge.upstream.seen) == before, "nothing may go on before the body is whole"
            connection.sendall(GOOD[start : start + 50])
        reply = read_reply(connection)
    assert reply.status == 200
    (seen,) = edge.upstream.seen[before:]
    assert seen.body == GOOD
    assert seen.headers["x-request-id"] == request_id


def test_the_filter_answers_from_the_body_phase_after_it_paused_on_the_headers(edge: BareEdge) -> None:
    request = http1("POST", PATH, usual_headers(new_id()), MALFORMED)
    reply = exchange(edge.address, request[: -len(MALFORMED)], MALFORMED)
    assert (reply.status, reply.body["code"]) == (400, "FORMAT_ERROR")


def test_headers_are_still_known_when_a_late_chunk_completes_the_body(edge: BareEdge) -> None:
    request_id = new_id().upper()
    headers = [*usual_headers(request_id), ("transfer-encoding", "chunked")]
    head = http1("POST", PATH, headers, framed=False)
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (MALFORMED[:5], MALFORMED[5:])]
    reply = exchange(edge.address, head, *chunks, b"0\r\n\r\n")
    assert (reply.status, reply.header("x-request-id")) == (400, request_id)


def test_a_timestamp_header_is_judged_though_the_body_comes_later(edge: BareEdge) -> None:
    headers = [header for header in usual_headers(new_id()) if header[0] != "x-request-timestamp"]
    request = http1("POST", PATH, headers, GOOD)
    reply = exchange(edge.address, request[: -len(GOOD)], GOOD)
    assert (reply.status, reply.body["code"]) == (400, "TIMESTAMP_INVALID")


@pytest.mark.parametrize("chunks", [(MALFORMED,), (MALFORMED[:4], MALFORMED[4:]), ()])
def test_http2_trailers_do_not_carry_a_malformed_request_past_the_filter(
    edge: BareEdge, chunks: tuple[bytes, ...]
) -> None:
    before = len(edge.upstream.seen)
    with Http2(edge.address) as connection:
        reply = connection.exchange(usual_headers(new_id()), *chunks, trailers=[("x-vop-route", "fallback")])
    assert reply is not None
    assert (reply.status, reply.body["code"]) == (400, "FORMAT_ERROR")
    assert len(edge.upstream.seen) == before


def test_http2_trailers_complete_a_well_formed_request(edge: BareEdge) -> None:
    before = len(edge.upstream.seen)
    with Http2(edge.address) as connection:
        reply = connection.exchange(
            usual_headers(new_id()), GOOD[:40], GOOD[40:], trailers=[("x-checksum", "1")]
        )
    assert reply is not None
    assert reply.status == 200
    assert [seen.body for seen in edge.upstream.seen[before:]] == [GOOD]


def test_http1_trailers_complete_a_well_formed_request(edge: BareEdge) -> None:
    headers = [*usual_headers(new_id()), ("transfer-encoding", "chunked")]
    head = http1("POST", PATH, headers, framed=False)
    before = len(edge.upstream.seen)
    tail = b"%x\r\n%s\r\n0\r\nx-vop-route: fallback\r\n\r\n" % (len(GOOD), GOOD)
    reply = exchange(edge.address, head, tail)
    assert reply.status == 200
    assert [seen.body for seen in edge.upstream.seen[before:]] == [GOOD]
