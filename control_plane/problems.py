"""Errors of the admin and edge APIs as ``application/problem+json`` (RFC 9457)."""

import logging
import re
import traceback
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from control_plane.errors import StartError

PROBLEM_JSON = "application/problem+json"

_log = logging.getLogger(__name__)
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_EXPECTED = re.compile(r"Expected `([a-z |]+)`, got `([a-z]+)`")
_TITLES = {
    400: "The request is not valid",
    401: "The caller is not accepted",
    404: "There is no such thing",
    405: "This method is not offered here",
    409: "The request contradicts the present state",
    410: "It is not served any more",
    413: "The request is too large",
    415: "This media type is not accepted",
    503: "A part that is needed doesn't answer",
}


class FieldFault(msgspec.Struct, frozen=True):
    """One fault of a request body: which field, and why. Never the value."""

    field: str
    reason: str


class ProblemBody(msgspec.Struct, frozen=True):
    """An error (RFC 9457). ``errors`` names the faulty fields of a request's body."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] = msgspec.field(default_factory=list)


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """For the OpenAPI document: the errors that a handler answers with."""
    return {
        status: ResponseSpec(
            ProblemBody,
            generate_examples=False,
            description=f"{_TITLES[status]}.",
            media_type=PROBLEM_JSON,
        )
        for status in statuses
    }


class Problem(Exception):  # noqa: N818  (the RFC's own term)
    """An answer that isn't the one asked for."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[FieldFault] = (),
        **members: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.members = members


def problem_response(problem: Problem) -> Response[dict[str, Any]]:
    """Return the problem as a reply."""
    content: dict[str, Any] = {
        "type": "about:blank" if problem.status not in _TITLES else f"urn:vop:problem:{problem.status}",
        "title": _TITLES.get(problem.status, "Internal error"),
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    if problem.errors:
        content["errors"] = [{"field": fault.field, "reason": fault.reason} for fault in problem.errors]
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else None  # noqa: PLR2004
    return Response(content, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers)


def on_problem(_request: Request[Any, Any, Any], error: Problem) -> Response[dict[str, Any]]:
    """Answer a problem that a handler raised."""
    return problem_response(error)


def on_validation_error(
    _request: Request[Any, Any, Any], error: ValidationException
) -> Response[dict[str, Any]]:
    """Answer a request that doesn't decode: names the field, and never repeats a value."""
    faults = [
        _field_fault(item.get("key", ""), item.get("message", ""))
        for item in (error.extra if isinstance(error.extra, list) else [])
    ]
    return problem_response(Problem(400, "The request doesn't have the form that is asked for.", faults))


def on_http_error(_request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """Answer the framework's own errors; their texts may repeat what was sent, so they are not passed on."""
    return problem_response(
        Problem(error.status_code, _TITLES.get(error.status_code, "Internal error") + ".")
    )


def decode_fault(error: msgspec.ValidationError) -> FieldFault:
    """Return the fault of a body that msgspec itself has read."""
    message, _, path = str(error).partition(" - at `$")
    return _field_fault(path.rstrip("`").lstrip("."), message)


def on_failure(_request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """Answer what nobody foresaw: 503 if a part doesn't answer, else 500. The error's text isn't told."""
    if isinstance(error, (StartError, DBAPIError, PoolTimeout, OSError, TimeoutError)):
        _log.warning("a part doesn't answer: %s", type(error).__name__)
        return problem_response(Problem(503, "The database or Vault doesn't answer."))
    # A traceback shows no values, but the error's own text may.
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("a request failed: %s\n%s", type(error).__name__, frames)
    return problem_response(Problem(500, "The request failed for a reason of ours."))


def _field_fault(key: str, message: str) -> FieldFault:
    path = "" if key == "data" else key
    if expected := _EXPECTED.search(message):
        return FieldFault(path, f"must be {_kind(expected[1])}, not {_kind(expected[2])}")
    if "missing required field" in message:
        return FieldFault(_below(path, message), "is missing")
    if "unknown field" in message:
        return FieldFault(_below(path, message), "is not a known field")
    if "enum value" in message:
        return FieldFault(path, "is not one of the values allowed here")
    return FieldFault(path, "is missing or not valid")


def _below(path: str, message: str) -> str:
    name = message.partition("`")[2].rpartition("`")[0]
    if not _FIELD_NAME.fullmatch(name):
        return path
    return f"{path}.{name}" if path else name


def _kind(name: str) -> str:
    return {"str": "a string", "int": "a number", "float": "a number", "bool": "a boolean"}.get(
        name, name.replace("str", "string")
    )
