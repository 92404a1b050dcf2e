"""A trap in the filter costs one request and a back-off, and lets nothing by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from edge_filter.build import build_variant
from tests.edge.bare import BareEdge, filter_release
from tests.edge.wire import PATH, Reply, ask, exchange, http1, new_id, usual_headers, verification
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = verification("DE93999999020000000001")


@pytest.fixture(scope="module")
def trapping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareEdge]:
    code = build_variant("trap", tmp_path_factory.mktemp("trap")).read_bytes()
    with BareEdge(discovery=lambda: filter_release(code)) as running:
        yield running


def _trap(edge: BareEdge, request_id: str) -> Reply:
    headers = [*usual_headers(request_id), ("x-test-trap", "1")]
    return exchange(edge.address, http1("POST", PATH, headers, json.dumps(GOOD).encode()))


def _verified_again(edge: BareEdge) -> bool:
    return ask(edge.address, GOOD).status == 200


def test_a_trap_is_answered_with_the_schemes_500_and_reaches_no_upstream(trapping: BareEdge) -> None:
    request_id, before = new_id(), len(trapping.upstream.seen)
    wait_for(lambda: _verified_again(trapping))
    served = len(trapping.upstream.seen)
    reply = _trap(trapping, request_id)
    assert reply.status == 500
    assert reply.content == b'{"type":"urn:vop:fault:internal","title":"Internal error","status":500}'
    assert reply.header("content-type") == "application/json"
    assert reply.header("x-request-id") == request_id
    assert reply.header("x-response-timestamp")
    assert served > before
    assert len(trapping.upstream.seen) == served
    assert trapping.log_of(request_id).details == "wasm_fail_stream"


def test_after_a_trap_the_filter_comes_back_and_verifies(trapping: BareEdge) -> None:
    wait_for(lambda: _verified_again(trapping))
    reloads = trapping.counter("wasm.vop.vm_reload_success")
    assert _trap(trapping, new_id()).status == 500
    wait_for(lambda: _verified_again(trapping), seconds=2)
    assert trapping.counter("wasm.vop.vm_reload_success") == reloads + 1
    malformed = ask(trapping.address, b"{}")
    assert (malformed.status, malformed.body["code"]) == (400, "FORMAT_ERROR")


def test_until_the_filter_is_back_requests_get_the_schemes_500_and_reach_no_upstream(
    trapping: BareEdge,
) -> None:
    wait_for(lambda: _verified_again(trapping))
    before = len(trapping.upstream.seen)
    assert _trap(trapping, new_id()).status == 500
    replies = [ask(trapping.address, GOOD)]
    while replies[-1].status != 200:
        replies.append(ask(trapping.address, GOOD))
    assert {reply.status for reply in replies} <= {200, 500}
    assert len(trapping.upstream.seen) - before == sum(reply.status == 200 for reply in replies)
