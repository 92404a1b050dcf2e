"""The warm gate: which boots of which edges have said that their directory is complete."""

import asyncio
from dataclasses import dataclass

WAITERS_MAX = 1_024
"""Polls that may wait at a time; one more is answered at once, as not complete."""


@dataclass(slots=True)
class _Report:
    boot: str
    complete: bool


class Gate:
    """Remembers each edge's last report and wakes who waits for it."""

    def __init__(self) -> None:
        self._reports: dict[str, _Report] = {}
        self._changed = asyncio.Event()
        self._waiters = 0
        self._closing = False

    def report(self, edge_id: str, boot: str, complete: bool) -> None:
        """Take note of a heartbeat. A boot that was complete once stays open: its age limits it then."""
        known = self._reports.get(edge_id)
        opened = known is not None and known.boot == boot and known.complete
        self._reports[edge_id] = _Report(boot, complete or opened)
        self._wake()

    def forget(self, edge_id: str) -> None:
        """Drop a deleted edge."""
        self._reports.pop(edge_id, None)

    def is_complete(self, edge_id: str, boot: str) -> bool:
        """Whether this boot has said complete."""
        report = self._reports.get(edge_id)
        return report is not None and report.boot == boot and report.complete

    async def wait(self, edge_id: str, boot: str, seconds: float) -> bool:
        """Wait until this boot has said complete; False after ``seconds`` or when closing."""
        if self._waiters >= WAITERS_MAX:
            return self.is_complete(edge_id, boot)
        self._waiters += 1
        try:
            async with asyncio.timeout(seconds):
                while not self.is_complete(edge_id, boot) and not self._closing:
                    await self._changed.wait()
        except TimeoutError:
            pass
        finally:
            self._waiters -= 1
        return self.is_complete(edge_id, boot)

    def close(self) -> None:
        """Let all who wait go."""
        self._closing = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
