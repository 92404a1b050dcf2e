"""`vop serve`: run the control plane."""

from __future__ import annotations

import asyncio
import logging

import click

from control_plane.serving import serve_until_signal
from control_plane.settings import Settings


@click.command()
def serve() -> None:
    """Run the control plane: accounts, keys, feed and fallback.

    Reads VOP_VAULT_ADDR, VOP_VAULT_ROLE_ID, VOP_VAULT_SECRET_ID and VOP_ADMIN_TOKEN, and if given
    VOP_DATABASE_URL (sqlite:///vop.db), VOP_LISTEN_HOST (127.0.0.1), VOP_LISTEN_PORT (8080) and
    OTEL_EXPORTER_OTLP_ENDPOINT. Ends with status 0 on Ctrl-C or SIGTERM, with 1 when it can't start.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = Settings.from_environment()
    asyncio.run(serve_until_signal(settings, click.echo))
