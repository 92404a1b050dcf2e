"""The group of all subcommands. A command's module is imported only when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from control_plane.errors import StartError

COMMANDS = ("up", "demo", "serve", "edge", "accounts", "keys", "match", "evaluate")
"""In the order in which help shows them; each is the function of that name in the module of that name."""


class Commands(click.Group):
    """A group that finds its commands in the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Name the commands in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"control_plane.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  (click's own signature)
        """Run the command; one that can't start says why in one line and ends with status 1."""
        try:
            return super().invoke(ctx)
        except StartError as error:
            click.echo(f"vop: {error}", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Verify payees at the edge.

    \b
    Try it:      vop demo              start everything, verify payees through Envoy, stop
    Keep it up:  vop up                the same stack in the foreground; Ctrl-C ends it
    Run it:      vop serve             the control plane: accounts, keys, feed, fallback
                 vop edge              one Envoy with its filter, fed by a control plane
    Fill it:     vop accounts import   accounts from CSV or NDJSON
                 vop keys rotate       replace a seal key or the index key
    Judge it:    vop match             decide over names, by hand or by the file
                 vop evaluate          measure the matcher on labelled pairs
    """  # noqa: D301  (click reads the backspace)
