"""The plain account record that travels, sealed, to the edges (docs/formats.md, section 3.1)."""

import struct
from typing import TypeVar

from matcher.model import (
    Account,
    AccountStatus,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    NameKind,
)

FORMAT = 1
RECORD_BYTES_MAX = 4096
RECORD_BYTES_STEP = 64
HOLDERS_MAX = 16
NAMES_MAX = 64
NAME_CHARACTERS_MAX = 140
IDENTIFICATIONS_MAX = 16
SCHEME_CHARACTERS_MAX = 35
ISSUER_CHARACTERS_MAX = 35
VALUE_CHARACTERS_MAX = 256

NEVER_DISCLOSE = 1
"""Bit 0 of the account's and of a holder's flags."""

_Member = TypeVar("_Member", AccountStatus, HolderKind, NameKind, IdentificationKind)
_SCHEMELESS = (IdentificationKind.LEI, IdentificationKind.BIC)


class RecordError(ValueError):
    """A record, or an account, that breaks the format; the message holds no personal data."""


def encode(account: Account) -> bytes:
    """Encode an account, padded to a multiple of 64 bytes.

    An account beyond a limit of the format becomes the stub with status 3, so that the edge hands it over.
    An account that no record may hold (an empty name, a registered name that isn't first, a lone surrogate)
    raises RecordError.
    """
    if account.status is AccountStatus.TOO_LARGE or not _fits(account):
        return _padded(bytes((FORMAT, AccountStatus.TOO_LARGE)))
    out = bytearray(
        (
            FORMAT,
            account.status,
            NEVER_DISCLOSE if account.never_disclose else 0,
            len(account.holders),
            len(account.identifications),
        )
    )
    for holder in account.holders:
        out += _encoded_holder(holder)
    for identification in account.identifications:
        out += _encoded_identification(identification)
    if len(out) > RECORD_BYTES_MAX:
        return _padded(bytes((FORMAT, AccountStatus.TOO_LARGE)))
    return _padded(bytes(out))


def decode(record: bytes) -> Account:
    """Decode a plain record; anything that `encode` could not have written raises RecordError."""
    if not 0 < len(record) <= RECORD_BYTES_MAX or len(record) % RECORD_BYTES_STEP:
        raise RecordError("the record's length is not a multiple of 64 up to 4096 bytes")
    reader = _Reader(record)
    if reader.u8() != FORMAT:
        raise RecordError("the record's format is unknown")
    status = _member(AccountStatus, reader.u8())
    if status is AccountStatus.TOO_LARGE:
        reader.end()
        return Account(status)
    never_disclose = _flags(reader.u8())
    holder_count = _limited(reader.u8(), 0, HOLDERS_MAX)
    identification_count = _limited(reader.u8(), 0, IDENTIFICATIONS_MAX)
    names_left = NAMES_MAX
    holders = []
    for _ in range(holder_count):
        holder = _decoded_holder(reader, names_left)
        names_left -= len(holder.names)
        holders.append(holder)
    identifications = [_decoded_identification(reader) for _ in range(identification_count)]
    reader.end()
    return Account(status, tuple(holders), tuple(identifications), never_disclose)


def _fits(account: Account) -> bool:
    return (
        len(account.holders) <= HOLDERS_MAX
        and len(account.identifications) <= IDENTIFICATIONS_MAX
        and sum(len(holder.names) for holder in account.holders) <= NAMES_MAX
        and all(len(name.text) <= NAME_CHARACTERS_MAX for holder in account.holders for name in holder.names)
        and all(
            len(one.scheme) <= SCHEME_CHARACTERS_MAX
            and len(one.issuer) <= ISSUER_CHARACTERS_MAX
            and len(one.value) <= VALUE_CHARACTERS_MAX
            for one in account.identifications
        )
    )


