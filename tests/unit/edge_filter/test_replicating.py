"""The replicator as shipped: what it accepts, what it does with it, and what it never does."""

import json
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.unit.edge_filter.directory import (
    BIC,
    BOOT,
    FIRST_KEY,
    LAST_KEY,
    SECRET,
    Account,
    ControlPlane,
    Page,
    Tenant,
    derive,
    plain_record,
)
from tests.unit.edge_filter.edge import (
    DIRECTORY_BYTES,
    FEED_TYPE,
    KEYS_TYPE,
    Edge,
    module,
    replicator_configuration,
    request_body,
    request_headers,
)
from tests.unit.edge_filter.host import Call, Headers, Process, Vm

ADA, IBAN = "Ada Beispiel", "DE02120300000000202051"
SECONDS = 1_000_000_000
FEED_HEADERS: Headers = [(":status", "200"), ("content-type", FEED_TYPE)]


def held(edge: Edge, bic: str = BIC) -> dict[str, int]:
    """Return what the buckets hold: IBAN to revision, by the control plane's own keys."""
    known = {
        edge.control_plane.lookup_key(bic, iban): iban for iban in edge.control_plane.tenants[bic].accounts
    }
    found, data = {}, edge.bucket_bytes()
    while data:
        key, revision, length = data[:16], *struct.unpack_from("<Q6xH", data, 16)
        if key in known:
            found[known[key]] = revision
        data = data[32 + length :]
    return found


def buckets(edge: Edge) -> list[bytes]:
    """Return the buckets' values."""
    return [value for key, (value, _) in edge.process.data.items() if key.startswith(b"vop/1/b/")]


def expected(edge: Edge, bic: str = BIC) -> dict[str, int]:
    """Return what the buckets must hold."""
    accounts = edge.control_plane.tenants[bic].accounts.values()
    return {account.iban: account.revision for account in accounts if account.plain is not None}


def iban(number: int) -> str:
    """Return an invented IBAN."""
    return f"DE{number:020d}"


def filled(count: int, page_records: int = 1_000) -> Edge:
    """Return an edge, not loaded yet, whose tenant has `count` accounts."""
    control_plane = ControlPlane(page_records=page_records)
    for number in range(count):
        control_plane.tenants[BIC].put(iban(number), f"Person Nr. {number}")
    return Edge(control_plane)


def poll(edge: Edge) -> Call:
    """Return the call that polls the feed."""
    for _ in range(100):
        for call in edge.replicator.calls:
            if "/feed/" in call.headers[":path"]:
                edge.replicator.calls.remove(call)
                return call
        edge.tick()
        others = [call for call in edge.replicator.calls if "/feed/" not in call.headers[":path"]]
        for call in others:
            edge.replicator.calls.remove(call)
            edge.replicator.answer(call, *edge.answer_to(call))
    raise AssertionError("the feed is not polled")


def nonce_of(call: Call) -> bytes:
    """Return a call's nonce."""
    return bytes.fromhex(call.headers["x-vop-nonce"])


# Loading


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 250])
def test_a_directory_of_any_size_is_loaded_page_by_page(count: int) -> None:
    edge = filled(count, page_records=8).load()
    assert held(edge) == expected(edge)
    assert edge.replicator.metrics["vop_replicator_records"] == count
    assert edge.replicator.metrics["vop_replicator_bytes"] == len(edge.bucket_bytes())


def test_many_buckets_are_created_over_ticks_before_anything_is_fetched() -> None:
    edge = Edge(buckets_log2=12)
    for _ in range(3):
        edge.tick()
        assert [call for call in edge.replicator.calls if "heartbeat" not in call.headers[":path"]] == []
    edge.tick()
    assert sum(key.startswith(b"vop/1/b/") for key in edge.process.data) == 4_096
    assert [call.headers[":path"] for call in edge.replicator.calls][-1] == "/edge/v1/keys"
    edge.load()


def test_one_tick_rewrites_a_bounded_number_of_buckets() -> None:
    control_plane = ControlPlane()
    control_plane.tenants[BIC].put(IBAN, ADA)
    edge = Edge(control_plane, buckets_log2=13)
    for _ in range(200):
        before = edge.replicator.counted.get("proxy_set_shared_data", 0)
        edge.tick()
        assert edge.replicator.counted["proxy_set_shared_data"] - before <= 1_024 + 4
        edge.exchange()
    assert edge.complete


