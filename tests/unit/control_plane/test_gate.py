"""The warm gate lets a bounded number of polls wait."""

from __future__ import annotations

import asyncio

import pytest

from control_plane.edges.gate import Gate


@pytest.mark.parametrize(("waiting", "answered_at_once"), [(1, False), (2, True)])
def test_a_poll_beyond_the_waiters_is_answered_at_once(
    monkeypatch: pytest.MonkeyPatch, waiting: int, answered_at_once: bool
) -> None:
    monkeypatch.setattr("control_plane.edges.gate.WAITERS_MAX", 2)

    async def ask_one_more() -> bool:
        gate = Gate()
        async with asyncio.TaskGroup() as group:
            for _ in range(waiting):
                group.create_task(gate.wait("edge-1", "boot", 20))
            more = group.create_task(gate.wait("edge-1", "boot", 20))
            done, _ = await asyncio.wait({more}, timeout=0.2)
            gate.close()
        return bool(done)

    assert asyncio.run(ask_one_more()) is answered_at_once
