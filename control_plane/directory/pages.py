"""Feed pages: ``docs/formats.md``, section 4.2. Pure."""

import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

PAGE_BYTES_MAX = 1_048_576
"""Size of a page with its header and MAC at most."""

HEADER_BYTES = 120
MAC_BYTES = 32
BODY_BYTES_MAX = PAGE_BYTES_MAX - HEADER_BYTES - MAC_BYTES
RECORD_HEADER_BYTES = 34

SNAPSHOT, CHANGES = 1, 2
FLAG_LAST = 1
KEY_FIRST = bytes(16)
KEY_LAST = b"\xff" * 16

_HEADER = struct.Struct("<4sBBBx16s11s5x16sQQQ16s16sII")
_RECORD = struct.Struct("<B3x16sQIH")
_FORMAT = 1
_PUT, _DELETE = 1, 2


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a page; ``sealed`` is None for a deletion."""

    lookup_key: bytes
    revision: int
    epoch: int
    sealed: bytes | None = field(repr=False)
    seq: int | None = None
    """Its position in the feed; it orders the page and isn't sent."""


@dataclass(frozen=True, slots=True)
class Page:
    """The fields of a page, but for the nonce and the MAC, which belong to one request of one edge."""

    kind: int
    last: bool
    generation: bytes
    bic: str
    from_seq: int
    to_seq: int
    head: int
    after_key: bytes
    last_key: bytes
    records: tuple[Record, ...]


def record_bytes(record: Record) -> int:
    """Size of a record in a page."""
    return RECORD_HEADER_BYTES + len(record.sealed or b"")


def record_header(lookup_key: bytes, revision: int, epoch: int, sealed: bytes | None) -> bytes:
    """Return what stands before ``sealed`` in a page; None is a deletion."""
    return _RECORD.pack(_DELETE if sealed is None else _PUT, lookup_key, revision, epoch, len(sealed or b""))


def fill(records: Iterable[Record]) -> tuple[tuple[Record, ...], bool]:
    """As many of the records as fit on a page, and whether they all did."""
    taken: list[Record] = []
    size = 0
    for record in records:
        size += record_bytes(record)
        if size > BODY_BYTES_MAX:
            return tuple(taken), False
        taken.append(record)
    return tuple(taken), True


def encode(page: Page, nonce: bytes, edge_id: str, page_key: bytes) -> bytes:
    """Return the page's bytes with the MAC for one request."""
    body = b"".join(
        _RECORD.pack(
            _DELETE if record.sealed is None else _PUT,
            record.lookup_key,
            record.revision,
            record.epoch,
            len(record.sealed or b""),
        )
        + (record.sealed or b"")
        for record in page.records
    )
    header = _HEADER.pack(
        b"VOPF",
        _FORMAT,
        page.kind,
        FLAG_LAST if page.last else 0,
        page.generation,
        page.bic.encode("ascii"),
        nonce,
        page.from_seq,
        page.to_seq,
        page.head,
        page.after_key,
        page.last_key,
        len(page.records),
        len(body),
    )
    identity = edge_id.encode("ascii")
    mac = hmac.new(page_key, bytes([len(identity)]) + identity, "sha256")
    mac.update(header)
    mac.update(body)
    return header + body + mac.digest()