def test_the_snapshot_comes_first_then_changes_and_waiting_only_at_the_head() -> None:
    edge = filled(3).load()
    edge.run()
    feed = [Edge.target(Call(0, "", {":path": path}, b"", 0)) for path in edge.paths if "/feed/" in path]
    assert [query["mode"] for _, query in feed] == ["snapshot", "changes"]
    assert feed[1][1]["wait_ms"] == "0"
    idle = next(call for call in edge.replicator.calls if "/feed/" in call.headers[":path"])
    assert Edge.target(idle)[1] == {
        "generation": edge.control_plane.generation.hex(),
        "mode": "changes",
        "after": "3",
        "wait_ms": "5000",
    }
    assert idle.timeout_ms == 10_000
    assert idle.cluster == "control_plane"


def test_changes_during_the_snapshot_are_not_lost() -> None:
    edge = filled(40, page_records=8)
    tenant = edge.control_plane.tenants[BIC]
    source = random.Random(5)
    for step in range(60):
        edge.tick()
        edge.exchange()
        number = source.randrange(45)
        if step % 3:
            tenant.put(iban(number), f"Person Nr. {number} anew")
        elif iban(number) in tenant.accounts:
            tenant.delete(iban(number))
    edge.load().run()
    assert held(edge) == expected(edge)


def test_several_tenants_are_each_followed_and_all_must_be_complete() -> None:
    other = Tenant("OTHRDEFFXXX", {1: b"o" * 32})
    control_plane = ControlPlane(tenants={BIC: Tenant(), other.bic: other})
    control_plane.tenants[BIC].put(IBAN, ADA)
    other.put(IBAN, ADA)
    edge = Edge(control_plane)
    for _ in range(20):
        edge.tick()
        waiting, edge.replicator.calls = edge.replicator.calls, []
        for call in waiting:
            if "OTHR" in call.headers[":path"]:
                edge.replicator.calls.append(call)
            else:
                edge.replicator.answer(call, *edge.answer_to(call))
    assert not edge.complete
    edge.load()
    assert held(edge) == {IBAN: 1}
    assert held(edge, other.bic) == {IBAN: 1}
    other.delete(IBAN)
    edge.run()
    assert held(edge) == {IBAN: 1}
    assert held(edge, other.bic) == {}


# What is refused

Spoil = Callable[[Edge, Call, Page], tuple[Headers, bytes]]


def good_page(edge: Edge, call: Call) -> Page:
    """Return a page that would be believed: one record, the last of the snapshot."""
    tenant = Tenant()
    tenant.put(IBAN, ADA)
    return Page(
        kind=1,
        flags=1,
        generation=edge.control_plane.generation,
        bic=BIC,
        nonce=nonce_of(call),
        start=1,
        to=1,
        head=1,
        after_key=FIRST_KEY,
        last_key=LAST_KEY,
        records=[edge.control_plane.record(tenant, tenant.accounts[IBAN])],
    )


def signed(page: Page) -> tuple[Headers, bytes]:
    """Return a page with a good MAC in a good reply."""
    return FEED_HEADERS, page.encode(derive(b"vop/page/v1"))


def second_of(records: list[bytes]) -> list[bytes]:
    """Return records in the wrong order."""
    return [*records, records[0][:4] + bytes(16) + records[0][20:]]


