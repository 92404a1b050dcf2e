"""Feed pages: ``docs/formats.md``, section 4.2. Pure."""

import hmac
import struct
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
    record_count: int
    body: bytes = field(repr=False)
    """All its records as they are sent, each with its header."""


def record_header(lookup_key: bytes, revision: int, epoch: int, sealed: bytes | None) -> bytes:
    """Return what stands before ``sealed`` in a page; None is a deletion."""
    return _RECORD.pack(_DELETE if sealed is None else _PUT, lookup_key, revision, epoch, len(sealed or b""))


def fitting(body: bytes) -> int:
    """Tell how many of a body's records, from its first on, fit on a page."""
    count = at = 0
    while at < len(body):
        at += RECORD_HEADER_BYTES + int.from_bytes(body[at + 32 : at + RECORD_HEADER_BYTES], "little")
        if at > BODY_BYTES_MAX:
            break
        count += 1
    return count


def encode(page: Page, nonce: bytes, edge_id: str, page_key: bytes) -> bytes:
    """Return the page's bytes with the MAC for one request."""
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
        page.record_count,
        len(page.body),
    )
    identity = edge_id.encode("ascii")
    mac = hmac.new(page_key, bytes([len(identity)]) + identity, "sha256")
    mac.update(header)
    mac.update(page.body)
    return b"".join((header, page.body, mac.digest()))
