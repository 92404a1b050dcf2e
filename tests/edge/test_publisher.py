"""The control plane publishes only what Envoy accepts, and never sends a refused version again and again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from control_plane.edges.gate import Gate
from control_plane.errors import StartError
from control_plane.xds import publisher as publishing
from control_plane.xds import validate as validating
from control_plane.xds.extension import Release, release
from control_plane.xds.modules import module
from control_plane.xds.publisher import Publisher
from matcher import DEFAULT_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOOT, NEXT_BOOT = "0a" * 16, "0b" * 16


def _release(edge_id: str, code: bytes | None = None, answer_until_ms: int = 900_000) -> Release:
    return release(
        code or module("filter").read_bytes(),
        edge_id=edge_id,
        policy=DEFAULT_POLICY,
        warn_after_ms=30_000,
        answer_until_ms=answer_until_ms,
    )


def _open(build: Callable[[str], Release]) -> Publisher:
    gate = Gate()
    gate.report("edge-1", BOOT, complete=True)
    return Publisher(gate, build)


@pytest.fixture(autouse=True)
def _short_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "HOLD_SECONDS", 0.05)


def test_the_version_is_a_hash_of_all_that_is_served() -> None:
    versions = {
        _release("edge-1").version,
        _release("edge-2").version,
        _release("edge-1", b"code").version,
        _release("edge-1", answer_until_ms=900_001).version,
    }
    assert len(versions) == 4
    assert _release("edge-1") == _release("edge-1")


def test_an_open_boot_gets_its_release_at_once_and_then_no_news() -> None:
    async def poll() -> None:
        publisher = _open(_release)
        got = await publisher.poll("edge-1", BOOT, "")
        assert got is not None
        assert got.version == _release("edge-1").version
        assert await publisher.poll("edge-1", BOOT, got.version) is None

    asyncio.run(poll())


def test_a_boot_that_is_not_complete_gets_nothing() -> None:
    async def poll() -> None:
        assert await _open(_release).poll("edge-1", NEXT_BOOT, "") is None

    asyncio.run(poll())


def test_what_was_sent_and_not_acknowledged_is_sent_again_only_after_the_hold() -> None:
    async def poll() -> None:
        publisher = _open(_release)
        await publisher.poll("edge-1", BOOT, "")
        begin = asyncio.get_running_loop().time()
        assert await publisher.poll("edge-1", BOOT, "") is not None
        assert asyncio.get_running_loop().time() - begin >= 0.05

    asyncio.run(poll())


@pytest.mark.parametrize("code", [b"no module", b"\0asm\1\0\0\0"])
def test_a_release_that_envoy_refuses_is_never_published(code: bytes) -> None:
    async def poll() -> None:
        publisher = _open(lambda edge_id: _release(edge_id, code))
        assert await publisher.poll("edge-1", BOOT, "") is None
        assert await publisher.poll("edge-1", BOOT, "") is None

    asyncio.run(poll())


def test_a_release_whose_configuration_the_filter_refuses_is_never_published() -> None:
    async def poll() -> None:
        publisher = _open(lambda edge_id: _release(edge_id, answer_until_ms=1))
        assert await publisher.poll("edge-1", BOOT, "") is None

    asyncio.run(poll())


def test_envoy_is_asked_once_per_version(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(publishing, "validate", asked.append)

    async def poll() -> None:
        publisher = _open(_release)
        await asyncio.gather(*(publisher.poll("edge-1", BOOT, "") for _ in range(5)))

    asyncio.run(poll())
    assert len(asked) == 1


@pytest.mark.parametrize("fault", [StartError("Envoy is missing"), OSError("no process to be had")])
def test_envoy_is_asked_again_if_it_could_not_answer(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    faults = [fault]

    def validate(_bootstrap: dict[str, Any]) -> None:
        if faults:
            raise faults.pop()

    monkeypatch.setattr(publishing, "validate", validate)

    async def poll() -> None:
        publisher = _open(_release)
        assert await publisher.poll("edge-1", BOOT, "") is None
        assert await publisher.poll("edge-1", BOOT, "") is not None

    asyncio.run(poll())


@pytest.mark.parametrize("script", ["exec tail -f /dev/null", "kill -9 $$"])
def test_an_envoy_that_hangs_or_is_killed_has_refused_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    program = tmp_path / "envoy"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(validating, "envoy_program", lambda: program)
    monkeypatch.setattr(validating, "VALIDATE_SECONDS_MAX", 0.2)
    with pytest.raises(StartError, match="Envoy"):
        validating.validate({})


def test_closing_lets_all_polls_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "HOLD_SECONDS", 60.0)

    async def poll() -> None:
        publisher = _open(_release)
        held = asyncio.create_task(publisher.poll("edge-1", BOOT, _release("edge-1").version))
        publisher.close()
        assert await asyncio.wait_for(held, 5) is None

    asyncio.run(poll())