REFUSED: dict[str, Spoil] = {
    "another status": lambda _e, _c, page: ([(":status", "206"), FEED_HEADERS[1]], signed(page)[1]),
    "Envoy's own 503": lambda _e, _c, page: ([(":status", "503"), FEED_HEADERS[1]], signed(page)[1]),
    "no reply": lambda _e, _c, _p: ([], b""),
    "another type": lambda _e, _c, page: ([FEED_HEADERS[0], ("content-type", KEYS_TYPE)], signed(page)[1]),
    "no type": lambda _e, _c, page: ([FEED_HEADERS[0]], signed(page)[1]),
    "an empty body": lambda _e, _c, _p: (FEED_HEADERS, b""),
    "a byte less": lambda _e, _c, page: (FEED_HEADERS, signed(page)[1][:-1]),
    "a byte more": lambda _e, _c, page: (FEED_HEADERS, signed(page)[1] + b"\0"),
    "a wrong MAC": lambda _e, _c, page: (FEED_HEADERS, page.encode(b"x" * 32)),
    "another edge's MAC": lambda _e, _c, page: (
        FEED_HEADERS,
        page.encode(derive(b"vop/page/v1"), "edge-2"),
    ),
    "another nonce": lambda _e, _c, page: signed(replace(page, nonce=bytes(16))),
    "another generation": lambda _e, _c, page: signed(replace(page, generation=bytes(16))),
    "another tenant": lambda _e, _c, page: signed(replace(page, bic="OTHRDEFFXXX")),
    "another kind": lambda _e, _c, page: signed(replace(page, kind=2, flags=0, last_key=FIRST_KEY)),
    "unknown flags": lambda _e, _c, page: signed(replace(page, flags=3)),
    "a head behind it": lambda _e, _c, page: signed(replace(page, head=0)),
    "a snapshot that moves": lambda _e, _c, page: signed(replace(page, to=2, head=2)),
    "another lower bound": lambda _e, _c, page: signed(replace(page, after_key=b"\x01" * 16)),
    "an end that is none": lambda _e, _c, page: signed(replace(page, flags=0)),
    "a last page that ends early": lambda _e, _c, page: signed(replace(page, last_key=b"\xfe" * 16)),
    "a page that covers nothing": lambda _e, _c, page: signed(
        replace(page, flags=0, last_key=FIRST_KEY, records=[])
    ),
    "more records than there are": lambda _e, _c, page: signed(replace(page, record_count=2)),
    "fewer records than there are": lambda _e, _c, page: signed(replace(page, record_count=0)),
    "another length": lambda _e, _c, page: signed(replace(page, body_length=5)),
    "a huge length": lambda _e, _c, page: signed(replace(page, body_length=2**32 - 1)),
    "a record twice": lambda _e, _c, page: signed(replace(page, records=page.records * 2)),
    "records out of order": lambda _e, _c, page: signed(replace(page, records=second_of(page.records))),
    "a record beyond its end": lambda _e, _c, page: signed(
        replace(page, flags=0, last_key=b"\x00" * 15 + b"\x01")
    ),
    "a deletion in a snapshot": lambda _e, _c, page: signed(
        replace(page, records=[b"\x02" + page.records[0][1:32] + bytes(2)])
    ),
    "an unknown operation": lambda _e, _c, page: signed(
        replace(page, records=[b"\x03" + page.records[0][1:]])
    ),
    "a record too short for a seal": lambda _e, _c, page: signed(
        replace(page, records=[page.records[0][:32] + struct.pack("<H", 28) + bytes(28)])
    ),
    "a record too long for a seal": lambda _e, _c, page: signed(
        replace(page, records=[page.records[0][:32] + struct.pack("<H", 4_125) + bytes(4_125)])
    ),
    "a page over its limit": lambda _e, _c, page: signed(replace(page, records=page.records * 9_000)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_reply_that_is_not_the_answer_changes_nothing_and_is_asked_for_again(case: str) -> None:
    edge = Edge()
    call = poll(edge)
    headers, body = REFUSED[case](edge, call, good_page(edge, call))
    edge.replicator.answer(call, headers, body)
    edge.tick()
    assert edge.bucket_bytes() == b""
    assert not edge.complete
    counted = edge.replicator.metrics
    assert counted["vop_replicator_refused_pages"] + counted["vop_replicator_errors"] == 1
    again = poll(edge)
    assert again.headers[":path"] == call.headers[":path"]
    assert nonce_of(again) != nonce_of(call)
    edge.replicator.answer(again, *signed(good_page(edge, again)))
    assert edge.bucket_bytes() != b""


def test_a_page_is_never_taken_twice() -> None:
    edge = filled(3)
    first = poll(edge)
    reply = edge.answer_to(first)
    edge.replicator.answer(first, *reply)
    second = poll(edge)
    edge.replicator.answer(second, *reply)
    edge.replicator.answer(first, *reply)
    edge.tick()
    assert edge.replicator.metrics["vop_replicator_refused_pages"] == 1
    assert edge.replicator.metrics["vop_replicator_pages"] == 1


@pytest.mark.parametrize(
    ("to", "head", "count"),
    [(0, 0, 1), (1, 1, 0), (1, 0, 1)],
    ids=["stands still", "is empty", "passes the head"],
)
def test_a_changes_page_whose_cursor_does_not_fit_its_records_is_refused(
    to: int, head: int, count: int
) -> None:
    edge = Edge()
    call = poll(edge)
    edge.replicator.answer(call, *edge.answer_to(call))
    changes = poll(edge)
    page = replace(good_page(edge, changes), kind=2, flags=0, start=0, to=to, head=head, last_key=FIRST_KEY)
    page.records = page.records[:count]
    edge.replicator.answer(changes, *signed(page))
    edge.tick()
    assert edge.replicator.metrics["vop_replicator_refused_pages"] == 1
    assert edge.bucket_bytes() == b""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda edge, nonce: (
            [(":status", "500"), ("content-type", KEYS_TYPE)],
            edge.control_plane.delivery(nonce),
        ),
        lambda edge, nonce: (
            [(":status", "200"), ("content-type", FEED_TYPE)],
            edge.control_plane.delivery(nonce),
        ),
        lambda edge, _: (
            [(":status", "200"), ("content-type", KEYS_TYPE)],
            edge.control_plane.delivery(bytes(16)),
        ),
        lambda edge, nonce: (
            [(":status", "200"), ("content-type", KEYS_TYPE)],
            edge.control_plane.delivery(nonce)[:-1],
        ),
        lambda _edge, _nonce: ([(":status", "200"), ("content-type", KEYS_TYPE)], bytes(100_000)),
        lambda _edge, _nonce: ([], b""),
    ],
    ids=["status", "type", "nonce", "cut short", "too long", "no reply"],
)
def test_keys_that_are_not_the_answer_are_asked_for_again(
    spoil: Callable[[Edge, bytes], tuple[Headers, bytes]],
) -> None:
    edge = filled(1)
    edge.tick()
    call = next(call for call in edge.replicator.calls if call.headers[":path"] == "/edge/v1/keys")
    edge.replicator.calls.remove(call)
    edge.replicator.answer(call, *spoil(edge, nonce_of(call)))
    assert b"vop/1/keys" not in edge.process.data
    edge.load()
    assert edge.replicator.metrics["vop_replicator_errors"] == 1


