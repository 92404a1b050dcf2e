"""Envoy's admin interface on its unix socket."""

from __future__ import annotations

import re
import socket
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_SECONDS_MAX = 2.0
HEARTBEAT_GAUGE = "wasmcustom.vop_replicator_heartbeat"


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("admin", timeout=ANSWER_SECONDS_MAX)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_SECONDS_MAX)
        self.sock.connect(str(self._path))


class Admin:
    """Asks one Envoy about itself."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, target: str) -> str | None:
        """Return the answer to a GET, or None if Envoy gives none or a status other than 200."""
        connection = _UnixConnection(self._path)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
        return body if response.status == 200 else None  # noqa: PLR2004

    def ready(self) -> bool:
        """Whether the listener is open, so the directory complete and the filter in place."""
        return self.get("/ready") is not None

    def heartbeat(self) -> int | None:
        """Return the replicator's count of its own ticks, or None while there is none."""
        stats = self.get(f"/stats?filter=^{re.escape(HEARTBEAT_GAUGE)}$") or ""
        match = re.search(r": (\d+)", stats)
        return int(match.group(1)) if match else None
