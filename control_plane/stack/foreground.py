"""Hold a stack in the foreground until a signal, or the fall of a part, ends it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from time import sleep
from typing import TYPE_CHECKING

from control_plane.errors import StartError
from control_plane.stack.stack import Stack, StackSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

LOOK_SECONDS = 0.2


@contextmanager
def foreground(settings: StackSettings, hear: Callable[[str, str], None]) -> Iterator[Stack]:
    """Run a stack. SIGTERM counts as Ctrl-C (KeyboardInterrupt); neither interrupts an end that has begun."""

    def on_signals(action: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, action)

    def end(_number: int, _frame: FrameType | None) -> None:
        on_signals(signal.SIG_IGN)
        raise KeyboardInterrupt

    on_signals(end)
    stack = Stack(settings, hear)
    try:
        stack.start()
        yield stack
    finally:
        on_signals(signal.SIG_IGN)
        stack.stop()


def hold(stack: Stack, tell: Callable[[str], None]) -> None:
    """Watch the stack for ever, and tell when edge and fallback become ready or cease to be.

    Raises:
        StartError: a part ended by itself.
        KeyboardInterrupt: a signal asked for the end.

    """
    told: tuple[bool, bool] | None = None
    with stack.admin_api() as api:
        while True:
            if fallen := stack.fallen():
                raise StartError(fallen.obituary())
            state = (stack.envoy.ready(), api.ready())
            if state != told:
                told = state
                words = ["ready" if is_ready else "NOT READY" for is_ready in state]
                tell(f"edge: {words[0]} · fallback: {words[1]}")
            sleep(LOOK_SECONDS)