def test_too_many_tenants_are_refused_and_sixteen_are_served() -> None:
    tenants = [f"VOPBDE{number:02d}XXX" for number in range(17)]
    control_plane = ControlPlane(tenants={bic: Tenant(bic) for bic in tenants})
    edge = Edge(control_plane)
    edge.run()
    assert b"vop/1/keys" not in edge.process.data
    del control_plane.tenants[tenants[-1]]
    edge.process.pass_ms(5_000)
    edge.load()
    assert edge.state[2] == 16


# Revisions


def change_of(edge: Edge, account: Account, *, delete: bool = False) -> bytes:
    """Encode one change of an account at a revision of its own."""
    record = edge.control_plane.record(edge.control_plane.tenants[BIC], account)
    return b"\x02" + record[1:32] + bytes(2) if delete else record


def send_changes(edge: Edge, *records: bytes) -> None:
    """Answer the idle poll with changes of our own."""
    call = poll(edge)
    after = int(Edge.target(call)[1]["after"])
    to = after + len(records)
    page = Page(
        kind=2, flags=0, generation=edge.control_plane.generation, bic=BIC, nonce=nonce_of(call), start=after,
        to=to, head=to, after_key=FIRST_KEY, last_key=FIRST_KEY, records=list(records),
    )  # fmt: skip
    edge.replicator.answer(call, *signed(page))


@pytest.mark.parametrize("delete", [False, True])
@pytest.mark.parametrize(("revision", "newer"), [(1, False), (4, False), (5, False), (6, True)])
def test_only_a_newer_revision_changes_a_record(revision: int, newer: bool, delete: bool) -> None:
    edge = filled(0).load()
    plain = plain_record(ADA)
    edge.control_plane.tenants[BIC].accounts[IBAN] = Account(IBAN, plain, 5)
    send_changes(edge, change_of(edge, Account(IBAN, plain, 5)))
    assert held(edge) == {IBAN: 5}
    send_changes(edge, change_of(edge, Account(IBAN, plain_record("Xaver"), revision), delete=delete))
    edge.tick()
    if newer:
        assert held(edge) == ({} if delete else {IBAN: 6})
    else:
        assert held(edge) == {IBAN: 5}
        assert edge.replicator.metrics["vop_replicator_stale_records"] == 1


