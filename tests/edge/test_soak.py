"""`make soak` for some seconds: everything that it does is done, and nothing is found."""

from __future__ import annotations

from bench.soak import soak

SECONDS, EVENT_SECONDS = 3.0, 0.5


def test_a_short_soak_with_a_rotation_a_restart_and_a_filter_swap_finds_nothing() -> None:
    report = soak(SECONDS, EVENT_SECONDS)
    assert report.faults() == []
    assert report.answers > 0
    assert {"changes", "rotations begun", "filter swaps", "restarts of the control plane"} == set(
        report.events
    )
