"""How old the directory is: counted on the monotonic clock alone, from the poll that last proved the head."""

import struct
from dataclasses import replace

import pytest

from tests.unit.edge_filter.directory import BIC, FIRST_KEY, Page, derive
from tests.unit.edge_filter.edge import FEED_TYPE, Edge
from tests.unit.edge_filter.host import Call

ADA, IBAN = "Ada Beispiel", "DE02120300000000202051"
WARN_AFTER_MS, ANSWER_UNTIL_MS = 30_000, 900_000
YEAR_NS = 365 * 24 * 3_600 * 1_000_000_000
WARNING = (3, "vop: the directory is older than warn_after_ms")


def _loaded() -> Edge:
    edge = Edge()
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    return edge.load()


def _proven_ns(edge: Edge) -> int:
    return int(struct.unpack_from("<Q", edge.state, 48 + 24)[0])


def _is_answered(edge: Edge) -> bool:
    stream, _ = edge.ask(ADA)
    assert (stream.reply is None) == (stream.header("x-vop-route") == "fallback")
    return stream.reply is not None


def _poll(edge: Edge) -> Call:
    return next(call for call in edge.replicator.calls if "/feed/" in call.headers[":path"])


@pytest.mark.parametrize("jump_ns", [YEAR_NS, -YEAR_NS, 1, -1])
@pytest.mark.parametrize(("over_ns", "answered"), [(0, True), (1_000_000, False)])
def test_a_jump_of_the_wall_clock_makes_the_directory_neither_older_nor_younger(
    jump_ns: int, over_ns: int, answered: bool
) -> None:
    edge = _loaded()
    edge.process.wall_ns += jump_ns
    edge.process.monotonic_ns = _proven_ns(edge) + ANSWER_UNTIL_MS * 1_000_000 + over_ns
    assert _is_answered(edge) == answered
    edge.process.wall_ns -= 2 * jump_ns
    assert _is_answered(edge) == answered


def test_the_replicator_never_looks_at_the_wall_clock() -> None:
    edge = Edge()
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    ages = []
    for jump_ns in (YEAR_NS, -2 * YEAR_NS, 0):
        edge.process.wall_ns += jump_ns
        edge.load()
        edge.process.wall_ns -= jump_ns // 2
        edge.run(3)
        ages.append(edge.replicator.metrics["vop_replicator_head_age_ms"])
    assert edge.complete
    assert max(ages) < 1_000


@pytest.mark.parametrize(("over_ms", "warned"), [(0, []), (1, [WARNING])])
def test_the_warning_comes_beyond_its_limit_and_answers_go_on(over_ms: int, warned: list[object]) -> None:
    edge = _loaded()
    edge.process.monotonic_ns = _proven_ns(edge) + (WARN_AFTER_MS + over_ms) * 1_000_000
    edge.filter.tick()
    assert edge.filter.logs == warned
    assert _is_answered(edge)


def test_only_a_page_that_reaches_the_head_makes_the_directory_younger() -> None:
    edge = _loaded()
    edge.run(3)
    before = _proven_ns(edge)
    call = _poll(edge)
    edge.replicator.calls.remove(call)
    edge.process.pass_ms(4_000)
    nonce = bytes.fromhex(call.headers["x-vop-nonce"])
    page = Page(
        kind=2, flags=0, generation=edge.control_plane.generation, bic=BIC, nonce=nonce, start=1, to=1,
        head=2, after_key=FIRST_KEY, last_key=FIRST_KEY, records=[],
    )  # fmt: skip
    headers = [(":status", "200"), ("content-type", FEED_TYPE)]
    edge.replicator.answer(call, headers, page.encode(derive(b"vop/page/v1")))
    assert _proven_ns(edge) == before
    again = _poll(edge)
    edge.replicator.calls.remove(again)
    sent_ns = edge.process.monotonic_ns
    edge.process.pass_ms(4_000)
    nonce = bytes.fromhex(again.headers["x-vop-nonce"])
    edge.replicator.answer(again, headers, replace(page, nonce=nonce, head=1).encode(derive(b"vop/page/v1")))
    assert before < _proven_ns(edge) <= sent_ns


def test_a_feed_that_only_refuses_lets_the_directory_grow_too_old_and_one_good_page_makes_it_young() -> None:
    edge = _loaded()
    edge.run(3)
    answered = []
    step_ms = 5_000
    for _ in range(2 * ANSWER_UNTIL_MS // step_ms):
        edge.process.pass_ms(step_ms - 50)
        edge.tick()  # which lets 50 ms pass
        for call in list(edge.replicator.calls):
            edge.replicator.calls.remove(call)
            edge.replicator.answer(call, [(":status", "503")], b"")
        edge.filter.tick()
        answered.append(_is_answered(edge))
    assert answered == sorted(answered, reverse=True)
    assert answered.count(True) == pytest.approx(ANSWER_UNTIL_MS // step_ms, abs=1)
    assert edge.complete, "complete, only too old"
    edge.process.pass_ms(5_000)
    edge.run(3)
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    edge.run(3)
    assert _is_answered(edge)
