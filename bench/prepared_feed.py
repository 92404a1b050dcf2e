"""A control plane that serves prepared pages as fast as they are asked for: `python -m bench.prepared_feed`.

It stands for the real one where the edge's own speed is measured. It knows one edge and two tenants: a small
one, whose accounts the load asks for, and a large one, whose snapshot it keeps back until it is told to go.
The filter is released at once, so that the small tenant is answered from the edge while the large one loads.
"""

from __future__ import annotations

import hmac
import json
import struct
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import click
import msgspec

from control_plane.directory.pages import BODY_BYTES_MAX, CHANGES, KEY_FIRST, KEY_LAST, SNAPSHOT
from control_plane.directory.sealing import lookup_key, seal
from control_plane.edges.credentials import EdgeCredentials
from control_plane.edges.package import plain_package, sealed_package
from control_plane.xds.extension import release
from control_plane.xds.modules import module
from matcher import DEFAULT_POLICY, Account, AccountStatus, Holder, HolderKind, Name, NameKind
from matcher.record import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EDGE_ID = "edge-1"
SECRET = b"\x5e" * 32
SMALL, LARGE = "VOPBDEFFXXX", "VOPBNL2AXXX"
SMALL_ACCOUNTS = 1_000
GENERATION, INDEX_KEY, AUDIT_KEY, SEAL_KEY = b"g" * 16, b"i" * 32, b"\x09" + bytes(31), b"s" * 32
POLL_SECONDS = 1.0
"""How long a poll waits at the head, and the large tenant's first page until it may go."""
HOLDER = "Anna Birkenthal"
"""Holds every account of the small tenant."""

_PAGE_HEAD = struct.Struct("<4sBBBx16s11s5x16sQQQ16s16sII")
_RECORD = struct.Struct("<B3x16sQIH")


@dataclass(frozen=True, slots=True)
class _Part:
    """What is prepared of one page of a snapshot: all but the nonce and the MAC."""

    after_key: bytes
    last_key: bytes
    count: int
    body: bytes = field(repr=False)


def iban(number: int) -> str:
    """Make a German IBAN with valid check digits under a bank code that is not given out."""
    digits = f"99999903{number:010d}"
    return f"DE{98 - int(digits + '131400') % 97:02d}{digits}"


def _plain(kind: HolderKind, name: str, alias: str | None = None) -> bytes:
    names = (Name(name), *((Name(alias, NameKind.ALIAS),) if alias else ()))
    return encode(Account(AccountStatus.ACTIVE, (Holder(kind, names),)))


PERSON = _plain(HolderKind.PERSON, HOLDER)
"""Every record of the small tenant."""
_LARGE = (
    _plain(HolderKind.PERSON, "Hannes Kastanienbaum-Gerstenmaier", "Johannes Kastanienbaum"),
    _plain(HolderKind.ORGANISATION, "Kastanienbaum Holzhandelsgesellschaft mbH", "Kastanie Holz und Bau"),
)
"""The large tenant's records in turn: 128 bytes each, so 156 sealed."""


def _record(bic: str, iban: str, plain: bytes) -> tuple[bytes, bytes]:
    lookup = lookup_key(INDEX_KEY, bic, iban)
    sealed = seal(SEAL_KEY, bic, iban, lookup, 1, 1, plain)
    return lookup, _RECORD.pack(1, lookup, 1, 1, len(sealed)) + sealed


def _parts(records: Iterable[tuple[bytes, bytes]]) -> Iterator[_Part]:
    """Cut records into pages, in lookup-key order; the last one goes up to the end of all keys."""
    after, last, size = KEY_FIRST, KEY_FIRST, 0
    taken: list[bytes] = []
    for key, record in sorted(records):
        if size + len(record) > BODY_BYTES_MAX:
            yield _Part(after, last, len(taken), b"".join(taken))
            after, size, taken = last, 0, []
        taken.append(record)
        size += len(record)
        last = key
    yield _Part(after, KEY_LAST, len(taken), b"".join(taken))


class Times(msgspec.Struct):
    """When things happened, in seconds of the monotonic clock; 0 if they have not."""

    first_heartbeat: float = 0.0
    keys: float = 0.0
    """The keys were asked for, which is once all buckets are there."""
    first_page: float = 0.0
    """The first page of the large tenant was asked for and sent."""
    complete: float = 0.0
    pages: int = 0
    heartbeat: dict[str, Any] = {}


