"""`vop keys`: the keys that the directory is sealed with and found by."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from control_plane.cli.admin import calls_of, reaching_the_control_plane
from control_plane.cli.progress import bar
from control_plane.errors import StartError

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

ANSWER_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.5


@click.group()
def keys() -> None:
    """Keys of the sealed directory."""


@keys.command()
@click.option("--bic", help="The tenant whose seal key is rotated.")
@click.option("--index", is_flag=True, help="The index key of all tenants is rotated.")
@click.option(
    "--now",
    is_flag=True,
    help="With --index: the database lost commits (a restored backup, a failover to a copy that lagged)."
    " The edges hand all requests over until the new directory is complete.",
)
@reaching_the_control_plane
def rotate(bic: str | None, index: bool, now: bool, address: str, token_file: Path | None) -> None:
    """Replace a key: seal all records of a tenant under a new one, or find all records by a new one.

    The control plane does it in the background, at most 2,000 records a second; the edges go on answering.
    This command only watches: stopped with Ctrl-C and called again (without --now, which always begins anew),
    it watches the same rotation. Ends with status 0 once no edge needs the old key and Vault destroyed it.
    """
    if (bic is None) != index or (now and not index):
        raise click.UsageError("give either --bic or --index; --now goes with --index only")
    with calls_of(address, token_file, ANSWER_SECONDS_MAX) as client:
        if index:
            view = _watch(client, "/index-rotation", "accounts", {"now": now})
            click.echo(f"{view['accounts']} accounts are found by the index key of {view['generation']}")
        else:
            view = _watch(client, f"/tenants/{bic}/rotation", "records", {})
            click.echo(f"{view['bic']}: {view['records']} records are sealed under epoch {view['epoch']}")


def _watch(client: httpx.Client, path: str, counted: str, query: dict[str, bool]) -> dict[str, Any]:
    """Begin a rotation and show how far it is until it has ended."""
    view = _view(client.post(path, params=query))
    with bar(Console(stderr=True), "sealing", view[counted]) as advance:
        done = 0
        while view["phase"] != "none":
            advance(view[counted] - view["left"] - done)
            done = view[counted] - view["left"]
            time.sleep(LOOK_SECONDS)
            view = _view(client.get(path))
    return view


def _view(reply: httpx.Response) -> dict[str, Any]:
    if not reply.is_success:
        try:
            detail = reply.json().get("detail")
        except ValueError:
            detail = None
        raise StartError(detail or f"the control plane said {reply.status_code}")
    view: dict[str, Any] = reply.json()
    return view
