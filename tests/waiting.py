"""Wait for a condition, never for a time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
WAIT_SECONDS_MAX = 20.0
LOOK_SECONDS = 0.01

_never = threading.Event()


def wait_for(condition: Callable[[], _T | None], seconds: float = WAIT_SECONDS_MAX) -> _T:
    """Return the condition's first value that is neither None nor False; fail when the time runs out."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value is not None and value is not False:
            return value
        assert time.monotonic() < deadline, f"{condition} did not come true within {seconds} s"
        _never.wait(LOOK_SECONDS)