def test_an_account_named_twice_in_a_page_ends_at_its_newest_revision() -> None:
    edge = filled(0).load()
    edge.control_plane.tenants[BIC].accounts[IBAN] = Account(IBAN, plain_record(ADA), 1)
    records = [change_of(edge, Account(IBAN, plain_record(ADA), revision)) for revision in (2, 3, 1)]
    send_changes(edge, *records)
    assert held(edge) == {IBAN: 3}


# Resync


def test_a_new_generation_empties_the_buckets_after_the_filters_could_see_it() -> None:
    edge = filled(30)
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    edge.load()
    old = edge.bucket_bytes()
    edge.control_plane.generation, edge.control_plane.index_key = b"h" * 16, b"j" * 32
    call = poll(edge)
    edge.replicator.answer(call, [(":status", "410")], b"")
    assert not edge.complete
    assert edge.bucket_bytes() == old
    told_ns = edge.process.monotonic_ns
    while edge.bucket_bytes() == old:
        assert not edge.complete
        edge.tick()
        edge.exchange()
    assert edge.process.monotonic_ns - told_ns >= 250_000_000
    edge.load()
    assert held(edge) == expected(edge)
    assert edge.ask(ADA)[0].reply is not None


def test_during_a_resync_nothing_is_answered_by_guess() -> None:
    edge = filled(200, page_records=10)
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    edge.load()
    edge.control_plane.generation, edge.control_plane.index_key = b"h" * 16, b"j" * 32
    call = poll(edge)
    edge.replicator.answer(call, [(":status", "410")], b"")
    for step in range(200):
        edge.process.pass_ms(20)
        edge.replicator.tick()
        edge.exchange()
        if step % 3 == 0:
            edge.filter.tick()
        stream, _ = edge.ask(ADA)
        if stream.reply is not None:
            assert stream.reply.body == b'{"partyNameMatch":"MTCH"}'
        else:
            assert stream.header("x-vop-route") == "fallback"
    assert edge.complete
    assert edge.ask(ADA)[0].reply is not None


def test_a_cursor_too_old_takes_the_snapshot_again_and_drops_what_it_lacks() -> None:
    edge = filled(20, page_records=6).load()
    tenant = edge.control_plane.tenants[BIC]
    call = poll(edge)
    del tenant.accounts[iban(3)]
    tenant.accounts[iban(4)].revision = 9
    edge.replicator.answer(call, [(":status", "410")], b"")
    assert not edge.complete
    edge.load()
    assert held(edge) == expected(edge)
    assert len(held(edge)) == 19
    assert edge.replicator.metrics["vop_replicator_records"] == 19


def test_a_snapshot_never_takes_a_record_back_to_an_older_revision() -> None:
    edge = filled(3).load()
    tenant = edge.control_plane.tenants[BIC]
    tenant.put(iban(1), "Newer")
    edge.run()
    assert held(edge)[iban(1)] == 2
    tenant.accounts[iban(1)].revision = 1
    edge.replicator.answer(poll(edge), [(":status", "410")], b"")
    edge.load()
    assert held(edge)[iban(1)] == 2


def test_a_tenant_that_joins_is_served_after_the_keys_are_fetched_again() -> None:
    edge = filled(3).load()
    other = Tenant("OTHRDEFFXXX", {1: b"o" * 32})
    other.put(IBAN, ADA)
    edge.control_plane.tenants[other.bic] = other
    edge.process.pass_ms(60_000)
    edge.run(3)
    edge.load()
    assert held(edge) == expected(edge)
    assert edge.ask(ADA, bic=other.bic)[0].reply is not None


def test_a_new_seal_key_is_fetched_when_a_record_needs_it_and_nothing_is_reloaded() -> None:
    edge = filled(3).load()
    tenant = edge.control_plane.tenants[BIC]
    tenant.seal_keys[2] = b"u" * 32
    tenant.put(IBAN, ADA)
    edge.run()
    edge.process.pass_ms(1_000)
    edge.run()
    assert edge.complete
    assert edge.ask(ADA)[0].reply is not None
    assert sum("mode=snapshot" in path for path in edge.paths) == 1


# Limits and failures


LARGE = b"\x01\x03" + bytes(4_094)
LARGE_BYTES = 32 + 12 + 4_096 + 16
"""What a record of the largest size takes in a bucket."""
FULL = (5, "vop: the directory is full: loading stops, and it stays incomplete")


