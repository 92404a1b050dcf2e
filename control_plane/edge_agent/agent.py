"""Run one Envoy from its start to its end."""

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
    """Says once when the replicator stops, and once when it goes on."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._count: int | None = None
        self._since = monotonic()
        self._stopped = False

    def look(self, count: int | None) -> None:
        now = monotonic()
        if count is not None and count != self._count:
            if self._stopped:
                self._say("the replicator goes on")
            self._count, self._since, self._stopped = count, now, False
        elif not self._stopped and now - self._since > SILENCE_SECONDS_MAX:
            self._stopped = True
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


def _start(settings: EdgeSettings, concurrency: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start Envoy, tied to this process. What it writes is nobody else's to read."""
    path = settings.runtime / "bootstrap.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(bootstrap(settings), indent=1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the keys
    command = [str(envoy_program()), "--config-path", str(path), "--concurrency", str(concurrency)]
    command += ["--reject-unknown-dynamic-fields", "--disable-hot-restart", "--log-level", "warn"]
    command += ["--log-format", "%l %n: %v", "--file-flush-interval-msec", str(FLUSH_MS)]
    return subprocess.Popen(
        tied(command),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        process_group=0,
        umask=0o077,
    )


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(
    settings: EdgeSettings, concurrency: int, environment: dict[str, str], say: Callable[[str], None]
) -> Outcome:
    """Start Envoy, watch it and its replicator, and return when it ended or a signal asked for the end.

    Raises:
        StartError: Envoy or the replicator is missing, or the address is taken.

    """
    require_free(settings.listen)
    admin, heartbeat, ready = Admin(settings.admin_socket), _Heartbeat(say), False
    with _signals() as stop:
        process = _start(settings, concurrency, environment)
        log = _Log(process.stderr, say)  # type: ignore[arg-type]  # PIPE above
        say(f"boot {settings.boot}: Envoy runs as {process.pid}")
        say(f"{settings.listen} opens once the directory is complete")
        try:
            while not stop.wait(LOOK_SECONDS):
                if process.poll() is not None:
                    reason = f"ENVOY STOPPED with status {process.returncode}"
                    say("\n".join([f"{reason}; its last lines:", *log.finish()]))
                    return Outcome(1, reason)
                heartbeat.look(admin.heartbeat())
                if not ready and admin.ready():
                    ready = True
                    say(f"ready: answering on {settings.listen}")
        finally:
            _stop(process)
            log.finish()
    say("stopped")
    return Outcome(0, "stopped")
