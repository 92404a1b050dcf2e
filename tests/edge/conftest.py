"""Fixtures of the tests that run a real Envoy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.bare import BareEdge

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def edge() -> Iterator[BareEdge]:
    """Run one edge in front of a counting stub, for the module."""
    with BareEdge() as running:
        yield running
