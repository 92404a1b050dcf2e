"""Accounts files: CSV with one account a line, or NDJSON with the API's own bodies. Pure."""

import csv
import io
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

import msgspec

from control_plane.accounts.schemas import AccountBody
from control_plane.accounts.validation import account_faults
from control_plane.identifiers import bic11
from control_plane.problems import FieldFault, decode_fault

IMPORT_BYTES_MAX = 64 * 1024 * 1024
"""Size of one call's accounts at most."""
IMPORT_ROWS_MAX = 100_000
"""Accounts in one call at most."""
LINE_CHARACTERS_MAX = 65_536
"""Length of one field of a CSV file, and of one line of an NDJSON file, at most."""
LINE_BYTES_MAX = 4 * LINE_CHARACTERS_MAX
"""Size of one line of any file at most."""
FAULTS_SHOWN_MAX = 100
FILE_ACCOUNTS_MAX = 50_000_000
"""Accounts in a file that is sent in parts, at most: eight bytes each are kept while it is checked."""

CSV_TYPE = "text/csv"
NDJSON_TYPE = "application/x-ndjson"

COLUMNS = ("bic", "iban", "kind", "names", "aliases", "identifications", "disclosure", "status")


class LineFault(msgspec.Struct, frozen=True):
    """A fault of one line, counted from 1. Never the value."""

    line: int
    field: str
    reason: str


@dataclass(slots=True)
class AccountsFile:
    """What a file held: its accounts, the first faults, and the count of all faults."""

    accounts: list[AccountBody] = field(default_factory=list, repr=False)
    faults: list[LineFault] = field(default_factory=list)
    fault_count: int = 0

    def add_faults(self, line: int, faults: list[FieldFault]) -> None:
        """Count a line's faults, and keep those that are among the first."""
        self.fault_count += len(faults)
        for fault in faults[: FAULTS_SHOWN_MAX - len(self.faults)]:
            self.faults.append(LineFault(line, fault.field, fault.reason))


class _LineRefusedError(Exception):
    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__(len(faults))
        self.faults = faults


class _UnreadableError(Exception):
    """From this line on nothing can be read."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line)
        self.line = line
        self.fault = FieldFault("", reason)


def read_file(content: bytes, media_type: str, tenants: frozenset[str]) -> AccountsFile:
    """Read a file whole, and check every line; ``tenants`` are the BIC11s that accounts may have."""
    file = AccountsFile()
    seen: dict[tuple[str, str], int] = {}
    for line, body in checked_accounts(io.BytesIO(content), media_type, tenants, file):
        if len(seen) == IMPORT_ROWS_MAX:
            reason = f"is beyond the {IMPORT_ROWS_MAX} accounts that a file may have"
            file.add_faults(line, [FieldFault("", reason)])
            break
        first = seen.setdefault((bic11(body.bic), body.iban), line)
        if first != line:
            file.add_faults(line, [stands_already(first)])
        file.accounts.append(body)
    return file


def check_file(
    stream: BinaryIO, media_type: str, tenants: frozenset[str], tick: Callable[[], None]
) -> tuple[AccountsFile, int]:
    """Check a file of any size, and count its accounts, without keeping them.

    ``tick`` is called after each account.
    """
    found = AccountsFile()
    prints = _Fingerprints()
    count = 0
    for line, body in checked_accounts(stream, media_type, tenants, found):
        if count == FILE_ACCOUNTS_MAX:
            reason = f"is beyond the {FILE_ACCOUNTS_MAX} accounts that a file may have"
            found.add_faults(line, [FieldFault("", reason)])
            break
        prints.add(body)
        count += 1
        tick()
    if repeated := prints.repeated():
        stream.seek(0)
        _find_repeated(stream, media_type, repeated, found)
    return found, count


class _Fingerprints:
    """Tells which accounts may come twice, in eight bytes an account."""

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(1_024)]

    def add(self, body: AccountBody) -> None:
        """Note an account."""
        number = _fingerprint(body)
        self._buckets[number % len(self._buckets)].append(number)

    def repeated(self) -> set[int]:
        """Return the fingerprints that came more than once."""
        return {one for bucket in self._buckets for one, other in pairwise(sorted(bucket)) if one == other}


def _fingerprint(body: AccountBody) -> int:
    return hash((bic11(body.bic), body.iban))


def _find_repeated(stream: BinaryIO, media_type: str, repeated: set[int], found: AccountsFile) -> None:
    """Read the file once more and find the accounts behind fingerprints that came more than once."""
    first: dict[tuple[str, str], int] = {}
    for line, body in checked_accounts(stream, media_type, frozenset(), AccountsFile()):
        if _fingerprint(body) in repeated:
            before = first.setdefault((bic11(body.bic), body.iban), line)
            if before != line:
                found.add_faults(line, [stands_already(before)])


def checked_accounts(
    stream: BinaryIO, media_type: str, tenants: frozenset[str], found: AccountsFile
) -> Iterator[tuple[int, AccountBody]]:
    """Read a file of any size account by account, each with its line; faults are added to ``found``.

    What can be told apart is given even if it has faults. Whether accounts come twice is left to the caller.
    """
    try:
        for line, read in _lines(stream, media_type):
            try:
                body = read()
            except _LineRefusedError as refused:
                found.add_faults(line, refused.faults)
                continue
            faults = account_faults(body)
            if bic11(body.bic) not in tenants and not any(fault.field == "bic" for fault in faults):
                faults.append(FieldFault("bic", "is not a tenant: create it first"))
            found.add_faults(line, faults)
            yield line, body
    except _UnreadableError as error:
        found.add_faults(error.line, [error.fault])


def stands_already(line: int) -> FieldFault:
    """Return the fault of an account that came before in the same file."""
    return FieldFault("iban", f"stands in line {line} already")


_Line = tuple[int, Callable[[], AccountBody]]


def _lines(stream: BinaryIO, media_type: str) -> Iterator[_Line]:
    return _csv_lines(_texts(stream)) if media_type == CSV_TYPE else _ndjson_lines(_texts(stream))


def _texts(stream: BinaryIO) -> Iterator[str]:
    """Decode a file line by line, so that its length doesn't matter."""
    number = 0
    while raw := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(raw) > LINE_BYTES_MAX:
            raise _UnreadableError(number, f"has more than {LINE_BYTES_MAX} bytes")
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise _UnreadableError(number, "is not UTF-8") from None


