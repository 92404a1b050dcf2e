"""Who may call the admin API."""

import hmac
from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from control_plane.problems import Problem

AdminGuard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]


def admin_guard(token: str) -> AdminGuard:
    """A guard that lets pass only who bears the admin token."""
    expected = f"Bearer {token}".encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        given = connection.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, expected):
            raise Problem(401, "The admin API needs its bearer token.")

    return guard
