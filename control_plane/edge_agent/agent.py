"""Run an edge from its start to its end: Envoy, and another one in its place when the replicator stops."""

from __future__ import annotations

import json
import os
import resource
import secrets
import signal
import socket
import subprocess
import threading
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

import msgspec

from control_plane.edge_agent.admin import Admin
from control_plane.errors import StartError
from control_plane.tied import tied
from control_plane.xds.bootstrap import bootstrap
from control_plane.xds.modules import envoy_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from control_plane.xds.settings import Address, EdgeSettings

LOOK_SECONDS = 0.5
SILENCE_SECONDS_MAX = 5.0
"""The replicator ticks at least every 100 ms; after this long without one it counts as stopped."""
STOP_SECONDS_MAX = 5.0
LAST_LINES = 20

DRAIN_SECONDS = 5
PARENT_SECONDS_MAX = 10
"""How long an Envoy that was replaced has for the requests that it still holds."""
RESTART_PAUSE_SECONDS = 10.0
"""A replacement that fails before it answers is tried again after this."""
BASE_IDS = 2**24

FLUSH_MS = 100
"""How often Envoy writes its access log: what a killed Envoy can lose."""


class Outcome(msgspec.Struct, frozen=True):
    """How the edge ended."""

    status: int
    reason: str


class _Log:
    """Envoy's own log: handed on line by line, the last ones kept."""

    def __init__(self, stream: IO[str], say: Callable[[str], None]) -> None:
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self._thread = threading.Thread(target=self._read, args=(stream, say), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str], say: Callable[[str], None]) -> None:
        for line in map(str.rstrip, stream):
            # While the control plane is down, Envoy says the same for every poll.
            if not self.last or self.last[-1] != line:
                self.last.append(line)
                say(f"envoy: {line}")

    def finish(self) -> list[str]:
        self._thread.join(timeout=STOP_SECONDS_MAX)
        return list(self.last)


class _Heartbeat:
    """Says once when the replicator stops, and once when it goes on. `silent` while it has stopped."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._count: int | None = None
        self._since = monotonic()
        self._mute_at = 0.0
        self.silent = False

    @property
    def has_died(self) -> bool:
        """Whether the replicator is silent although Envoy itself has answered all the while."""
        return self.silent and monotonic() - self._mute_at > SILENCE_SECONDS_MAX

    def look(self, count: int | None) -> None:
        now = monotonic()
        if count is None:
            self._mute_at = now
        if count is not None and count != self._count:
            if self.silent:
                self._say("the replicator goes on")
            self._count, self._since, self.silent = count, now, False
        elif not self.silent and now - self._since > SILENCE_SECONDS_MAX:
            self.silent = True
            self._say(f"THE REPLICATOR STOPPED: no heartbeat for {SILENCE_SECONDS_MAX:.0f} s")


def new_boot() -> str:
    """Mint the id of one start of Envoy."""
    return secrets.token_hex(16)


def require_free(address: Address) -> None:
    """Raise StartError if something listens there already, or the address is not ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise StartError(f"can't listen on {address}: {os.strerror(error.errno or 0)}") from None


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """Turn SIGTERM and SIGINT into an event, for as long as the block lasts."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Envoys:
    """The Envoy that answers and, for a while, the one that it replaced (Envoy's hot restart).

    A replacement has a boot of its own and takes over once its directory is complete and its filter in place;
    until then the one before answers, and afterwards it ends by itself.
    """

    def __init__(
        self,
        settings: EdgeSettings,
        concurrency: int,
        environment: dict[str, str],
        say: Callable[[str], None],
    ) -> None:
        self._settings, self._concurrency, self._environment = settings, concurrency, environment
        self._say = say
        self._base_id = 1 + secrets.randbelow(BASE_IDS)
        self._epoch = 0
        self._running: list[tuple[subprocess.Popen[str], _Log]] = []
        self._restart_after = 0.0
        self._start(settings.boot)

    def _start(self, boot: str) -> None:
        """Start an Envoy, tied to this process. What it writes is nobody else's to read."""
        settings = msgspec.structs.replace(self._settings, boot=boot)
        path = settings.runtime / "bootstrap.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(bootstrap(settings), indent=1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the keys
        command = [str(envoy_program()), "--config-path", str(path), "--concurrency", str(self._concurrency)]
        command += ["--base-id", str(self._base_id), "--restart-epoch", str(self._epoch)]
        command += ["--drain-time-s", str(DRAIN_SECONDS), "--parent-shutdown-time-s", str(PARENT_SECONDS_MAX)]
        command += ["--reject-unknown-dynamic-fields", "--log-level", "warn", "--log-format", "%l %n: %v"]
        command += ["--file-flush-interval-msec", str(FLUSH_MS)]
        process = subprocess.Popen(
            tied(command),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            process_group=0,
            umask=0o077,
        )
        log = _Log(process.stderr, self._say)  # type: ignore[arg-type]  # PIPE above
        self._running.append((process, log))
        self._say(f"boot {boot}: Envoy runs as {process.pid}")

    def replace(self) -> None:
        """Start another Envoy behind the one that answers, unless one is under way or has just failed."""
        if len(self._running) > 1 or monotonic() < self._restart_after:
            return
        self._say("another Envoy takes its place once its directory is complete")
        self._epoch += 1
        self._start(new_boot())

    def fallen(self) -> str | None:
        """Notice what ended; return why when none is left, with the last lines of the last one."""
        process, log = self._running[-1]
        status = process.poll()
        if status is None:
            while self._running[0][0].poll() is not None:
                self._running.pop(0)
            return None
        reason = f"ENVOY STOPPED with status {status}"
        self._say("\n".join([f"{reason}; its last lines:", *log.finish()]))
        self._running.pop()
        if not self._running or self._running[-1][0].poll() is not None:
            return reason
        self._epoch -= 1
        self._restart_after = monotonic() + RESTART_PAUSE_SECONDS
        return None

    def stop(self) -> None:
        """End all."""
        for process, _ in self._running:
            process.terminate()
        for process, log in self._running:
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.finish()
        # Envoy leaves it behind.
        Path(f"/dev/shm/envoy_shared_memory_{10 * self._base_id}").unlink(missing_ok=True)  # noqa: S108


def run(
    settings: EdgeSettings, concurrency: int, environment: dict[str, str], say: Callable[[str], None]
) -> Outcome:
    """Start Envoy, watch it and its replicator, and return when it ended or a signal asked for the end.

    A replicator that stops while Envoy goes on is not revived by Envoy: another Envoy replaces this one.

    Raises:
        StartError: Envoy or the replicator is missing, or the address is taken.

    """
    require_free(settings.listen)
    admin, heartbeat, ready = Admin(settings.admin_socket), _Heartbeat(say), False
    with _signals() as stop:
        envoys = _Envoys(settings, concurrency, environment, say)
        say(f"{settings.listen} opens once the directory is complete")
        try:
            while not stop.wait(LOOK_SECONDS):
                if reason := envoys.fallen():
                    return Outcome(1, reason)
                heartbeat.look(admin.heartbeat())
                if heartbeat.has_died:
                    envoys.replace()
                if not ready and admin.ready():
                    ready = True
                    say(f"ready: answering on {settings.listen}")
        finally:
            envoys.stop()
    say("stopped")
    return Outcome(0, "stopped")
