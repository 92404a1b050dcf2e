"""The request id comes back byte for byte, whoever answers, with and without tracing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.bare import BareEdge, Upstream
from tests.edge.wire import ask, verification
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDED_OVER = verification("DE93999999020000000001")
REFUSED = b"{}"
IDS = (
    "11111111-2222-4333-8444-555555555555",
    "AAAAAAAA-BBBB-4CCC-9DDD-EEEEEEEEEEEE",
    "aAbBcCdD-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
)


@pytest.fixture(scope="module", params=["untraced", "traced"])
def edge(request: pytest.FixtureRequest) -> Iterator[BareEdge]:
    if request.param == "untraced":
        with BareEdge() as running:
            yield running
        return
    collector = Upstream(lambda: None)
    try:
        with BareEdge("--collector", str(collector.address)) as running:
            yield running
            wait_for(lambda: bool(collector.spans))
    finally:
        collector.close()


@pytest.mark.parametrize("request_id", IDS)
def test_a_request_id_is_echoed_and_forwarded_as_it_came(edge: BareEdge, request_id: str) -> None:
    assert ask(edge.address, REFUSED, request_id=request_id).header("x-request-id") == request_id
    ask(edge.address, HANDED_OVER, request_id=request_id)
    assert edge.upstream.seen[-1].headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["not-a-uuid", "x" * 128, "!~" * 20])
def test_a_malformed_request_id_is_refused_and_echoed_as_it_came(edge: BareEdge, request_id: str) -> None:
    reply = ask(edge.address, HANDED_OVER, request_id=request_id)
    assert (reply.status, reply.header("x-request-id")) == (400, request_id)


@pytest.mark.parametrize("request_id", ["x" * 129, "sp ace", "\u00e9" * 8])
def test_a_request_id_that_is_too_long_or_not_visible_ascii_is_not_echoed(
    edge: BareEdge, request_id: str
) -> None:
    reply = ask(edge.address, HANDED_OVER, request_id=request_id)
    assert (reply.status, reply.header("x-request-id")) == (400, None)
