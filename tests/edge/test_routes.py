"""Only what the filter marked reaches an upstream: the upstream here counts what arrives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.edge.bare import BareEdge, filter_release
from tests.edge.wire import (
    PATH,
    Http2,
    ask,
    exchange,
    http1,
    identification,
    new_id,
    usual_headers,
    verification,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.edge.wire import Reply

IBAN = "DE93999999020000000001"
GOOD = json.dumps(verification(IBAN)).encode()
FORGED = [("x-vop-route", "fallback"), ("x-vop-kind", "name"), ("X-VOP-Answered", "edge"), ("x-vop-new", "1")]


def _over_http1(
    edge: BareEdge, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> Reply | None:
    return exchange(edge.address, http1(method, path, headers, body))


def _over_http2(
    edge: BareEdge, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> Reply | None:
    lower = [(name.lower(), value) for name, value in headers]
    with Http2(edge.address) as connection:
        return connection.exchange(lower, *([body] if body else []), method=method, path=path)


transport = pytest.mark.parametrize("send", [_over_http1, _over_http2])


@transport
@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "OPTIONS"])
@pytest.mark.parametrize("path", [PATH, "/", PATH + "/x"])
def test_forged_headers_lead_a_request_that_the_filter_refuses_to_no_upstream(
    edge: BareEdge, send: Callable[..., Reply | None], method: str, path: str
) -> None:
    before = len(edge.upstream.seen)
    reply = send(edge, method, path, [*usual_headers(new_id()), *FORGED], b'{"party":{}}')
    assert reply is not None
    assert (reply.status, reply.body["code"]) == (400, "FORMAT_ERROR")
    assert len(edge.upstream.seen) == before


@transport
def test_forged_headers_do_not_reach_the_fallback_with_a_request_handed_over(
    edge: BareEdge, send: Callable[..., Reply | None]
) -> None:
    forged = [("x-vop-kind", "id"), ("x-vop-answered", "edge"), ("x-vop-new", "1")]
    forged += [
        ("x-envoy-upstream-rq-timeout-ms", "1"),
        ("x-envoy-max-retries", "50"),
        ("authorization", "Bearer me"),
    ]
    reply = send(edge, "POST", PATH, [*usual_headers(new_id()), *forged], GOOD)
    assert reply is not None
    assert reply.status == 200
    headers = edge.upstream.seen[-1].headers
    assert {name: value for name, value in headers.items() if name.startswith("x-vop-")} == {
        "x-vop-route": "fallback",
        "x-vop-kind": "name",
    }
    assert headers["authorization"].startswith("Bearer edge-1:")
    assert "x-envoy-max-retries" not in headers


def test_the_fallback_is_told_which_kind_of_request_it_gets(edge: BareEdge) -> None:
    ask(edge.address, identification(IBAN))
    assert edge.upstream.seen[-1].headers["x-vop-kind"] == "id"


@transport
def test_a_query_does_not_change_the_way(edge: BareEdge, send: Callable[..., Reply | None]) -> None:
    before = len(edge.upstream.seen)
    reply = send(edge, "POST", PATH + "?x-vop-route=fallback", usual_headers(new_id()), GOOD)
    assert reply is not None
    assert reply.status == 200
    assert len(edge.upstream.seen) == before + 1


def test_a_request_without_a_body_reaches_no_upstream(edge: BareEdge) -> None:
    before = len(edge.upstream.seen)
    assert exchange(edge.address, http1("POST", PATH, [*usual_headers(new_id()), *FORGED])).status == 400
    with Http2(edge.address) as connection:
        reply = connection.exchange([*usual_headers(new_id()), ("x-vop-route", "fallback")])
    assert reply is not None
    assert reply.status == 400
    assert len(edge.upstream.seen) == before


@pytest.mark.parametrize(
    "request_bytes",
    [
        http1("POST", PATH, [*usual_headers(new_id()), *FORGED, ("transfer-encoding", "chunked")], GOOD),
        http1("POST", PATH, [*usual_headers(new_id()), *FORGED, ("transfer-encoding", "gzip")], GOOD),
        http1("POST", PATH, [*usual_headers(new_id()), *FORGED, ("content-length", "0")], GOOD),
        http1("CONNECT", "fallback:80", FORGED),
        http1("POST", "http://fallback" + PATH, [*usual_headers(new_id()), *FORGED], b"{}"),
        http1("GET", PATH, [("connection", "upgrade"), ("upgrade", "websocket"), *FORGED]),
        http1("GET", PATH, [("connection", "upgrade, http2-settings"), ("upgrade", "h2c"), *FORGED]),
        http1("POST", PATH, [("expect", "100-continue"), *FORGED], b"{}"),
    ],
    ids=["length and chunks", "gzip", "two lengths", "connect", "absolute", "websocket", "h2c", "expect"],
)
def test_odd_framing_reaches_no_upstream(edge: BareEdge, request_bytes: bytes) -> None:
    before = len(edge.upstream.seen)
    reply = exchange(edge.address, request_bytes)
    assert reply.status >= 100
    assert len(edge.upstream.seen) == before


def test_two_requests_on_one_connection_are_judged_one_by_one(edge: BareEdge) -> None:
    before = len(edge.upstream.seen)
    with Http2(edge.address) as connection:
        good = connection.exchange(usual_headers(new_id()), GOOD)
        bad = connection.exchange([*usual_headers(new_id()), ("x-vop-route", "fallback")], b"{}")
    assert good is not None
    assert bad is not None
    assert (good.status, bad.status) == (200, 400)
    assert len(edge.upstream.seen) == before + 1


def test_with_a_filter_that_envoy_refuses_every_request_gets_the_schemes_500_and_reaches_no_upstream() -> (
    None
):
    with BareEdge(discovery=lambda: filter_release(b"this is no module")) as edge:
        headers = [*usual_headers(new_id()), *FORGED]
        for reply in (
            _over_http1(edge, "POST", PATH, headers, GOOD),
            _over_http2(edge, "POST", PATH, headers, GOOD),
        ):
            assert reply is not None
            assert (reply.status, reply.body["type"]) == (500, "urn:vop:fault:internal")
        assert edge.upstream.seen == []
