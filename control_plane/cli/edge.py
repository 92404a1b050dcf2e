"""`vop edge`: run one edge."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from control_plane.edge_agent import agent
from control_plane.edge_agent.credentials import envoy_environment
from control_plane.errors import StartError
from control_plane.loopback import require_loopback
from control_plane.xds.bootstrap import bootstrap
from control_plane.xds.modules import module
from control_plane.xds.settings import (
    DIRECTORY_BYTES_DEFAULT,
    DIRECTORY_BYTES_MAX,
    DIRECTORY_BYTES_MIN,
    Address,
    EdgeSettings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class _EdgeIdType(click.ParamType[str]):
    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[a-z0-9-]{1,32}", value):
            self.fail("an edge id has 1 to 32 of a-z, 0-9 and -", param, ctx)
        return value


class _AddressType(click.ParamType[Address]):
    name = "host:port"

    def convert(
        self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        if isinstance(value, Address):
            return value
        match = re.fullmatch(r"([0-9.]+):(\d{1,5})", value)
        if not match or not 0 < int(match.group(2)) < 65_536:  # noqa: PLR2004
            self.fail(f"{value} is not an IPv4 address and port", param, ctx)
        return Address(match.group(1), int(match.group(2)))


@contextmanager
def _private(runtime: Path | None) -> Iterator[Path]:
    """Yield a directory that only the owner may enter; none given: a new one, removed in the end."""
    if runtime is not None:
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        if runtime.stat().st_mode & 0o077:
            raise StartError(f"{runtime}: others may enter this directory; chmod it to 700")
        yield runtime
        return
    made = Path(tempfile.mkdtemp(prefix="vop-edge-"))
    try:
        yield made
    finally:
        shutil.rmtree(made)


@click.command()
@click.option(
    "--edge-id",
    type=_EdgeIdType(),
    default="edge-1",
    show_default=True,
    help="As registered at the control plane.",
)
@click.option("--listen", type=_AddressType(), default="127.0.0.1:8443", show_default=True)
@click.option("--control-plane", type=_AddressType(), default="127.0.0.1:8080", show_default=True)
@click.option(
    "--runtime",
    type=click.Path(path_type=Path),
    help="Private directory, with the access log. [default: a new one, removed in the end]",
)
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Worker threads."
)
@click.option(
    "--directory-bytes",
    type=click.IntRange(DIRECTORY_BYTES_MIN, DIRECTORY_BYTES_MAX),
    default=DIRECTORY_BYTES_DEFAULT,
    show_default=True,
    help="The most bytes of sealed records; an account takes about 200.",
)
@click.option("--collector", type=_AddressType(), help="Where spans go by OTLP over HTTP.")
@click.option("--print-bootstrap", is_flag=True, help="Print Envoy's configuration and end.")
def edge(
    edge_id: str,
    listen: Address,
    control_plane: Address,
    runtime: Path | None,
    concurrency: int,
    directory_bytes: int,
    collector: Address | None,
    print_bootstrap: bool,
) -> None:
    """Run one Envoy with the verification filter, and watch it and its replicator.

    The edge's secret comes from VOP_EDGE_SECRET. The listener opens once the whole directory has arrived.
    Ends with status 0 on Ctrl-C or SIGTERM, with 1 when Envoy ends by itself.
    """
    require_loopback("--listen", listen.host)
    with _private(runtime) as directory:
        settings = EdgeSettings(
            edge_id=edge_id,
            boot=agent.new_boot(),
            listen=listen,
            control_plane=control_plane,
            runtime=directory,
            access_log=directory / "access.json",
            replicator=module("replicator"),
            directory_bytes=directory_bytes,
            collector=collector,
        )
        if print_bootstrap:
            click.echo(json.dumps(bootstrap(settings), indent=2))
            return
        environment = envoy_environment(os.environ, edge_id)
        outcome = agent.run(
            settings, concurrency, environment, lambda text: click.echo(f"{edge_id}: {text}", err=True)
        )
    sys.exit(outcome.status)