def test_a_full_bucket_ends_the_loading_and_says_loudly_that_it_is_not_complete() -> None:
    edge = filled(0, page_records=200).load()
    tenant = edge.control_plane.tenants[BIC]
    for number in range(16 * 16 + 80):
        tenant.put(iban(number), plain=LARGE)
    edge.run(60)
    assert not edge.complete
    assert edge.replicator.metrics["vop_replicator_refused_records"] == 1
    assert edge.replicator.logs == [FULL]
    assert 65_536 - LARGE_BYTES < max(map(len, buckets(edge))) <= 65_536
    assert edge.heartbeats[-1]["streams"][0]["full"]
    stream, _ = edge.ask(ADA)
    assert stream.header("x-vop-route") == "fallback"


CEILING = 16 * LARGE_BYTES


@pytest.mark.parametrize("late", [False, True], ids=["in the snapshot", "by changes"])
@pytest.mark.parametrize("over", [0, 1])
def test_the_ceiling_takes_its_last_byte_and_not_one_more(over: int, late: bool) -> None:
    edge = Edge(directory_bytes=CEILING - over)
    if late:
        edge.load()
    for number in range(16):
        edge.control_plane.tenants[BIC].put(iban(number), plain=LARGE)
    edge.run()
    assert edge.complete == (not over)
    assert edge.replicator.logs == [FULL] * over
    assert edge.replicator.metrics["vop_replicator_full"] == over
    assert edge.replicator.metrics["vop_replicator_records"] == 16 - over
    assert (
        len(edge.bucket_bytes())
        == edge.replicator.metrics["vop_replicator_bytes"]
        == (16 - over) * LARGE_BYTES
    )
    stream, _ = edge.ask(iban=iban(99))
    assert (stream.reply is None) == bool(over)


def test_at_the_ceiling_nothing_more_is_loaded_what_is_held_stays_and_room_is_looked_for_in_time() -> None:
    edge = Edge(ControlPlane(page_records=3), directory_bytes=CEILING)
    tenant = edge.control_plane.tenants[BIC]
    for number in range(20):
        tenant.put(iban(number), plain=LARGE)
    edge.run()
    held_then, polls = edge.bucket_bytes(), sum("/feed/" in path for path in edge.paths)
    edge.run()
    assert edge.bucket_bytes() == held_then
    assert len(held_then) == CEILING
    assert sum("/feed/" in path for path in edge.paths) == polls
    in_bucket_order = sorted(tenant.accounts, key=lambda known: edge.control_plane.lookup_key(BIC, known))
    for last in in_bucket_order[-8:]:
        tenant.delete(last)
    for _ in range(2):
        edge.process.pass_ms(60_000)
        edge.run()
    assert edge.complete
    assert held(edge) == expected(edge)
    assert edge.replicator.metrics["vop_replicator_full"] == 0


def test_a_tenant_that_has_no_room_leaves_the_others_complete() -> None:
    other = "VOPBNL2AXXX"
    edge = Edge(ControlPlane(tenants={BIC: Tenant(), other: Tenant(other)}), directory_bytes=CEILING).load()
    for number in range(20):
        edge.control_plane.tenants[other].put(iban(number), plain=LARGE)
    edge.run()
    assert not edge.complete
    assert [stream["full"] for stream in edge.heartbeats[-1]["streams"]] == [False, True]
    assert edge.ask()[0].reply is not None
    assert edge.ask(bic=other)[0].header("x-vop-route") == "fallback"


def test_a_turn_ends_when_its_time_is_over() -> None:
    edge = Edge(buckets_log2=12)

    def slow() -> None:
        edge.process.monotonic_ns += 100_000

    edge.replicator.before["proxy_set_shared_data"] = slow
    for turn in range(1, 4):
        edge.replicator.tick()
        assert len(buckets(edge)) == 20 * turn
    assert edge.replicator.metrics["vop_replicator_longest_us"] == 100


def test_an_unreachable_control_plane_is_asked_again_ever_more_slowly() -> None:
    edge = Edge()
    times = []
    for _ in range(1_200):
        edge.tick()
        waiting, edge.replicator.calls = edge.replicator.calls, []
        for call in waiting:
            if call.headers[":path"] == "/edge/v1/keys":
                times.append(edge.process.monotonic_ns)
            edge.replicator.answer(call, [(":status", "503"), ("content-type", "text/plain")], b"x" * 98)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[0] <= 150_000_000
    assert gaps[-1] == 5 * SECONDS


