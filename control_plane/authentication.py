"""Who may call the admin API, and who the edges' API."""

import hmac
from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from control_plane.edges.credentials import EdgeCredentials
from control_plane.edges.service import Edges
from control_plane.problems import Problem

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


def admin_guard(token: str) -> Guard:
    """Return a guard that lets pass only who bears the admin token."""
    expected = f"Bearer {token}".encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        given = connection.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, expected):
            raise Problem(401, "The admin API needs its bearer token.")

    return guard


def edge_guard(edges: Edges) -> Guard:
    """Return a guard that lets pass only registered edges, and leaves the edge for ``authenticated_edge``."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        edge = edges.authenticate(connection.headers.get("authorization", ""))
        if edge is None:
            raise Problem(401, "An edge needs its own credentials.")
        connection.state.edge = edge

    return guard


def authenticated_edge(request: Request[Any, Any, Any]) -> EdgeCredentials:
    """Return the edge that sent a request."""
    edge: EdgeCredentials = request.state.edge
    return edge
