"""Accounts files: CSV with one account a line, or NDJSON with the API's own bodies. Pure."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from control_plane.accounts.schemas import AccountBody
from control_plane.accounts.validation import account_faults
from control_plane.identifiers import bic11
from control_plane.problems import FieldFault, decode_fault

IMPORT_BYTES_MAX = 64 * 1024 * 1024
"""Size of an accounts file at most."""
IMPORT_ROWS_MAX = 100_000
"""Accounts in a file at most."""
LINE_CHARACTERS_MAX = 65_536
"""Length of one field of a CSV file, and of one line of an NDJSON file, at most."""
FAULTS_SHOWN_MAX = 100

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

    def add_fault(self, line: int, fault: FieldFault) -> None:
        """Count a fault, and keep it if it is one of the first."""
        self.fault_count += 1
        if len(self.faults) < FAULTS_SHOWN_MAX:
            self.faults.append(LineFault(line, fault.field, fault.reason))


class _LineRefusedError(Exception):
    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__(len(faults))
        self.faults = faults


def read_file(content: bytes, media_type: str, tenants: frozenset[str]) -> AccountsFile:
    """Read a file whole, and check every line; ``tenants`` are the BIC11s that accounts may have."""
    file = AccountsFile()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        file.add_fault(line, FieldFault("", "is not UTF-8"))
        return file
    lines = _csv_lines(text, file) if media_type == CSV_TYPE else _ndjson_lines(text)
    seen: dict[tuple[str, str], int] = {}
    for line, read in lines:
        if len(seen) == IMPORT_ROWS_MAX:
            file.add_fault(
                line, FieldFault("", f"is beyond the {IMPORT_ROWS_MAX} accounts that a file may have")
            )
            break
        try:
            body = read()
        except _LineRefusedError as refused:
            for fault in refused.faults:
                file.add_fault(line, fault)
            continue
        for fault in _faults(body, tenants, seen):
            file.add_fault(line, fault)
        seen.setdefault((bic11(body.bic), body.iban), line)
        file.accounts.append(body)
    return file


def _faults(
    body: AccountBody, tenants: frozenset[str], seen: dict[tuple[str, str], int]
) -> Iterator[FieldFault]:
    faults = account_faults(body)
    yield from faults
    if bic11(body.bic) not in tenants and not any(fault.field == "bic" for fault in faults):
        yield FieldFault("bic", "is not a tenant: create it first")
    if first := seen.get((bic11(body.bic), body.iban)):
        yield FieldFault("iban", f"stands in line {first} already")


_Line = tuple[int, Callable[[], AccountBody]]


def _csv_lines(text: str, file: AccountsFile) -> Iterator[_Line]:
    csv.field_size_limit(LINE_CHARACTERS_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            file.add_fault(1, FieldFault("", f"must be the header {','.join(COLUMNS)}"))
            return
        for cells in reader:
            if cells:
                yield reader.line_num, lambda cells=cells: _csv_account(cells)  # type: ignore[misc]
    except csv.Error:
        file.add_fault(
            reader.line_num, FieldFault("", "is no CSV: a quote or an end is missing, or it is too long")
        )


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


def _ndjson_lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(io.StringIO(text, newline="\n"), start=1):
        if line.strip():
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
