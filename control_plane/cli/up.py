"""`vop up`: the whole stack in the foreground."""

from __future__ import annotations

import click

from control_plane.stack.foreground import foreground, hold
from control_plane.stack.stack import EDGE_ID, Stack, StackSettings
from control_plane.xds.listener import VERIFICATION_PATH

PORT = click.IntRange(0, 65_535)


def _describe(stack: Stack) -> None:
    control_plane = f"http://{stack.control_plane}"
    for name, value in (
        ("verify", f"http://{stack.edge}{VERIFICATION_PATH}    (Envoy, edge {EDGE_ID})"),
        ("fallback", f"{control_plane}{VERIFICATION_PATH}    (edges only)"),
        ("admin API", f"{control_plane}/admin/v1    (admin token)"),
        ("openbao", f"http://{stack.vault}    (root token)"),
        ("envoy admin", f"unix:{stack.runtime}/edge/admin.sock"),
        ("access log", str(stack.access_log)),
        ("admin token", f"{stack.runtime}/admin-token"),
        ("root token", f"{stack.runtime}/vault-root-token"),
        ("tenants", " ".join(stack.settings.tenants)),
    ):
        click.echo(f"  {name:<12} {value}")
    click.echo(
        "\n  Accounts:  "
        f'VOP_ADMIN_TOKEN="$(cat {stack.runtime}/admin-token)" vop accounts import FILE '
        f"--control-plane {control_plane}\n"
    )


@click.command()
@click.option(
    "--edge-port", type=PORT, default=8443, show_default=True, help="Where Envoy listens; 0: any free."
)
@click.option("--control-plane-port", type=PORT, default=8080, show_default=True, help="0: any free.")
@click.option("--database-url", envvar="VOP_DATABASE_URL", help="Otherwise SQLite, gone with the stack.")
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Envoy's workers."
)
def up(edge_port: int, control_plane_port: int, database_url: str | None, concurrency: int) -> None:
    """Start OpenBao, the control plane and one edge on loopback, and keep them running.

    Ctrl-C ends all of them with status 0; when one of them falls, the others end too, with status 1.
    Credentials lie in a private directory that goes with the stack. OpenBao keeps its keys in memory: a
    database given by --database-url can't be opened again without them, so use a new one each time.
    """
    settings = StackSettings(
        edge_port=edge_port,
        control_plane_port=control_plane_port,
        database_url=database_url,
        concurrency=concurrency,
    )
    click.echo("starting OpenBao, the control plane and the edge …")
    try:
        with foreground(settings, lambda name, line: click.echo(f"{name}: {line}", err=True)) as stack:
            _describe(stack)
            hold(stack, click.echo)
    except KeyboardInterrupt:
        click.echo("stopped")
