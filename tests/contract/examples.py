"""The document's own requests, and malformed ones, for the rules that counterparties check."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.contract import conformance
from tests.contract.contract import PATH, contract

USUAL_HEADERS = {
    "X-Request-ID": "6B1F9d0e-3c52-4f5a-9e0b-2f6f1f1f7a11",
    "X-Request-Timestamp": "2026-11-24T09:30:00.25Z",
    "Content-Type": "application/json",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One request, and the status that must answer it."""

    title: str
    status: int
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    """In place of well-formed ones; an empty value leaves a header out."""

    @property
    def sent_headers(self) -> dict[str, str]:
        """All headers of the request."""
        return {name: value for name, value in {**USUAL_HEADERS, **self.headers}.items() if value}

    @property
    def kind(self) -> str | None:
        """What a good request asks about; None for a bad one."""
        return conformance.kind_of(json.loads(self.body)) if self.status == HTTPStatus.OK else None


def _documented() -> list[Example]:
    operation: dict[str, Any] = contract.raw_schema["paths"][PATH]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return [Example(title, 200, json.dumps(example["value"]).encode()) for title, example in examples.items()]


def _malformed() -> list[Example]:
    good = _documented()[0].body
    return [
        Example("no timestamp", 400, good, {"X-Request-Timestamp": ""}),
        Example("a malformed timestamp", 400, good, {"X-Request-Timestamp": "yesterday"}),
        Example("no request id", 400, good, {"X-Request-ID": ""}),
        Example("a malformed request id", 400, good, {"X-Request-ID": "4711"}),
        Example("another content type", 400, good, {"Content-Type": "text/plain"}),
        Example("no body", 400, b""),
        Example("an empty object", 400, b"{}"),
        Example("broken JSON", 400, good[:-1]),
        Example("a body beyond the limit", 400, good.ljust(16_385)),
        Example("a body far beyond the limit", 400, good.ljust(1_000_000)),
    ]


EXAMPLES = _documented() + _malformed()
