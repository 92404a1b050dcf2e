"""One child process of the stack, its output kept by the last lines."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from time import monotonic, sleep
from typing import TYPE_CHECKING

from control_plane.errors import StartError
from control_plane.tied import tied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LAST_LINES = 20
STOP_SECONDS_MAX = 15.0
LOOK_SECONDS = 0.02


class Child:
    """A running program. It ends with us, however we end."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        hear: Callable[[str, str], None],
        keep: Callable[[str], bool] = lambda _line: True,
    ) -> None:
        """Start it. `hear` gets its name and each line it prints that `keep` lets pass."""
        self.name = name
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self._hear, self._keep = hear, keep
        self._process = subprocess.Popen(
            tied(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._process.poll()

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        # The reader closes what it reads: what the child leaves behind may hold the pipe open for longer.
        with stream:
            for line in filter(self._keep, map(str.rstrip, stream)):
                self.last.append(line)
                self._hear(self.name, line)

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait until a condition holds.

        Raises:
            StartError: the child ended before, or the time ran out; its last lines are told.

        """
        deadline = monotonic() + seconds
        while not condition():
            if self.status is not None:
                raise StartError(self.obituary())
            if monotonic() > deadline:
                raise StartError(
                    "\n".join([f"{self.name}: {what} took more than {seconds:.0f} s", *self.last])
                )
            sleep(LOOK_SECONDS)

    def obituary(self) -> str:
        """Say that the child ended, with its last lines."""
        self._reader.join(timeout=1)
        return "\n".join([f"{self.name} ended with status {self.status}; its last lines:", *self.last])

    def stop(self) -> None:
        """End it: first asked, then killed."""
        if self.status is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=1)
