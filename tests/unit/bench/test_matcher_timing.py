"""The matcher's timing leaves the way to the module out, and finds the slowest of many requests."""

from itertools import count

import pytest

from bench import matcher as timing
from matcher import Account, AccountStatus, Holder, HolderKind, Name
from matcher.record import encode

WAY_NS, WORK_NS = 20_000, 7_000


class Clocked:
    """Stands in for the module: each call takes its time by a clock of its own, more every second time."""

    def __init__(self) -> None:
        self.now, self._calls = 0, count()

    def call(self, request: bytes) -> bytes:
        """Take the way there and back, and the work only where the request can be read."""
        readable = int.from_bytes(request[1:3], "little") < len(request)
        self.now += WAY_NS + readable * WORK_NS * request[3] + next(self._calls) % 2 * 1_000_000
        return b""


def _record(name: str) -> bytes:
    return encode(Account(AccountStatus.ACTIVE, (Holder(HolderKind.PERSON, (Name(name),)),)))


def test_the_slowest_is_found_without_the_way_and_what_the_machine_adds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocked = Clocked()
    monkeypatch.setattr(timing, "perf_counter_ns", lambda: clocked.now)
    requests = [(typed, _record("Ana")) for typed in ("\x01", "\x09", "\x05", *["\x02"] * timing.SLOWEST)]
    slowest = timing.worst(clocked, requests)  # type: ignore[arg-type]
    assert slowest == timing.Figure(f"{chr(9)!r}… ({len(_record('Ana'))} bytes)", 9 * WORK_NS / 1000)