def _csv_lines(texts: Iterator[str]) -> Iterator[_Line]:
    csv.field_size_limit(LINE_CHARACTERS_MAX)
    reader = csv.reader(texts, strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise _UnreadableError(1, f"must be the header {','.join(COLUMNS)}")
        for cells in reader:
            if cells:
                yield reader.line_num, lambda cells=cells: _csv_account(cells)  # type: ignore[misc]
    except csv.Error:
        raise _UnreadableError(
            reader.line_num, "is no CSV: a quote or an end is missing, or it is too long"
        ) from None


def _csv_account(cells: list[str]) -> AccountBody:
    if len(cells) != len(COLUMNS):
        raise _LineRefusedError([FieldFault("", f"must have {len(COLUMNS)} fields")])
    bic, iban, kind, names, aliases, identifications, disclosure, status = cells
    holders: list[dict[str, object]] = [{"kind": kind, "name": name} for name in names.split("|")]
    holders[0]["aliases"] = [{"name": alias} for alias in _parts(aliases)]
    account = {
        "bic": bic,
        "iban": iban,
        "holders": holders,
        "identifications": [_csv_identification(entry) for entry in _parts(identifications)],
        "disclosure": disclosure or "allowed",
        "status": status or "active",
    }
    try:
        return msgspec.convert(account, AccountBody)
    except msgspec.ValidationError as error:
        raise _LineRefusedError([decode_fault(error)]) from error


def _csv_identification(entry: str) -> dict[str, str]:
    scheme, separator, value = entry.partition(":")
    if not separator:
        raise _LineRefusedError([FieldFault("identifications", "must be SCHEME:value, separated by |")])
    return {"scheme": scheme, "value": value}


def _parts(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def _ndjson_lines(texts: Iterator[str]) -> Iterator[_Line]:
    for number, line in enumerate(texts, start=1):
        if not line.isspace():
            yield number, lambda line=line: _ndjson_account(line)  # type: ignore[misc]


def _ndjson_account(line: str) -> AccountBody:
    if len(line) > LINE_CHARACTERS_MAX:
        raise _LineRefusedError([FieldFault("", f"has more than {LINE_CHARACTERS_MAX} characters")])
    try:
        return msgspec.json.decode(line, type=AccountBody)
    except msgspec.ValidationError as error:
        raise _LineRefusedError([decode_fault(error)]) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _LineRefusedError([FieldFault("", "is not JSON")]) from error
