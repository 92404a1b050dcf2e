"""Hold a stack in the foreground until a signal, or the fall of a part, ends it."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from time import sleep
from typing import TYPE_CHECKING

from control_plane.errors import StartError
from control_plane.stack.stack import Stack, StackSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOK_SECONDS = 0.2


@contextmanager
def foreground(settings: StackSettings, hear: Callable[[str, str], None]) -> Iterator[Stack]:
    """Run a stack. SIGTERM counts as Ctrl-C (KeyboardInterrupt); neither interrupts an end that has begun."""

    def ignore_signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as resources:
        stack = resources.enter_context(Stack(settings, hear))
        resources.callback(ignore_signals)
        yield stack


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