class PreparedFeed(ThreadingHTTPServer):
    """The server; it listens on a port of loopback that the system chooses."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, accounts: int) -> None:
        """Prepare the small tenant's pages, and as many records of the large one as are given."""
        small = [_record(SMALL, iban(number), PERSON) for number in range(SMALL_ACCOUNTS)]
        large = (_record(LARGE, iban(number), _LARGE[number % len(_LARGE)]) for number in range(accounts))
        self.parts = {SMALL: list(_parts(small)), LARGE: list(_parts(large))}
        self.heads = {SMALL: len(small), LARGE: accounts}
        self.credentials = EdgeCredentials.derive(EDGE_ID, (SMALL, LARGE), SECRET)
        self.package = plain_package(
            GENERATION, INDEX_KEY, AUDIT_KEY, {bic: {1: SEAL_KEY} for bic in (SMALL, LARGE)}
        )
        self.filter = release(
            module("filter").read_bytes(),
            edge_id=EDGE_ID,
            policy=DEFAULT_POLICY,
            warn_after_ms=30_000,
            answer_until_ms=900_000,
        ).response()
        self.times = Times()
        self.go = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of an Envoy that has gone."""

    def page(self, bic: str, query: dict[str, str], nonce: bytes) -> bytes | None:
        """Return a page, or None while the large tenant is kept back."""
        head = self.heads[bic]
        if query["mode"] == "changes":
            threading.Event().wait(min(POLL_SECONDS, int(query["wait_ms"]) / 1000))
            return self._encode(bic, nonce, CHANGES, head, _Part(KEY_FIRST, KEY_FIRST, 0, b""))
        if bic == LARGE:
            if not self.go.wait(POLL_SECONDS):
                return None
            self.times.first_page = self.times.first_page or monotonic()
        after = bytes.fromhex(query.get("after_key", KEY_FIRST.hex()))
        self.times.pages += 1
        part = next(one for one in self.parts[bic] if one.after_key == after)
        return self._encode(bic, nonce, SNAPSHOT, head, part)

    def _encode(self, bic: str, nonce: bytes, kind: int, head: int, part: _Part) -> bytes:
        header = _PAGE_HEAD.pack(
            b"VOPF", 1, kind, int(kind == SNAPSHOT and part.last_key == KEY_LAST), GENERATION, bic.encode(),
            nonce, head, head, head, part.after_key, part.last_key, part.count, len(part.body),
        )  # fmt: skip
        mac = hmac.new(self.credentials.page_key, bytes([len(EDGE_ID)]) + EDGE_ID.encode(), "sha256")
        mac.update(header)
        mac.update(part.body)
        return header + part.body + mac.digest()

    def take_heartbeat(self, body: bytes) -> None:
        """Remember when the directory was complete."""
        self.times.heartbeat = json.loads(body)
        self.times.first_heartbeat = self.times.first_heartbeat or monotonic()
        if self.times.heartbeat["complete"]:
            self.times.complete = self.times.complete or monotonic()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PreparedFeed
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        pass

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        nonce = bytes.fromhex(self.headers.get("x-vop-nonce", ""))
        if target.path == "/times":
            self._reply(200, msgspec.json.encode(self.server.times), "application/json")
        elif target.path == "/edge/v1/keys":
            self.server.times.keys = self.server.times.keys or monotonic()
            package = sealed_package(self.server.package, self.server.credentials, nonce)
            self._reply(200, package, "application/vnd.vop.keys")
        else:
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            page = self.server.page(target.path.rpartition("/")[2], query, nonce)
            self._reply(200 if page else 503, page or b"", "application/vnd.vop.feed-page")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.path == "/go":
            self.server.go.set()
            self._reply(204)
        elif self.path == "/again":
            self.server.go.clear()
            self.server.times = Times()
            self._reply(204)
        elif self.path == "/edge/v1/heartbeat":
            self.server.take_heartbeat(body)
            self._reply(204)
        elif json.loads(body).get("version_info"):
            threading.Event().wait(POLL_SECONDS)
            self._reply(304)
        else:
            self._reply(200, self.server.filter, "application/json")

    def _reply(self, status: int, body: bytes = b"", kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if status != 204:  # noqa: PLR2004
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@click.command(help=__doc__)
@click.option("--accounts", type=click.IntRange(1), required=True, help="Of the large tenant.")
def main(accounts: int) -> None:
    """Prepare, print the port as one line, and serve until killed."""
    server = PreparedFeed(accounts)
    sys.stdout.write(f"port {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
