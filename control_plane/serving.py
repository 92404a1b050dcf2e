"""Serve the application with Granian, in this process, until a signal ends it."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from litestar import Litestar
from litestar.types import Receive, Scope, Send

from control_plane.app import create_app, running
from control_plane.errors import StartError
from control_plane.settings import Settings

STOP_SECONDS_MAX = 5
"""Requests that are still at work this long after the signal are abandoned."""


class _InFlight:
    """The application, and whether it is at work: the server cancels what still is when it stops."""

    def __init__(self, app: Litestar) -> None:
        self._app = app
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._count += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1
            if self._count == 0:
                self._idle.set()

    async def finish(self) -> None:
        """Wait until nothing is at work, at most ``STOP_SECONDS_MAX``."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), STOP_SECONDS_MAX)


async def serve_until_signal(settings: Settings, tell: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        StartError: the address is taken, or a part that is needed can't be reached.

    """
    _require_free(settings.listen_host, settings.listen_port)
    app = create_app(settings)
    async with running(app):
        in_flight = _InFlight(app)
        server = Server(
            in_flight,
            address=settings.listen_host,
            port=settings.listen_port,
            # The lifespan is ours, so that a failed start is one clear line instead of the server's trace.
            interface=Interfaces.ASGINL,
            websockets=False,
            log_level=LogLevels.error,
        )
        server.workers_kill_timeout = STOP_SECONDS_MAX
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        serving = asyncio.create_task(server.serve())
        tell(f"the control plane listens on http://{settings.listen_host}:{settings.listen_port}")
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        app.state.release_waiting()
        await in_flight.finish()
        server.stop()  # type: ignore[no-untyped-call]
        await serving


def _require_free(host: str, port: int) -> None:
    """Find out early, and in one line, that the address is taken: the server itself would share it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            reason = "is taken" if taken else "can't be used"
            raise StartError(f"{host}:{port} {reason}") from error
