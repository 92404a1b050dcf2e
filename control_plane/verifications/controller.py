"""``POST /vop/v1/payee-verifications``, for edges that hand a request over.

A bare ASGI application: every reply below ``/vop`` has the scheme's own form, so the framework's errors (for
another method or path, a media type, a body too large) must not arise in the first place.
"""

import logging
from typing import TYPE_CHECKING

from litestar import asgi

from control_plane.clock import now_ms
from control_plane.edges.service import Edges
from control_plane.verifications.faults import BODY_BYTES_MAX, Fault
from control_plane.verifications.parsing import Headers, echoed_request_id, parse_request
from control_plane.verifications.replies import CLIENT_INVALID, INTERNAL, answer, refusal, response_timestamp
from control_plane.verifications.service import Verifications

if TYPE_CHECKING:
    from litestar.handlers import ASGIRouteHandler
    from litestar.types import HTTPScope, Receive, Send

_log = logging.getLogger(__name__)


class _DisconnectedError(Exception):
    """The caller has gone away."""


def fallback_app(verifications: Verifications, edges: Edges) -> "ASGIRouteHandler":
    """Return the application that answers everything below ``/vop``."""

    @asgi("/vop", is_mount=True, copy_scope=True)
    async def fallback(scope: "HTTPScope", receive: "Receive", send: "Send") -> None:
        headers = _headers(scope)
        try:
            status, body = await _reply(verifications, edges, headers, receive)
        except _DisconnectedError:
            return
        except Exception as error:
            # The error's own text may hold what was typed, so only its kind is told.
            _log.error("a verification failed: %s", type(error).__name__)
            status, body = 500, INTERNAL
        await _send(send, status, body, echoed_request_id(headers))

    return fallback


async def _reply(
    verifications: Verifications, edges: Edges, headers: Headers, receive: "Receive"
) -> tuple[int, bytes]:
    authorization = dict(headers).get(b"authorization", b"").decode("latin-1")
    if edges.authenticate(authorization) is None:
        return 401, CLIENT_INVALID
    request = parse_request(headers, await _body(receive))
    if isinstance(request, Fault):
        await verifications.refuse(request, echoed_request_id(headers))
        return 400, refusal(request)
    decision = await verifications.verify(request)
    return 200, answer(isinstance(request.typed, str), decision.outcome, decision.matched_name)


def _headers(scope: "HTTPScope") -> Headers:
    path = scope.get("raw_path") or scope["path"].encode()
    headers = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
    return [(b":method", scope["method"].encode()), (b":path", path), *headers]


async def _body(receive: "Receive") -> bytes:
    """Return the body, cut off after the first byte that is too much."""
    body = b""
    while len(body) <= BODY_BYTES_MAX:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _DisconnectedError
        if message["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
    return body[: BODY_BYTES_MAX + 1]


async def _send(send: "Send", status: int, body: bytes, request_id: str | None) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-response-timestamp", response_timestamp(now_ms()).encode()),
    ]
    if request_id is not None:
        headers.append((b"x-request-id", request_id.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
