"""Spans and metrics: one of each for a request, by its route, and nothing of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from control_plane.telemetry.service import Telemetry
from tests.storage.running import BIC, Running, account, iban
from tests.storage.test_accounts import import_csv
from tests.storage.test_verifications import request, verify

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Observed:
    """A control plane whose spans and metrics stay in memory."""

    def __init__(self) -> None:
        self.spans = InMemorySpanExporter()
        self.metrics = InMemoryMetricReader()
        self.telemetry = Telemetry((self.metrics,), (SimpleSpanProcessor(self.spans),))
        self.running: Running

    def names(self) -> list[str]:
        """The names of all spans, in the order of their ends."""
        return [span.name for span in self.spans.get_finished_spans()]

    def last(self) -> ReadableSpan:
        """The span that ended last."""
        return self.spans.get_finished_spans()[-1]

    def told(self) -> str:
        """All that an exporter would send."""
        data = self.metrics.get_metrics_data()
        assert data is not None
        return "\n".join([*(span.to_json() for span in self.spans.get_finished_spans()), data.to_json()])


@pytest.fixture
async def observed(openbao: OpenBao, tmp_path: Path) -> AsyncIterator[Observed]:
    """An observed control plane with one tenant."""
    seen = Observed()
    settings = openbao.settings(f"sqlite+aiosqlite:///{tmp_path}/vop.db")
    async with Running.start(settings, seen.telemetry) as seen.running:
        await seen.running.admin("POST", "/tenants", json={"bic": BIC})
        seen.spans.clear()
        yield seen


async def test_each_request_has_one_span_named_by_its_route_and_nothing_tells_whom_it_was_about(
    observed: Observed,
) -> None:
    running = observed.running
    created = await running.create(account(1))
    path = f"/accounts/{created['id']}"
    await running.admin("GET", path)
    await running.admin("PUT", path, json=account(1, "Petra Neumann"))
    await running.admin("POST", "/accounts", json=account(2) | {"iban": "DE00", "holders": 7})
    await running.admin("GET", "/accounts", params={"bic": BIC, "limit": 7})
    await import_csv(running, f"VOPBDEFF,{iban(3)},person,Karl Anders,,,,\n")
    edge = await running.register_edge("edge-of-petra")
    feed = {"generation": running.app.state.keyring.generation.hex(), "mode": "snapshot"}
    await running.as_edge(edge, "GET", f"/edge/v1/feed/{BIC}", params=feed)
    await verify(running, edge, request(iban(1), "P Neumann"))
    await verify(running, edge, request(iban(1), ""))
    await running.client.request("PETRA", f"/accounts-of/{iban(1)}", params={"name": "Petra"})
    assert observed.names() == [
        "POST /admin/v1/accounts",
        "GET /admin/v1/accounts/{account_id}",
        "PUT /admin/v1/accounts/{account_id}",
        "POST /admin/v1/accounts",
        "GET /admin/v1/accounts",
        "POST /admin/v1/imports",
        "POST /admin/v1/edges",
        "GET /edge/v1/feed/{bic}",
        "POST /vop",
        "POST /vop",
        "_OTHER",
    ]
    told = observed.told()
    routes = ("/admin/v1/accounts/{account_id}", "/admin/v1/imports", "/edge/v1/feed/{bic}", "/vop")
    assert all(f'"http.route": "{route}"' in told for route in routes)
    secret = [
        "etra",
        "Beispiel",
        "Neumann",
        "Anders",
        BIC,
        created["id"],
        *(iban(number) for number in (1, 2, 3)),
    ]
    assert [text for text in secret if text in told] == []


async def test_a_span_has_method_route_and_status_and_continues_the_callers_trace(observed: Observed) -> None:
    await observed.running.admin("GET", "/tenants", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    span = observed.last()
    assert span.kind is SpanKind.SERVER
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/admin/v1/tenants",
        "http.response.status_code": 200,
    }
    assert span.context is not None
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)


@pytest.mark.parametrize("given", [None, "", "Petra", f"00-{TRACE}-{'0' * 16}-01"])
async def test_a_span_without_a_valid_caller_begins_a_trace(observed: Observed, given: str | None) -> None:
    headers = {} if given is None else {"traceparent": given}
    await observed.running.client.get("/health/live", headers=headers)
    assert observed.last().parent is None


async def test_a_failure_of_ours_is_an_error_without_its_text(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise RuntimeError("Petra Beispiel")

    monkeypatch.setattr(observed.running.app.state.tenants, "list", fail)
    reply = await observed.running.admin("GET", "/tenants")
    assert (reply.status_code, observed.last().status.is_ok) == (500, False)
    assert "Petra" not in observed.told()
