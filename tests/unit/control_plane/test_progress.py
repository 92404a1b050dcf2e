"""Long work shows how far it is on a terminal, and writes nothing of it anywhere else."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from control_plane.cli.progress import bar


def _shown(*, terminal: bool) -> str:
    stream = StringIO()
    console = Console(file=stream, force_terminal=terminal, width=80, _environ={"TERM": "xterm"})
    with bar(console, "measuring", 4) as advance:
        for _ in range(4):
            advance(1)
    return stream.getvalue()


def test_a_terminal_shows_what_is_done_and_how_much_of_it() -> None:
    shown = _shown(terminal=True)
    assert "measuring" in shown
    assert "100%" in shown


def test_nothing_is_written_where_nobody_watches() -> None:
    assert _shown(terminal=False) == ""