def test_a_failed_call_is_followed_by_no_other_from_its_own_callback() -> None:
    # Envoy 1.40 fails the calls under way while it shuts down, and crashes if one is answered by a new one.
    edge = filled(2).load()
    failed = poll(edge)
    edge.process.pass_ms(61_000)
    under_way = list(edge.replicator.calls)
    edge.replicator.answer(failed, [(":status", "503"), ("content-type", "text/plain")], b"x" * 98)
    assert edge.replicator.calls == under_way
    edge.tick()
    assert len(edge.replicator.calls) > len(under_way)


def test_a_call_that_is_never_answered_is_given_up_and_made_again() -> None:
    edge = filled(2).load()
    poll(edge)
    edge.process.pass_ms(15_001)
    edge.tick()
    edge.load()
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    edge.run()
    assert held(edge) == expected(edge)


def test_a_call_that_cannot_be_made_is_an_error_and_tried_again() -> None:
    edge = filled(2)
    edge.replicator.broken = {"proxy_http_call"}
    edge.run(10)
    edge.replicator.broken = set()
    edge.load()
    assert edge.replicator.metrics["vop_replicator_errors"] > 1


@pytest.mark.parametrize(
    "broken", ["proxy_set_shared_data", "proxy_get_shared_data", "random_get", "clock_time_get"]
)
def test_a_failing_host_is_survived(broken: str) -> None:
    edge = filled(20).load()
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    edge.replicator.broken = {broken}
    edge.run(10)
    edge.replicator.broken = set()
    edge.process.pass_ms(15_001)
    edge.run(10)
    edge.load().run()
    assert held(edge) == expected(edge)


@pytest.mark.parametrize("environment", [{}, {"VOP_EDGE_SECRET": "ab"}, {"VOP_EDGE_SECRET": "z" * 64}])
def test_without_its_secret_it_says_so_and_stays_incomplete(environment: dict[str, str]) -> None:
    vm = Vm(module("replicator"), Process(), replicator_configuration(), environment=environment)
    for _ in range(5):
        vm.process.pass_ms(20)
        vm.tick()
    assert vm.logs == [
        (5, "vop: VOP_EDGE_SECRET is missing or not 64 hex digits; nothing can be replicated"),
    ]
    assert {call.headers[":path"] for call in vm.calls} == {"/edge/v1/heartbeat"}
    assert vm.process.data[b"vop/1/state"][0][1] == 0


@pytest.mark.parametrize(
    "configuration",
    [
        b"",
        b"[]",
        replicator_configuration(3),
        replicator_configuration(25),
        replicator_configuration()[:-1] + b',"x":1}',
    ],
)
def test_a_malformed_configuration_is_refused_with_one_line(configuration: bytes) -> None:
    vm = Vm(module("replicator"), Process(), configuration, start=False)
    assert not vm.configure()
    assert vm.logs == [(4, "vop: the replicator's configuration is malformed")]


def test_it_begins_nothing_before_its_first_tick() -> None:
    vm = Vm(
        module("replicator"),
        Process(),
        replicator_configuration(),
        environment={"VOP_EDGE_SECRET": SECRET.hex()},
    )
    assert vm.configure()
    assert vm.process.data == {}
    assert vm.calls == []


# What it says


def test_the_heartbeat_says_how_things_stand_every_second_and_at_once_when_complete() -> None:
    edge = filled(3).load()
    edge.run(3)
    last = edge.heartbeats[-1]
    assert last == {
        "boot": BOOT.hex(),
        "layout": 1,
        "complete": True,
        "generation": edge.control_plane.generation.hex(),
        "records": 3,
        "buckets": 16,
        "fullest_bucket": max(map(len, buckets(edge))),
        "bytes": len(edge.bucket_bytes()),
        "directory_bytes": DIRECTORY_BYTES,
        "pages": last["pages"],
        "refused_pages": 0,
        "refused_records": 0,
        "stale_records": 0,
        "errors": 0,
        "streams": [
            {
                "bic": BIC,
                "seq": 3,
                "head": 3,
                "complete": True,
                "full": False,
                "age_ms": last["streams"][0]["age_ms"],
                "records": 3,
                "epoch_min": 1,
            }
        ],
        "vms": [],
    }
    assert last["pages"] >= 2
    count = len(edge.heartbeats)
    edge.process.pass_ms(1_000)
    edge.run(1)
    assert len(edge.heartbeats) == count + 1
    edge.replicator.answer(poll(edge), [(":status", "410")], b"")
    edge.exchange()
    assert not edge.heartbeats[-1]["complete"]


