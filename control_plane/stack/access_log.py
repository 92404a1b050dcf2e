"""Read an edge's access log (formats section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


class Entry(msgspec.Struct, frozen=True):
    """One request, as Envoy saw it end."""

    ts: str
    request_id: str | None
    method: str | None
    path: str | None
    status: int | None
    details: str | None
    flags: str | None
    bytes_sent: int
    duration_us: int | None
    upstream: str | None
    route: str | None
    decision: str | None
    """The sealed decision in base64; none on a request that the filter did not decide."""


def entries(path: Path) -> list[Entry]:
    """Read all whole lines; Envoy may be in the midst of writing the next one."""
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [msgspec.json.decode(line, type=Entry) for line in whole.splitlines()]
