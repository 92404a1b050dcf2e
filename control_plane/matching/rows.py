"""Rows of a CSV file, one a line: a malformed row is a fault with its line, and never stops the rest."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from control_plane.errors import StartError
from matcher import Account, AccountStatus, Holder, HolderKind, Name
from matcher.record import NAME_CHARACTERS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

KINDS = {"person": HolderKind.PERSON, "org": HolderKind.ORGANISATION}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, from 1, how many bytes it took, and its fields by column."""

    line: int
    size: int
    fields: dict[str, str]
    fault: str | None = None
    """Why the row can't be read; then there are no fields."""


def columns(path: Path, needed: Sequence[str]) -> list[str]:
    """Read the header.

    Raises:
        StartError: a needed column is missing, or stands twice.

    """
    with path.open("rb") as stream:
        try:
            header = _fields(stream.readline().removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            raise StartError(f"{path.name}: line 1: {error}") from None
    missing = [column for column in needed if header.count(column) != 1]
    if missing:
        raise StartError(f"{path.name}: the header must name {', '.join(missing)} once")
    return header


def rows(path: Path, header: list[str]) -> Iterator[Row]:
    """Read what follows the header; empty lines are passed over."""
    with path.open("rb") as stream:
        stream.readline()
        for line, raw in enumerate(stream, start=2):
            if raw.strip():
                yield _row(line, raw, header)


def _row(line: int, raw: bytes, header: list[str]) -> Row:
    try:
        fields = _fields(raw)
    except ValueError as error:
        return Row(line, len(raw), {}, str(error))
    if len(fields) != len(header):
        return Row(line, len(raw), {}, f"has {len(fields)} fields, not {len(header)}")
    return Row(line, len(raw), dict(zip(header, fields, strict=True)))


def _fields(raw: bytes) -> list[str]:
    """Split one line; anything that is no line of CSV in UTF-8 raises ValueError."""
    try:
        return next(csv.reader([raw.decode().rstrip("\r\n")], strict=True), [])
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"is not CSV: {error}") from None


def account_for(kind: str, typed: str, registered: str) -> Account:
    """Check a pair of names, and give an account with one holder of that kind and registered name.

    Raises:
        ValueError: the kind is unknown, or a name is one that neither a request nor a record may hold.

    """
    if kind not in KINDS:
        raise ValueError(f"the kind must be {' or '.join(KINDS)}")
    for side, name in (("typed", typed), ("registered", registered)):
        if not 1 <= len(name) <= NAME_CHARACTERS_MAX:
            raise ValueError(f"the {side} name has {len(name)} characters, not 1 to {NAME_CHARACTERS_MAX}")
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise ValueError(f"the {side} name is not UTF-8")
    return Account(AccountStatus.ACTIVE, (Holder(KINDS[kind], (Name(registered),)),))
