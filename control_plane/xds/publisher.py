"""Which version of the filter each edge gets, and when."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from control_plane.errors import StartError
from control_plane.xds.validate import RefusedError, probe, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from control_plane.edges.gate import Gate
    from control_plane.xds.extension import Release

HOLD_SECONDS = 20.0
"""How long a poll waits for news; Envoy itself gives up after `listener.POLL_TIMEOUT`."""

_log = logging.getLogger(__name__)


class Publisher:
    """Answers the polls of all edges.

    Envoy never says over REST that it refused a version: its next poll just comes at once with the old one.
    So what was sent to a boot is remembered, and a poll that does not acknowledge it waits the whole hold
    before the same is sent again.
    """

    def __init__(self, gate: Gate, build: Callable[[str], Release]) -> None:
        """`build` makes the release for an edge."""
        self._gate = gate
        self._build = cache(build)
        self._accepted: dict[str, bool] = {}
        self._validating = asyncio.Lock()
        self._sent: dict[str, tuple[str, str]] = {}
        self._closing = asyncio.Event()

    async def poll(self, edge_id: str, boot: str, version: str) -> Release | None:
        """Answer one poll: the release that this boot should run, or None without news within the hold."""
        release = self._build(edge_id)
        if release.version == version or not await self._acceptable(release):
            await self._hold()
            return None
        if self._sent.get(edge_id) == (boot, release.version):
            await self._hold()
        if not await self._gate.wait(edge_id, boot, HOLD_SECONDS):
            return None
        self._sent[edge_id] = (boot, release.version)
        return release

    def close(self) -> None:
        """Let all who wait go."""
        self._closing.set()

    async def _hold(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), HOLD_SECONDS)

    async def _acceptable(self, release: Release) -> bool:
        """Whether Envoy itself accepts the release, asked in a thread of its own.

        It is asked once per version, and again if it could not answer.
        """
        async with self._validating:
            if release.version not in self._accepted:
                try:
                    await asyncio.to_thread(validate, probe(release.filter))
                except RefusedError as refusal:
                    _log.error("the filter is not published: %s", refusal)
                    self._accepted[release.version] = False
                except (StartError, OSError) as fault:
                    _log.error("the filter is not published yet: %s", fault)
                    return False
                else:
                    self._accepted[release.version] = True
        return self._accepted[release.version]
