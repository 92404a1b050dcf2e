"""What an edge does with the feed, written from docs/formats.md section 4.2, and a network that spoils it."""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from control_plane.edges.credentials import EdgeCredentials

SNAPSHOT, CHANGES = 1, 2
FIRST, LAST = bytes(16), b"\xff" * 16
PAGE_BYTES_MAX = 1_048_576

_HEADER = struct.Struct("<4sBBBB16s11s5s16sQQQ16s16sII")
_RECORD = struct.Struct("<B3s16sQIH")


class RefusedError(Exception):
    """A reply that isn't the page that was asked for, byte by byte."""


class GoneError(Exception):
    """Status 410."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks for."""

    kind: int
    generation: bytes
    bic: str
    nonce: bytes
    as_of: int | None
    after_key: bytes
    after: int


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page that passed all checks; ``records`` are key, revision, epoch and sealed form or None."""

    last: bool
    from_seq: int
    to_seq: int
    head: int
    last_key: bytes
    records: list[tuple[bytes, int, int, bytes | None]]


def read_page(reply: bytes, query: Query, edge: EdgeCredentials) -> ReadPage:
    """Check a reply against what was asked for, and read it."""
    _require(_HEADER.size + 32 <= len(reply) <= PAGE_BYTES_MAX)
    identity = edge.edge_id.encode()
    mac = hmac.digest(edge.page_key, bytes([len(identity)]) + identity + reply[:-32], "sha256")
    _require(hmac.compare_digest(mac, reply[-32:]))
    (magic, form, kind, flags, zero, generation, bic, zeros, nonce, from_seq, to_seq, head, after_key,
     last_key, count, length) = _HEADER.unpack_from(reply)  # fmt: skip
    _require((magic, form, zero, zeros) == (b"VOPF", 1, 0, bytes(5)))
    _require((kind, generation, bic) == (query.kind, query.generation, query.bic.encode()))
    _require(nonce == query.nonce)
    _require(from_seq <= to_seq <= head)
    body = reply[_HEADER.size : -32]
    _require(length == len(body))
    records = _records(body)
    _require(len(records) == count)
    if kind == SNAPSHOT:
        _require(query.as_of is None or from_seq == query.as_of)
        _require(from_seq == to_seq and after_key == query.after_key)
        keys = [key for key, _, _, _ in records]
        _require(keys == sorted(set(keys)) and all(after_key < key <= last_key for key in keys))
        _require(all(sealed is not None for _, _, _, sealed in records))
        _require((last_key == LAST) == (flags == 1))
    else:
        _require((from_seq, after_key, last_key, flags) == (query.after, FIRST, FIRST, 0))
    return ReadPage(flags == 1, from_seq, to_seq, head, last_key, records)


def _records(body: bytes) -> list[tuple[bytes, int, int, bytes | None]]:
    records: list[tuple[bytes, int, int, bytes | None]] = []
    at = 0
    while at < len(body):
        _require(at + _RECORD.size <= len(body))
        op, zeros, key, revision, epoch, length = _RECORD.unpack_from(body, at)
        at += _RECORD.size
        _require(op in {1, 2} and zeros == bytes(3) and (op == 1) == (length > 0))
        _require(at + length <= len(body))
        records.append((key, revision, epoch, body[at : at + length] if op == 1 else None))
        at += length
    return records


def _require(holds: bool) -> None:
    if not holds:
        raise RefusedError


@dataclass(slots=True)
class Stream:
    """One tenant's records at an edge, and how far it is in that tenant's feed."""

    generation: bytes
    bic: str
    held: dict[bytes, tuple[int, int, bytes]] = field(default_factory=dict)
    """Revision, epoch and sealed form by lookup key."""
    loading: bool = True
    as_of: int | None = None
    after_key: bytes = FIRST
    seq: int = 0
    complete: bool = False

    def query(self, nonce: bytes) -> Query:
        """Ask for the next page."""
        kind = SNAPSHOT if self.loading else CHANGES
        return Query(kind, self.generation, self.bic, nonce, self.as_of, self.after_key, self.seq)

    def restart(self) -> None:
        """Take the snapshot again; what is held stays until a page says that it is gone."""
        self.loading, self.as_of, self.after_key, self.complete = True, None, FIRST, False

    def apply(self, page: ReadPage) -> None:
        """Take a page: nothing that is held gives way to a revision that isn't above it."""
        if self.loading:
            listed = {key for key, _, _, _ in page.records}
            for key in [key for key in self.held if self.after_key < key <= page.last_key]:
                if key not in listed:
                    del self.held[key]
        for key, revision, epoch, sealed in page.records:
            if key in self.held and self.held[key][0] >= revision:
                continue
            self.held.pop(key, None)
            if sealed is not None:
                self.held[key] = (revision, epoch, sealed)
        if self.loading:
            self.as_of, self.after_key = page.from_seq, page.last_key
            self.loading, self.seq = not page.last, page.to_seq
        else:
            self.seq = page.to_seq
            self.complete = page.to_seq == page.head


class EdgeModel:
    """An edge with its streams behind a network that loses, cuts, forges and repeats replies."""

    def __init__(
        self,
        edge: EdgeCredentials,
        choose: random.Random,
        fetch: Callable[[EdgeCredentials, Query], Awaitable[bytes]],
        generation: Callable[[EdgeCredentials], Awaitable[bytes]],
    ) -> None:
        self.edge = edge
        self.refused = 0
        self.spoiled = 0
        self._choose = choose
        self._fetch = fetch
        self._generation = generation
        self._streams: dict[str, Stream] = {}
        self._replies: list[bytes] = []

    def held(self, bic: str) -> dict[bytes, tuple[int, int, bytes]]:
        """All records of a tenant."""
        return self._streams[bic].held

    def forget(self) -> None:
        """Start anew, with nothing."""
        self._streams.clear()

    async def step(self, *, spoil: bool) -> bool:
        """Ask for one page of each stream; tells whether all are complete."""
        for bic in self.edge.tenants:
            if bic not in self._streams:
                self._streams[bic] = Stream(await self._generation(self.edge), bic)
            stream = self._streams[bic]
            query = stream.query(self._choose.randbytes(16))
            try:
                reply = await self._fetch(self.edge, query)
            except GoneError:
                await self._renew(stream)
                continue
            sent = self._spoil(reply) if spoil else reply
            self._replies = [*self._replies[-20:], reply]
            try:
                stream.apply(read_page(sent, query, self.edge))
            except RefusedError:
                self.refused += 1
                assert sent != reply or reply[:4] != b"VOPF", "a page that nobody has touched was refused"
            else:
                assert sent == reply, "a spoiled page was taken"
        return all(stream.complete for stream in self._streams.values())

    async def _renew(self, stream: Stream) -> None:
        """Fetch the keys: another generation begins with nothing, the same takes a new snapshot."""
        generation = await self._generation(self.edge)
        if generation == stream.generation:
            stream.restart()
        else:
            self._streams[stream.bic] = Stream(generation, stream.bic)

    def _spoil(self, reply: bytes) -> bytes:
        """Now and then: cut, change, lengthen or replace a reply."""
        at = self._choose.randrange(len(reply))
        spoiled = {
            0: lambda: reply[:at],
            1: lambda: reply[:at] + bytes([reply[at] ^ (1 << self._choose.randrange(8))]) + reply[at + 1 :],
            2: lambda: reply + self._choose.randbytes(1 + at % 40),
            3: lambda: self._choose.choice(self._replies or [b""]),
        }.get(self._choose.randrange(12), lambda: reply)()
        self.spoiled += spoiled != reply
        return spoiled
