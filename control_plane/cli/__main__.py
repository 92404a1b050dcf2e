"""`python -m control_plane.cli`: the `vop` command of this very interpreter."""

from control_plane.cli.group import main

main()
