"""Load by `h2load` at a steady rate, or as fast as it goes, with the time that each request took."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from control_plane.xds.settings import Address

CONNECTIONS = 8
PATH = "/vop/v1/payee-verifications"
GRACE_SECONDS = 10
"""What `h2load` may take beyond the time it was given."""


class PaceError(Exception):
    """The load could not be made, or some of it was not answered with status 200."""


@dataclass(frozen=True, slots=True)
class Latencies:
    """The time of each answered request in µs, sorted."""

    us: list[int]

    def percentile_ms(self, percent: float) -> float:
        """Return the time that this share of the requests kept to, in ms."""
        return self.us[min(len(self.us) - 1, int(len(self.us) * percent / 100))] / 1000


class Paced:
    """One run of `h2load`, in the background from its start on; on one core if `cpu` names it."""

    def __init__(
        self, address: Address, body: bytes, seconds: int, rate: int | None, cpu: int | None
    ) -> None:
        """Ask the same over and over, `rate` times a second over all connections.

        Raises:
            PaceError: `h2load` is not installed.

        """
        program = shutil.which("h2load")
        if program is None:
            raise PaceError("h2load is not installed; on Debian and Ubuntu: apt-get install nghttp2-client")
        self._files = tempfile.TemporaryDirectory(prefix="vop-bench-")
        directory = Path(self._files.name)
        (directory / "body").write_bytes(body)
        self._log = directory / "log"
        pin = ["taskset", "--cpu-list", str(cpu)] if cpu is not None and shutil.which("taskset") else []
        command = [*pin, program, "--h1", "--clients", str(CONNECTIONS), "--duration", str(seconds)]
        command += ["--data", str(directory / "body"), "--log-file", str(self._log)]
        command += ["--rps", str(rate // CONNECTIONS)] if rate else []
        for header in _HEADERS:
            command += ["--header", header]
        self._seconds = seconds
        self._process = subprocess.Popen(
            [*command, f"http://{address}{PATH}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it; what it has measured is not wanted."""
        self._process.terminate()
        self._process.communicate()
        self._files.cleanup()

    def finish(self) -> Latencies:
        """Wait for the end.

        Raises:
            PaceError: it failed, or a request was not answered with status 200.

        """
        try:
            output, _ = self._process.communicate(timeout=self._seconds + GRACE_SECONDS)
            rows = [line.split() for line in self._log.read_text(encoding="ascii").splitlines()]
        except (subprocess.TimeoutExpired, OSError) as error:
            self._process.kill()
            self._process.communicate()
            raise PaceError(f"h2load failed: {type(error).__name__}") from error
        finally:
            self._files.cleanup()
        failed = [status for _, status, _ in rows if status != "200"]
        if self._process.returncode or not rows or failed:
            raise PaceError(f"h2load: {len(failed)} of {len(rows)} requests failed: {output[-300:]}")
        return Latencies(sorted(int(us) for _, _, us in rows))


_HEADERS = (
    "x-request-id: 5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab",
    "x-request-timestamp: 2026-11-24T09:30:00.25Z",
    "content-type: application/json",
)
