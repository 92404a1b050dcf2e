"""The `vop` command."""

from __future__ import annotations

from control_plane.cli.group import main

__all__ = ["main"]
