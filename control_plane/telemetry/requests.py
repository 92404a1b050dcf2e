"""A server span and a duration for each request, by its route: never by a path, query, header or body."""

import time
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from control_plane.telemetry.service import Telemetry

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
"""Methods that are told; any other is ``_OTHER``, since it is the caller's own text."""

_TRACE_HEADERS = frozenset({b"traceparent", b"tracestate"})
_propagator = TraceContextTextMapPropagator()


def observed(app: "ASGIApp", telemetry: Telemetry) -> "ASGIApp":
    """Wrap an application so that each request is traced and timed, within the caller's trace (W3C) if any.

    Names and attributes are OpenTelemetry's for HTTP servers. A request that no route takes has no route. An
    exception is not recorded: its text may hold what was sent.
    """

    async def with_span(scope: "Scope", receive: "Receive", send: "Send") -> None:
        given = scope.get("method")
        method = given if given in METHODS else "_OTHER"
        attributes: dict[str, str | int] = {"http.request.method": method}
        started = time.monotonic()
        span = telemetry.tracer.start_span(method, _caller(scope), SpanKind.SERVER)

        async def noting(message: "Message") -> None:
            if message["type"] == "http.response.start":
                attributes["http.response.status_code"] = message["status"]
                if message["status"] >= 500:  # noqa: PLR2004
                    span.set_status(Status(StatusCode.ERROR))
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            if route := _route(scope):
                attributes["http.route"] = route
                span.update_name(f"{method} {route}")
            span.set_attributes(attributes)
            span.end()
            telemetry.record_request(time.monotonic() - started, attributes)

    return with_span


def _route(scope: "Scope") -> str | None:
    """Return the template of the route taken; that of a mounted application is where it is mounted."""
    try:
        handler, template = scope["route_handler"], scope["path_template"]
    except KeyError:
        return None
    return min(handler.paths) if getattr(handler, "is_mount", False) else template


def _caller(scope: "Scope") -> Context:
    headers = {
        name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _TRACE_HEADERS
    }
    return _propagator.extract(headers, Context())