def _encoded_holder(holder: Holder) -> bytes:
    if not holder.names:
        raise RecordError("a holder has no name")
    out = bytearray((holder.kind, NEVER_DISCLOSE if holder.never_disclose else 0, len(holder.names)))
    for position, name in enumerate(holder.names):
        if (name.kind is NameKind.REGISTERED) != (position == 0):
            raise RecordError("a holder's first name, and no other, must be the registered one")
        text = _utf8(name.text)
        if not text:
            raise RecordError("a name is empty")
        out += struct.pack("<BH", name.kind, len(text)) + text
    return bytes(out)


def _encoded_identification(identification: Identification) -> bytes:
    if (identification.kind in _SCHEMELESS) != (not identification.scheme):
        raise RecordError("an identification's scheme must be empty for LEI and BIC and only for them")
    scheme, issuer, value = (
        _utf8(text) for text in (identification.scheme, identification.issuer, identification.value)
    )
    if not value:
        raise RecordError("an identification is empty")
    return (
        struct.pack("<BB", identification.kind, len(scheme))
        + scheme
        + struct.pack("<B", len(issuer))
        + issuer
        + struct.pack("<H", len(value))
        + value
    )


def _decoded_holder(reader: "_Reader", names_left: int) -> Holder:
    kind = _member(HolderKind, reader.u8())
    never_disclose = _flags(reader.u8())
    names = []
    for position in range(_limited(reader.u8(), 1, names_left)):
        name_kind = _member(NameKind, reader.u8())
        if (name_kind is NameKind.REGISTERED) != (position == 0):
            raise RecordError("a registered name is not first, or the first name is not registered")
        names.append(Name(reader.text(reader.u16(), 1, NAME_CHARACTERS_MAX), name_kind))
    return Holder(kind, tuple(names), never_disclose)


def _decoded_identification(reader: "_Reader") -> Identification:
    kind = _member(IdentificationKind, reader.u8())
    low, high = (0, 0) if kind in _SCHEMELESS else (1, SCHEME_CHARACTERS_MAX)
    scheme = reader.text(reader.u8(), low, high)
    issuer = reader.text(reader.u8(), 0, ISSUER_CHARACTERS_MAX)
    value = reader.text(reader.u16(), 1, VALUE_CHARACTERS_MAX)
    return Identification(kind, scheme, issuer, value)


def _member(kind: type[_Member], value: int) -> _Member:
    try:
        return kind(value)
    except ValueError:
        raise RecordError(f"the record holds an unknown {kind.__name__}") from None


def _flags(value: int) -> bool:
    if value & ~NEVER_DISCLOSE:
        raise RecordError("the record holds an unknown flag")
    return bool(value)


def _limited(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise RecordError("a count of the record is beyond its limit")
    return value


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise RecordError("a text holds a lone surrogate") from None


def _padded(body: bytes) -> bytes:
    return body + bytes(-len(body) % RECORD_BYTES_STEP)


class _Reader:
    """Reads a record from front to back and never past its end."""

    def __init__(self, record: bytes) -> None:
        self._record = record
        self._at = 0

    def _take(self, count: int) -> bytes:
        if count > len(self._record) - self._at:
            raise RecordError("a length of the record goes past its end")
        self._at += count
        return self._record[self._at - count : self._at]

    def u8(self) -> int:
        return self._take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self._take(2), "little")

    def text(self, byte_count: int, low: int, high: int) -> str:
        """Read a UTF-8 text of `low` to `high` code points."""
        try:
            text = self._take(byte_count).decode()
        except UnicodeDecodeError:
            raise RecordError("the record holds invalid UTF-8") from None
        if not low <= len(text) <= high:
            raise RecordError("a text of the record is beyond its limit")
        return text

    def end(self) -> None:
        """Check that only the zero padding is left."""
        rest = self._record[self._at :]
        if len(rest) >= RECORD_BYTES_STEP or any(rest):
            raise RecordError("the record is not padded with fewer than 64 zero bytes")
