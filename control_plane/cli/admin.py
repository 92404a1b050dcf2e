"""What the commands share that call the admin API of a running control plane."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx

from control_plane.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def reaching_the_control_plane(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options `address` and `token_file`."""
    command = click.option(
        "--token-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="File with the admin token; otherwise it comes from VOP_ADMIN_TOKEN.",
    )(command)
    return click.option(
        "--control-plane",
        "address",
        default="http://127.0.0.1:8080",
        show_default=True,
        metavar="URL",
        help="Where the control plane listens.",
    )(command)


@contextmanager
def calls_of(address: str, token_file: Path | None, seconds: float) -> Iterator[httpx.Client]:
    """Give a client of the admin API, each of whose calls may take `seconds`.

    Raises:
        StartError: there is no token, or the control plane doesn't answer.

    """
    headers = {"authorization": f"Bearer {_token(token_file)}"}
    base = f"{address.rstrip('/')}/admin/v1"
    try:
        with httpx.Client(base_url=base, headers=headers, timeout=seconds, trust_env=False) as client:
            yield client
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise StartError(f"the control plane at {address} does not answer: {type(error).__name__}") from None


def _token(token_file: Path | None) -> str:
    token = token_file.read_text().strip() if token_file else os.environ.get("VOP_ADMIN_TOKEN", "")
    if not token:
        raise StartError("VOP_ADMIN_TOKEN: is missing; set it or name a --token-file")
    return token
