"""An edge whose control plane is a counting stub, so that everything that reaches an upstream is seen.

The stub serves the filter at once and never a directory, so the filter hands every well-formed request over
to the fallback, which is the stub again.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from control_plane.edge_agent.admin import Admin
from control_plane.stack.access_log import Entry, entries
from control_plane.stack.child import Child
from control_plane.stack.stack import free_address
from control_plane.xds.extension import release
from control_plane.xds.modules import module
from control_plane.xds.settings import Address
from matcher import DEFAULT_POLICY
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START_SECONDS_MAX = 30.0
EDGE_ID = "edge-1"


class Seen(msgspec.Struct, frozen=True):
    """One request that reached the upstream."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Upstream(ThreadingHTTPServer):
    """The stub: control plane, fallback and trace collector in one."""

    daemon_threads = True
    handler: type[Handler]

    def __init__(self, discovery: Callable[[], bytes | None]) -> None:
        """`discovery` gives the answer to the first poll of each boot; None withholds it."""
        self.seen: list[Seen] = []
        self.spans: list[bytes] = []
        self.discovery = discovery
        self.hold = threading.Event()
        """While it is clear, the fallback keeps its answers back, or the rest of `raw`."""
        self.hold.set()
        self.raw: bytes | None = None
        """What the fallback sends, byte for byte, in place of an answer; then it closes the connection."""
        self.ending = threading.Event()
        super().__init__(("127.0.0.1", 0), self.handler)
        self.address = Address("127.0.0.1", self.server_port)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of an Envoy that has gone."""

    def close(self) -> None:
        """Stop listening."""
        self.ending.set()
        self.hold.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection to the stub."""

    protocol_version = "HTTP/1.1"
    server: Upstream

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Say nothing."""

    def do_GET(self) -> None:
        """Give neither keys nor a feed."""
        self.reply(404)

    def do_POST(self) -> None:
        """Give the filter, and answer as the fallback."""
        body = self.read_body()
        if self.path == "/v3/discovery:extension_configs":
            self.discover(body)
        elif self.path == "/v1/traces":
            self.server.spans.append(body)
            self.reply(200)
        elif self.path.startswith("/edge/v1/"):
            self.reply(404)
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.seen.append(Seen("POST", self.path, headers, body))
            self._answer()

    def _answer(self) -> None:
        raw = self.server.raw
        if raw is not None:
            self.wfile.write(raw)
            self.close_connection = True
        self.server.hold.wait(START_SECONDS_MAX)
        if raw is None:
            self.reply(200, b'{"partyNameMatch":"NMTC"}')

    def read_body(self) -> bytes:
        """Read the request's body."""
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", "0")))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        while self.rfile.readline() != b"\r\n":
            continue
        return body

    def discover(self, body: bytes) -> None:
        """Give the filter to the first poll of each boot."""
        answer = None if json.loads(body).get("version_info") else self.server.discovery()
        if answer is None:
            self.server.ending.wait(1)
            self.reply(304)
        else:
            self.reply(200, answer)

    def reply(self, status: int, body: bytes = b"", kind: str = "application/json") -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


Upstream.handler = Handler


def filter_release(code: bytes | None = None) -> bytes:
    """Build the discovery response with the filter, or with another module's code in its place."""
    built = release(
        code or module("filter").read_bytes(),
        edge_id=EDGE_ID,
        policy=DEFAULT_POLICY,
        warn_after_ms=30_000,
        answer_until_ms=900_000,
    )
    return built.response()


class BareEdge:
    """A context manager around `vop edge` and its stub."""

    def __init__(
        self,
        *options: str,
        discovery: Callable[[], bytes | None] = filter_release,
        ready: bool = True,
        upstream: type[Upstream] = Upstream,
        secret: str = "5e" * 32,
        program: Sequence[str] = ("-m", "control_plane.cli"),
    ) -> None:
        self._program = program
        self._options = options
        self._upstream = upstream
        self._secret = secret
        self._discovery = discovery
        self._ready = ready

    def __enter__(self) -> BareEdge:
        self.runtime = Path(tempfile.mkdtemp(prefix="vop-test-"))
        self.upstream = self._upstream(self._discovery)
        self.heard: list[str] = []
        self.address = free_address()
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self) -> None:
        """Start the edge, again if it was stopped, and wait until it is ready."""
        arguments = ["edge", "--edge-id", EDGE_ID, "--listen", str(self.address)]
        arguments += ["--control-plane", str(self.upstream.address), "--runtime", str(self.runtime)]
        command = [sys.executable, *self._program, *arguments, *self._options]
        self.child = Child(
            "edge", command, {"VOP_EDGE_SECRET": self._secret}, lambda _name, line: self.heard.append(line)
        )
        if self._ready:
            self.child.wait_until(self.admin.ready, "getting ready", START_SECONDS_MAX)

    def __exit__(self, *_: object) -> None:
        self.child.stop()
        self.upstream.close()
        shutil.rmtree(self.runtime)

    @property
    def admin(self) -> Admin:
        """Envoy's admin interface."""
        return Admin(self.runtime / "admin.sock")

    def log_of(self, request_id: str) -> Entry:
        """Wait for the line of a request in the access log."""

        def find() -> Entry | None:
            path = self.runtime / "access.json"
            return next((entry for entry in entries(path) if entry.request_id == request_id), None)

        return wait_for(find)

    def counter(self, name: str) -> int:
        """Read one counter of Envoy."""
        answer: Any = json.loads(self.admin.get(f"/stats?format=json&filter=^{name}$") or "{}")
        stats = answer.get("stats", [])
        return int(stats[0]["value"]) if stats else 0
