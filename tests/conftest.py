"""Fixtures shared by the rooms of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from control_plane.stack.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Run one real stack (OpenBao, control plane, Envoy) for the session; tests must leave it whole."""
    with Stack() as running:
        yield running
