"""`vop keys`: the keys that the directory is sealed with."""

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
@click.option("--bic", required=True, help="The tenant whose seal key is rotated.")
@reaching_the_control_plane
def rotate(bic: str, address: str, token_file: Path | None) -> None:
    """Seal all records of a tenant under a new key, and destroy the old one.

    The control plane does it in the background, at most 2,000 records a second; the edges go on answering.
    This command only watches: stopped with Ctrl-C and called again, it watches the same rotation. Ends with
    status 0 once no edge holds the old key and Vault has destroyed it.
    """
    with calls_of(address, token_file, ANSWER_SECONDS_MAX) as client:
        path = f"/tenants/{bic}/rotation"
        view = _view(client.post(path))
        with bar(Console(stderr=True), "sealing", view["records"]) as advance:
            done = 0
            while view["phase"] != "none":
                advance(view["records"] - view["left"] - done)
                done = view["records"] - view["left"]
                time.sleep(LOOK_SECONDS)
                view = _view(client.get(path))
    click.echo(f"{view['bic']}: {view['records']} records are sealed under epoch {view['epoch']}")


def _view(reply: httpx.Response) -> dict[str, Any]:
    if not reply.is_success:
        try:
            detail = reply.json().get("detail")
        except ValueError:
            detail = None
        raise StartError(detail or f"the control plane said {reply.status_code}")
    view: dict[str, Any] = reply.json()
    return view
