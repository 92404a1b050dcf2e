"""`vop accounts`: fill the control plane with accounts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from control_plane.cli.admin import calls_of, reaching_the_control_plane
from control_plane.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

CHUNK_BYTES = 262_144
ANSWER_SECONDS_MAX = 600.0
"""How long an import may take once the file is sent."""
MEDIA_TYPES = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}


@click.group()
def accounts() -> None:
    """Accounts of the control plane."""


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reaching_the_control_plane
def import_accounts(file: Path, address: str, token_file: Path | None) -> None:
    """Import FILE, CSV or NDJSON by its ending: all of its accounts, or none.

    Ends with status 0 when they are in, and with 1 when there is a fault; faults are printed line by line.
    """
    if file.suffix not in MEDIA_TYPES:
        raise StartError(f"{file}: must end in {', '.join(MEDIA_TYPES)}")
    headers = {"content-type": MEDIA_TYPES[file.suffix], "content-length": str(file.stat().st_size)}
    with calls_of(address, token_file, ANSWER_SECONDS_MAX) as client:
        reply = client.post("/imports", content=_chunks(file), headers=headers)
    sys.exit(_report(reply))


def _chunks(file: Path) -> Iterator[bytes]:
    """Read the file in pieces; on a terminal, a bar shows how much is sent."""
    console = Console(stderr=True)
    columns = (TextColumn("sending"), BarColumn(), DownloadColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        file.open("rb") as stream,
    ):
        task = progress.add_task("", total=file.stat().st_size)
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
            progress.advance(task, len(chunk))


def _report(reply: httpx.Response) -> int:
    """Print what the control plane said, and return the exit status."""
    try:
        content: dict[str, Any] = reply.json()
    except ValueError:
        content = {}
    if reply.is_success:
        click.echo(
            f"{content['created']} created, {content['changed']} changed, {content['unchanged']} unchanged"
        )
        return 0
    faults = content.get("faults", [])
    for fault in faults:
        place = f"line {fault['line']}" + (f", {fault['field']}" if fault["field"] else "")
        click.echo(f"{place}: {fault['reason']}", err=True)
    left = content.get("fault_count", 0) - len(faults)
    if left:
        click.echo(f"and {left} more", err=True)
    click.echo(f"vop: {content.get('detail') or f'the control plane said {reply.status_code}'}", err=True)
    return 1
