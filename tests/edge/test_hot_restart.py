"""A replicator that stops costs no answer: another Envoy takes over once its directory is complete."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from edge_filter.build import build_variant
from tests.edge.bare import BareEdge
from tests.edge.feeding import Feeding
from tests.edge.wire import ask, verification
from tests.processes import descendants
from tests.unit.edge_filter.directory import BIC, SECRET
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

IBAN = "DE02120300000000202051"
QUESTION = verification(IBAN, "Ada Beispiel", BIC)
ACCOUNTS = 500
MATCH = (200, b'{"partyNameMatch":"MTCH"}')


@pytest.fixture
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareEdge]:
    trapping = build_variant("trapping_replicator", tmp_path_factory.mktemp("replicator"))
    program = ("-m", "tests.edge.with_replicator", str(trapping))
    with BareEdge(upstream=Feeding, secret=SECRET.hex(), program=program) as running:
        yield running


def _keep_asking(edge: BareEdge, ending: threading.Event) -> list[tuple[int, bytes]]:
    answers = []
    while not ending.is_set():
        reply = ask(edge.address, QUESTION)
        answers.append((reply.status, reply.content))
    return answers


def test_a_hot_restart_under_load_loses_nothing_and_its_directory_is_whole_and_fresh(edge: BareEdge) -> None:
    upstream = edge.upstream
    assert isinstance(upstream, Feeding)
    with upstream.changed:
        tenant = upstream.plane.tenants[BIC]
        for number in range(ACCOUNTS):
            tenant.put(f"DE{number:020d}", f"Person {number}")
        tenant.put(IBAN, "Ada Beispiel")
        upstream.changed.notify_all()
    wait_for(lambda: ask(edge.address, QUESTION).content == MATCH[1])
    boot = upstream.heartbeats[-1]["boot"]
    ending = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        loads = [pool.submit(_keep_asking, edge, ending) for _ in range(2)]
        try:
            with upstream.changed:
                upstream.heartbeat_status = 418
            wait_for(lambda: any("THE REPLICATOR STOPPED" in line for line in edge.heard))
            wait_for(lambda: upstream.heartbeats[-1]["boot"] != boot and upstream.heartbeats[-1]["complete"])
            with upstream.changed:
                tenant.put("DE99000000000000000001", "Otto Neu")
                upstream.changed.notify_all()
            new = verification("DE99000000000000000001", "Otto Neu", BIC)
            wait_for(lambda: ask(edge.address, new).content == MATCH[1])
            wait_for(lambda: len(_envoys(edge)) == 1, seconds=40)
        finally:
            ending.set()
        answers = [answer for load in loads for answer in load.result(timeout=30)]
    assert len(answers) > ACCOUNTS
    assert set(answers) == {MATCH}
    assert upstream.seen == []
    assert edge.child.status is None


def _envoys(edge: BareEdge) -> list[int]:
    return [pid for pid, command in descendants(edge.child.pid).items() if "--config-path" in command]
