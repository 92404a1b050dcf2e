"""An edge in miniature: the two modules, one Envoy process, and a control plane that answers."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from edge_filter.build import BUILT, build
from matcher.policy import DEFAULT_POLICY
from tests.unit.edge_filter.directory import BIC, BOOT, EDGE_ID, FIRST_KEY, SECRET, ControlPlane
from tests.unit.edge_filter.host import Call, Headers, Process, Stream, Vm

REQUEST_ID = "5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab"
VERSION = "00112233445566778899aabbccddeeff"
DIRECTORY_BYTES = 2**24
FEED_TYPE, KEYS_TYPE = "application/vnd.vop.feed-page", "application/vnd.vop.keys"


@cache
def module(name: str) -> Path:
    """Return the path of a module as shipped, built if need be."""
    build(BUILT)
    return BUILT / f"{name}.wasm"


def filter_configuration(**changed: object) -> bytes:
    """Encode the filter's configuration, with members changed."""
    return json.dumps(
        {
            "version": VERSION,
            "edge_id": EDGE_ID,
            "policy": DEFAULT_POLICY.encode().hex(),
            "warn_after_ms": 30_000,
            "answer_until_ms": 900_000,
            **changed,
        }
    ).encode()


def replicator_configuration(buckets_log2: int = 4, directory_bytes: int = DIRECTORY_BYTES) -> bytes:
    """Encode the replicator's configuration."""
    return json.dumps(
        {
            "edge_id": EDGE_ID,
            "boot": BOOT.hex(),
            "buckets_log2": buckets_log2,
            "directory_bytes": directory_bytes,
            "cluster": "control_plane",
        }
    ).encode()


def request_headers(**changed: str | None) -> Headers:
    """Return a good request's headers; None takes one away, and `_` in a name stands for `-`."""
    headers: dict[str, str | None] = {
        ":method": "POST",
        ":path": "/vop/v1/payee-verifications",
        "x-request-id": REQUEST_ID,
        "x-request-timestamp": "2026-11-24T15:38:45.5Z",
        "content-type": "application/json",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    return [(name, value) for name, value in headers.items() if value is not None]


def request_body(name: str = "Ada Beispiel", iban: str = "DE02120300000000202051", bic: str = BIC) -> bytes:
    """Encode a good request's body."""
    return json.dumps(
        {
            "party": {"name": name},
            "partyAccount": {"iban": iban},
            "partyAgent": {"financialInstitutionId": {"bicfi": bic}},
            "requestingAgent": {"financialInstitutionId": {"bicfi": "OTHRDEFF"}},
        }
    ).encode()


@dataclass
class Edge:
    """The replicator, a filter VM and their control plane, in step."""

    control_plane: ControlPlane = field(default_factory=ControlPlane)
    buckets_log2: int = 4
    directory_bytes: int = DIRECTORY_BYTES
    process: Process = field(default_factory=Process)
    heartbeats: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    replicator: Vm = field(init=False)
    filter: Vm = field(init=False)

    def __post_init__(self) -> None:
        self.replicator = Vm(
            module("replicator"),
            self.process,
            replicator_configuration(self.buckets_log2, self.directory_bytes),
            environment={"PATH": "/nowhere", "VOP_EDGE_SECRET": SECRET.hex()},
        )
        self.filter = self.new_filter()

    def new_filter(self, path: Path | None = None, seed: int = 7, **changed: object) -> Vm:
        """Start a fresh filter VM of this process."""
        return Vm(path or module("filter"), self.process, filter_configuration(**changed), seed=seed)

    def tick(self) -> None:
        """Let 50 ms pass and both modules' timers fire."""
        self.process.pass_ms(50)
        self.replicator.tick()
        self.filter.tick()

    def exchange(self) -> None:
        """Answer every call that is waiting, but polls at the head that have nothing to say."""
        waiting, self.replicator.calls = self.replicator.calls, []
        for call in waiting:
            if self.is_idle(call):
                self.replicator.calls.append(call)
            else:
                self.replicator.answer(call, *self.answer_to(call))

    def is_idle(self, call: Call) -> bool:
        """Whether the control plane would hold this call."""
        path, query = self.target(call)
        if not path.startswith("/edge/v1/feed/") or query["mode"] != "changes" or query["wait_ms"] == "0":
            return False
        tenant = self.control_plane.tenants.get(path.rpartition("/")[2])
        return tenant is not None and len(tenant.changes) <= int(query["after"])

    @staticmethod
    def target(call: Call) -> tuple[str, dict[str, str]]:
        """Split a call's path and its query."""
        parts = urlsplit(call.headers[":path"])
        return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def answer_to(self, call: Call) -> tuple[Headers, bytes]:
        """Return what the control plane answers."""
        path, query = self.target(call)
        self.paths.append(call.headers[":path"])
        if path == "/edge/v1/heartbeat":
            self.heartbeats.append(json.loads(call.body))
            return [(":status", "204")], b""
        nonce = bytes.fromhex(call.headers["x-vop-nonce"])
        if path == "/edge/v1/keys":
            return [(":status", "200"), ("content-type", KEYS_TYPE)], self.control_plane.delivery(nonce)
        bic = path.removeprefix("/edge/v1/feed/")
        if bic not in self.control_plane.tenants:
            return [(":status", "404")], b""
        if bytes.fromhex(query["generation"]) != self.control_plane.generation:
            return [(":status", "410")], b""
        if query["mode"] == "snapshot":
            as_of = int(query["as_of"]) if "as_of" in query else None
            after_key = bytes.fromhex(query["after_key"]) if "after_key" in query else FIRST_KEY
            page = self.control_plane.snapshot_page(bic, nonce, as_of, after_key)
        else:
            page = self.control_plane.changes_page(bic, nonce, int(query["after"]))
        return [(":status", "200"), ("content-type", FEED_TYPE)], page

    def run(self, ticks: int = 40) -> "Edge":
        """Let the edge work for a while, and return the edge itself."""
        for _ in range(ticks):
            self.tick()
            self.exchange()
        return self

    def load(self) -> "Edge":
        """Run until the directory is complete, and return the edge itself."""
        for _ in range(400):
            self.tick()
            self.exchange()
            if self.complete:
                self.filter.tick()
                return self
        raise AssertionError("the directory never became complete")

    @property
    def state(self) -> bytes:
        """The state that filters read."""
        return self.process.data[b"vop/1/state"][0]

    @property
    def complete(self) -> bool:
        """Whether the replicator says that the directory is complete."""
        return bool(self.state[1] & 1)

    def bucket_bytes(self) -> bytes:
        """Return all buckets, one after the other."""
        buckets = sorted(key for key in self.process.data if key.startswith(b"vop/1/b/"))
        return b"".join(self.process.data[key][0] for key in buckets)

    def ask(self, name: str = "Ada Beispiel", **body: str) -> tuple[Stream, int]:
        """Send one request through the filter."""
        return self.filter.request(request_headers(), request_body(name, **body))
