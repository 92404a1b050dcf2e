"""The progress bar of commands that work through files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


@contextmanager
def bar(console: Console, doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs, on a terminal only; yields the function that advances it."""
    columns = (TextColumn(doing), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal, refresh_per_second=4
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)
