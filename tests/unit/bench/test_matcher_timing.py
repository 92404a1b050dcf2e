"""The matcher's timing shares the way to the module among decisions, and finds the slowest request."""

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

    def call_repeatedly(self, request: bytes, decisions: int) -> bytes:
        """Take the way there and back once, and the work for each decision."""
        self.now += WAY_NS + decisions * WORK_NS * request[3] + next(self._calls) % 2 * 1_000_000
        return b""


def _record(name: str) -> bytes:
    return encode(Account(AccountStatus.ACTIVE, (Holder(HolderKind.PERSON, (Name(name),)),)))


def test_the_slowest_is_found_with_a_share_of_the_way_and_without_what_the_machine_adds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocked = Clocked()
    monkeypatch.setattr(timing, "perf_counter_ns", lambda: clocked.now)
    requests = [(typed, _record("Ana")) for typed in ("\x01", "\x09", "\x05", *["\x02"] * timing.SLOWEST)]
    slowest = timing.worst(clocked, requests)  # type: ignore[arg-type]
    nanoseconds = 9 * WORK_NS + WAY_NS / timing.DECISIONS_HOSTILE
    assert slowest == timing.Figure(f"{chr(9)!r}… ({len(_record('Ana'))} bytes)", nanoseconds / 1000)
