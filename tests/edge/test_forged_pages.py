"""An edge that gets nothing but forged and replayed pages answers until its limit, then the fallback does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from control_plane.xds.extension import release
from control_plane.xds.modules import module
from matcher import DEFAULT_POLICY
from tests.edge.bare import EDGE_ID, BareEdge
from tests.edge.feeding import Feeding
from tests.edge.wire import ask, verification
from tests.unit.edge_filter.directory import BIC, SECRET
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADA, IBAN = "Ada Beispiel", "DE02120300000000202051"
HELD, BY_THE_STUB = {"partyNameMatch": "MTCH"}, {"partyNameMatch": "NMTC"}
ANSWER_UNTIL_MS = 10_001
"""The least that the filter takes."""
FORGERIES = ("an older page", "another edge", "another nonce", "a wrong MAC") * 20
REFUSED, TOO_OLD = "wasmcustom.vop_replicator_refused_pages", "wasmcustom.vop_hand_over_too_old"


class _Upstream(Feeding):
    """Feeds one account, to a filter that answers for ten seconds only."""

    def __init__(self, discovery: Callable[[], bytes | None]) -> None:
        super().__init__(discovery)
        self.plane.tenants[BIC].put(IBAN, ADA)
        self.release = release(
            module("filter").read_bytes(),
            edge_id=EDGE_ID,
            policy=DEFAULT_POLICY,
            warn_after_ms=1_000,
            answer_until_ms=ANSWER_UNTIL_MS,
        ).response()


@pytest.fixture
def edge() -> Iterator[BareEdge]:
    with BareEdge(upstream=_Upstream, secret=SECRET.hex()) as running:
        yield running


def test_forged_and_replayed_pages_are_refused_and_counted_until_the_fallback_answers(edge: BareEdge) -> None:
    upstream = edge.upstream
    assert isinstance(upstream, _Upstream)
    question = verification(IBAN, ADA)
    wait_for(lambda: ask(edge.address, question).body == HELD)
    upstream.seen.clear()
    with upstream.changed:
        upstream.plane.tenants[BIC].put(IBAN, ADA, "Adele Beispiel")
        upstream.faults = list(FORGERIES)
        upstream.changed.notify_all()
    answers = []

    def handed_over() -> bool:
        answers.append(ask(edge.address, question).body)
        return bool(upstream.seen)

    wait_for(handed_over)
    assert answers[-1] == BY_THE_STUB
    assert all(answer == HELD for answer in answers[:-1])
    refused = edge.counter(REFUSED)
    assert refused >= len(set(FORGERIES))
    assert edge.counter(TOO_OLD) == 1
    with upstream.changed:
        upstream.faults = []
    wait_for(lambda: ask(edge.address, question).body == HELD)