def test_the_age_counts_from_the_sending_of_the_poll_that_proved_the_head() -> None:
    edge = filled(1).load()
    call = poll(edge)
    sent_ns = struct.unpack_from("<Q", edge.state, 48 + 24)[0]
    edge.process.pass_ms(4_000)
    edge.replicator.answer(call, *edge.answer_to(call))
    proven_ns = struct.unpack_from("<Q", edge.state, 48 + 24)[0]
    assert sent_ns < proven_ns <= edge.process.monotonic_ns - 4_000_000_000


def test_the_timer_is_fast_while_loading_and_slow_afterwards() -> None:
    edge = filled(1)
    assert edge.replicator.tick_ms == 5
    edge.load().run(2)
    assert edge.replicator.tick_ms == 100


def test_a_long_page_is_applied_over_fast_ticks_and_its_cursor_moves_at_the_end() -> None:
    edge = filled(0, page_records=5_000).load().run(2)
    for number in range(2_500):
        edge.control_plane.tenants[BIC].put(iban(number), "P")
    edge.exchange()
    cursor = slice(48 + 16, 48 + 24)
    for records, tick_ms in ((2_048, 5), (2_500, 100)):
        assert edge.state[cursor] == bytes(8)
        edge.process.pass_ms(20)
        edge.replicator.tick()
        assert edge.replicator.metrics["vop_replicator_records"] == records
        assert edge.replicator.tick_ms == tick_ms
    assert int.from_bytes(edge.state[cursor], "little") == 2_500


def test_the_heartbeat_is_json_with_every_vm_slot_in_use() -> None:
    edge = filled(1).load()
    edge.process.set(b"vop/1/vm", struct.pack("<I", 300))
    for vm in range(45, 301):
        edge.process.set(b"vop/1/vm/" + bytes((vm % 256,)), struct.pack("<IQ", vm, 2**64 - 1))
    edge.process.pass_ms(1_000)
    edge.run(2)
    vms = edge.heartbeats[-1]["vms"]
    assert vms == [{"vm": vm, "n": 2**64 - 1} for vm in range(300, 44, -1)]
    assert len(json.dumps(edge.heartbeats[-1])) > 7_000


# All together


def test_under_random_faults_it_ends_where_the_control_plane_is() -> None:
    seed = random.randrange(2**32)
    source = random.Random(seed)
    edge = filled(60, page_records=7)
    tenant = edge.control_plane.tenants[BIC]
    spoilers = list(REFUSED.values())
    for _ in range(500):
        edge.tick()
        waiting, edge.replicator.calls = edge.replicator.calls, []
        source.shuffle(waiting)
        for call in waiting:
            fate = source.random()
            if fate < 0.1:
                edge.replicator.calls.append(call)
            elif fate < 0.25 and "/feed/" in call.headers[":path"]:
                edge.replicator.answer(call, *source.choice(spoilers)(edge, call, good_page(edge, call)))
            elif fate < 0.3 and "/feed/" in call.headers[":path"]:
                edge.replicator.answer(call, [(":status", "410")], b"")
            elif edge.is_idle(call):
                edge.replicator.calls.append(call)
            else:
                edge.replicator.answer(call, *edge.answer_to(call))
        number = source.randrange(70)
        if source.random() < 0.7:
            tenant.put(iban(number), f"Person {number}")
        elif iban(number) in tenant.accounts:
            tenant.delete(iban(number))
        if source.random() < 0.01:
            edge.control_plane.generation = source.randbytes(16)
    edge.process.pass_ms(20_000)
    edge.run(20)
    edge.replicator.answer(poll(edge), [(":status", "410")], b"")
    edge.load().run()
    assert held(edge) == expected(edge), f"seed {seed}"


def test_a_filter_follows_what_is_replicated() -> None:
    edge = filled(1).load()
    stream, _ = edge.filter.request(request_headers(), request_body("Person Nr. 0", iban(0)))
    assert stream.reply is not None
    assert stream.reply.body == b'{"partyNameMatch":"MTCH"}'
