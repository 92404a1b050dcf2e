"""A control plane for a real edge that a test drives: it feeds, loses, cuts, forges and repeats answers."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.edge.bare import Handler, Upstream, filter_release
from tests.unit.edge_filter.directory import FIRST_KEY, ControlPlane, Page, derive
from tests.unit.edge_filter.edge import FEED_TYPE, KEYS_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

REPLAYS = ("an older page", "twice")
FORGED: dict[str, Callable[[Page], bytes]] = {
    "a wrong MAC": lambda page: page.encode(b"x" * 32),
    "another nonce": lambda page: replace(page, nonce=bytes(16)).encode(derive(b"vop/page/v1")),
    "another edge": lambda page: page.encode(derive(b"vop/page/v1"), "edge-2"),
    "another generation": lambda page: replace(page, generation=bytes(16)).encode(derive(b"vop/page/v1")),
    "a byte less": lambda page: page.encode(derive(b"vop/page/v1"))[:-1],
}
FAILED = ("lost", "cut", "gone", "unavailable")
FAULTS = (*FORGED, *REPLAYS, *FAILED)


class Feeding(Upstream):
    """The stub, with a directory to feed. Whoever changes anything holds `changed` and notifies."""

    def __init__(self, discovery: Callable[[], bytes | None]) -> None:
        self.plane = _Plane()
        self.changed = threading.Condition()
        self.faults: list[str] = []
        """What happens to the next pages, one each."""
        self.away = 0
        """How many connections are dropped before anything is answered again: the control plane restarts."""
        self.heartbeat_status = 204
        """What the next heartbeat gets; then it is 204 again."""
        self.heartbeats: list[dict[str, Any]] = []
        self.complete_boots: set[str] = set()
        self.release = filter_release()
        self.past: dict[str, bytes] = {}
        super().__init__(discovery)

    def publish(self, code: bytes) -> None:
        """Serve another module as the filter."""
        with self.changed:
            self.release = filter_release(code)
            self.changed.notify_all()


class _Plane(ControlPlane):
    """Keeps the page that was made last, so that it can be spoilt."""

    made: Page

    def page(self, page: Page) -> bytes:
        self.made = page
        return super().page(page)


class _Handler(Handler):
    server: Feeding

    def do_GET(self) -> None:  # noqa: N802  (the base class's name)
        target = urlsplit(self.path)
        nonce = bytes.fromhex(self.headers["x-vop-nonce"])
        with self.server.changed:
            if self._is_away():
                return
            if target.path == "/edge/v1/keys":
                self.reply(200, self.server.plane.delivery(nonce), KEYS_TYPE)
                return
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            self._feed(target.path.rpartition("/")[2], query, nonce)

    def _is_away(self) -> bool:
        if self.server.away:
            self.server.away -= 1
            self.close_connection = True
            return True
        return False

    def _feed(self, bic: str, query: dict[str, str], nonce: bytes) -> None:
        upstream, plane = self.server, self.server.plane
        if query["mode"] == "changes":
            wait = int(query["wait_ms"]) / 1_000
            upstream.changed.wait_for(lambda: self._has_news(bic, query), timeout=wait)
        if bic not in plane.tenants or bytes.fromhex(query["generation"]) != plane.generation:
            self.reply(410)
            return
        if query["mode"] == "snapshot":
            as_of = int(query["as_of"]) if "as_of" in query else None
            after_key = bytes.fromhex(query["after_key"]) if "after_key" in query else FIRST_KEY
            page = plane.snapshot_page(bic, nonce, as_of, after_key)
        else:
            page = plane.changes_page(bic, nonce, int(query["after"]))
        self._send(bic, page, upstream.faults.pop(0) if upstream.faults else None)

    def _has_news(self, bic: str, query: dict[str, str]) -> bool:
        upstream = self.server
        tenant = upstream.plane.tenants.get(bic)
        return (
            upstream.ending.is_set()
            or bool(upstream.faults or upstream.away)
            or bytes.fromhex(query["generation"]) != upstream.plane.generation
            or tenant is None
            or len(tenant.changes) > int(query["after"])
        )

    def _send(self, bic: str, page: bytes, fault: str | None) -> None:
        upstream = self.server
        if fault in FORGED:
            self.reply(200, FORGED[fault](upstream.plane.made), FEED_TYPE)
        elif fault in REPLAYS and bic in upstream.past:
            self.reply(200, upstream.past[bic], FEED_TYPE)
        elif fault == "lost":
            self.close_connection = True
        elif fault == "cut":
            self.close_connection = True
            self.send_response(200)
            self.send_header("content-type", FEED_TYPE)
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page[: len(page) // 2])
        elif fault == "gone":
            self.reply(410)
        elif fault == "unavailable":
            self.reply(503)
        else:
            if fault != "an older page":
                upstream.past[bic] = page
            self.reply(200, page, FEED_TYPE)

    def do_POST(self) -> None:  # noqa: N802
        if self.path == "/edge/v1/heartbeat":
            report = json.loads(self.read_body())
            with self.server.changed:
                if self._is_away():
                    return
                self.server.heartbeats.append(report)
                if report["complete"]:
                    self.server.complete_boots.add(report["boot"])
                    self.server.changed.notify_all()
                status, self.server.heartbeat_status = self.server.heartbeat_status, 204
            self.reply(status)
            return
        super().do_POST()

    def discover(self, body: bytes) -> None:
        """Give the filter when it is another one, but not before the boot has said that it is complete."""
        request = json.loads(body)
        held, boot = request.get("version_info", ""), request["node"]["metadata"]["boot"]

        def has_news() -> bool:
            return self._version() != held and boot in self.server.complete_boots

        with self.server.changed:
            if self._is_away():
                return
            self.server.changed.wait_for(lambda: has_news() or self.server.ending.is_set(), timeout=1)
            release, news = self.server.release, has_news()
        self.reply(200 if news else 304, release if news else b"")

    def _version(self) -> str:
        return str(json.loads(self.server.release)["version_info"])


Feeding.handler = _Handler
