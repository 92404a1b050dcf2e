"""`vop accounts`: fill the control plane with accounts."""

from __future__ import annotations

import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx
import msgspec
from rich.console import Console

from control_plane.accounts.files import (
    CSV_TYPE,
    NDJSON_TYPE,
    AccountsFile,
    check_file,
    checked_accounts,
)
from control_plane.cli.admin import calls_of, reaching_the_control_plane
from control_plane.cli.progress import bar
from control_plane.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

PART_ACCOUNTS = 4_000
PART_BYTES = 4 * 1024 * 1024
"""A part is sent as soon as it has so many accounts or bytes."""
PARTS_UNDER_WAY = 2
"""While the control plane stores a part it can check the next."""
ANSWER_SECONDS_MAX = 120.0
"""How long the import of one part may take."""
MEDIA_TYPES = {".csv": CSV_TYPE, ".ndjson": NDJSON_TYPE, ".jsonl": NDJSON_TYPE}


@click.group()
def accounts() -> None:
    """Accounts of the control plane."""


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reaching_the_control_plane
def import_accounts(file: Path, address: str, token_file: Path | None) -> None:
    """Import FILE, CSV or NDJSON by its ending: all of its accounts, or none if there is a fault.

    The whole file is checked first, then sent in parts. An import that was interrupted is repeated: what is
    in already stays as it is. Ends with status 0 when all are in, and with 1 otherwise; faults are printed
    line by line.
    """
    if file.suffix not in MEDIA_TYPES:
        raise StartError(f"{file}: must end in {', '.join(MEDIA_TYPES)}")
    with calls_of(address, token_file, ANSWER_SECONDS_MAX) as client:
        tenants = frozenset(one["bic"] for one in _content(client.get("/tenants")))
        found, total = _check(file, tenants)
        if found.fault_count:
            _print_faults(found)
            sys.exit(1)
        _send(client, file, tenants, total)


def _check(file: Path, tenants: frozenset[str]) -> tuple[AccountsFile, int]:
    size = file.stat().st_size
    with bar(Console(stderr=True), "checking", size) as advance, file.open("rb") as stream:
        shown = 0

        def tick() -> None:
            nonlocal shown
            if (at := stream.tell()) - shown >= PART_BYTES:
                advance(at - shown)
                shown = at

        return check_file(stream, MEDIA_TYPES[file.suffix], tenants, tick)


@dataclass(slots=True)
class _Counts:
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def add(self, content: dict[str, int]) -> int:
        """Count what one part did, and return how many accounts that were."""
        self.created += content["created"]
        self.changed += content["changed"]
        self.unchanged += content["unchanged"]
        return sum(content.values())


def _send(client: httpx.Client, file: Path, tenants: frozenset[str], total: int) -> None:
    """Send a checked file in parts, a few at a time, and print what they did."""
    counts = _Counts()
    done = 0
    under_way: deque[Future[httpx.Response]] = deque()
    try:
        with (
            bar(Console(stderr=True), "importing", total) as advance,
            ThreadPoolExecutor(PARTS_UNDER_WAY) as pool,
        ):
            for part in _parts(file, tenants):
                if len(under_way) == PARTS_UNDER_WAY:
                    done += _taken(counts, under_way.popleft(), advance)
                under_way.append(pool.submit(_post, client, part))
            while under_way:
                done += _taken(counts, under_way.popleft(), advance)
    except (StartError, httpx.TransportError):
        click.echo(f"at least {done} of {total} accounts are in; import the file again to go on", err=True)
        raise
    click.echo(f"{counts.created} created, {counts.changed} changed, {counts.unchanged} unchanged")


def _taken(counts: _Counts, reply: Future[httpx.Response], advance: Any) -> int:  # noqa: ANN401
    count = counts.add(_content(reply.result()))
    advance(count)
    return count


def _post(client: httpx.Client, part: bytes) -> httpx.Response:
    return client.post("/imports", content=part, headers={"content-type": NDJSON_TYPE})


def _parts(file: Path, tenants: frozenset[str]) -> Iterator[bytes]:
    """Cut a file into parts of NDJSON, whatever its own form."""
    encoder = msgspec.json.Encoder()
    lines: list[bytes] = []
    size = 0
    with file.open("rb") as stream:
        for _, body in checked_accounts(stream, MEDIA_TYPES[file.suffix], tenants, AccountsFile()):
            line = encoder.encode(body) + b"\n"
            if lines and (len(lines) == PART_ACCOUNTS or size + len(line) > PART_BYTES):
                yield b"".join(lines)
                lines, size = [], 0
            lines.append(line)
            size += len(line)
    if lines:
        yield b"".join(lines)


def _content(reply: httpx.Response) -> Any:  # noqa: ANN401  (JSON)
    """Return what the control plane answered.

    Raises:
        StartError: it refused.

    """
    try:
        content = reply.json()
    except ValueError:
        content = {}
    if not reply.is_success:
        raise StartError(content.get("detail") or f"the control plane said {reply.status_code}")
    return content


def _print_faults(found: AccountsFile) -> None:
    for fault in found.faults:
        place = f"line {fault.line}" + (f", {fault.field}" if fault.field else "")
        click.echo(f"{place}: {fault.reason}", err=True)
    if left := found.fault_count - len(found.faults):
        click.echo(f"and {left} more", err=True)
    click.echo("vop: Nothing was imported.", err=True)
