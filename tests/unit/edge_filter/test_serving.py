"""The filter as shipped: every way a request can take through it, on an emulated host."""

import json
import struct
from pathlib import Path

import pytest
from wasmtime import Trap

from edge_filter.build import build_variant
from tests.unit.edge_filter.directory import BIC, BOOT, ControlPlane, Tenant, plain_record
from tests.unit.edge_filter.edge import (
    REQUEST_ID,
    VERSION,
    Edge,
    filter_configuration,
    module,
    request_body,
    request_headers,
)
from tests.unit.edge_filter.host import CONTINUE, PAUSE, Process, Stream, Vm

ADA, IBAN = "Ada Beispiel", "DE02120300000000202051"
BODY_MAX = 16_384
STREAMS_MAX = 2_048
NOT_COMPLETE, TOO_OLD, NOT_A_TENANT, TOO_LARGE, DOES_NOT_OPEN, NO_KEYS = range(1, 7)


@pytest.fixture
def edge() -> Edge:
    """Return an edge whose directory holds Ada's account and is complete."""
    edge = Edge()
    edge.control_plane.tenants[BIC].put(IBAN, ADA)
    return edge.load()


def answer(stream: Stream) -> dict[str, object]:
    """Return the body of an answer that the filter made."""
    assert stream.reply is not None
    assert stream.reply.headers["content-type"] == "application/json"
    body = json.loads(stream.reply.body)
    assert isinstance(body, dict)
    return body


def assert_handed_over(edge: Edge, stream: Stream, action: int, cause: int, *, recorded: bool = True) -> None:
    """Check that a request is on its way to the fallback, with its record."""
    assert action == CONTINUE
    assert stream.reply is None
    assert stream.header("x-vop-route") == "fallback"
    assert stream.route_cleared
    assert ("vop_decision" in stream.properties) == recorded
    if recorded:
        decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
        assert (decision.outcome, decision.cause) == (6, cause)


def test_a_name_that_is_held_is_a_match_and_leaves_its_sealed_record(edge: Edge) -> None:
    stream, action = edge.ask(ADA)
    assert action == PAUSE
    assert stream.reply is not None
    assert stream.reply.status == 200
    assert stream.reply.body == b'{"partyNameMatch":"MTCH"}'
    assert stream.reply.headers["x-request-id"] == REQUEST_ID
    assert stream.reply.headers["x-response-timestamp"] == "2026-11-24T15:38:46.15Z"
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.boot, decision.vm, decision.n) == (BOOT, 1, 1)
    assert (decision.request, decision.outcome, decision.cause) == (1, 1, 0)
    assert (decision.epoch, decision.revision) == (1, 1)
    assert (decision.request_id, decision.iban, decision.typed) == (REQUEST_ID, IBAN, ADA)
    assert (decision.requesting_bic, decision.party_bic) == ("OTHRDEFFXXX", BIC)
    assert decision.configuration_version == bytes.fromhex(VERSION)[:8]
    assert decision.directory_age_ms == 50


def test_another_name_is_no_match(edge: Edge) -> None:
    stream, _ = edge.ask("Xaver Qualtinger")
    assert answer(stream) == {"partyNameMatch": "NMTC"}


def test_an_unknown_account_is_not_possible_and_says_why_in_its_record(edge: Edge) -> None:
    stream, _ = edge.ask(ADA, iban="DE02120300000000202052")
    assert answer(stream) == {"partyNameMatch": "NOAP"}
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.outcome, decision.cause) == (4, 1)


def test_a_closed_account_is_not_possible(edge: Edge) -> None:
    edge.control_plane.tenants[BIC].put(IBAN, plain=plain_record(status=2))
    edge.run()
    stream, _ = edge.ask(ADA)
    assert answer(stream) == {"partyNameMatch": "NOAP"}
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.outcome, decision.cause) == (4, 2)


def test_an_identification_that_is_not_held_is_not_possible(edge: Edge) -> None:
    body = json.loads(request_body())
    body["party"] = {"identification": {"organisationId": {"lei": "5299000J2N45DDNE4Y28"}}}
    stream, _ = edge.filter.request(request_headers(), json.dumps(body).encode())
    assert answer(stream) == {"partyIdMatch": "NOAP"}
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.request, decision.outcome, decision.cause) == (2, 4, 4)
    assert decision.typed == "1:::5299000J2N45DDNE4Y28"


def test_lower_case_letters_of_an_iban_find_the_account(edge: Edge) -> None:
    iban = "MT84MALT011000012345MTLCAST001S"
    edge.control_plane.tenants[BIC].put(iban, ADA)
    edge.run()
    stream, _ = edge.ask(ADA, iban="MT84malt011000012345mtlcast001s")
    assert answer(stream) == {"partyNameMatch": "MTCH"}


def test_a_change_and_a_deletion_reach_the_next_answers(edge: Edge) -> None:
    tenant = edge.control_plane.tenants[BIC]
    tenant.put(IBAN, "Xaver Qualtinger")
    edge.run()
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "NMTC"}
    tenant.delete(IBAN)
    edge.run()
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "NOAP"}
    assert edge.bucket_bytes() == b""


def test_one_request_takes_few_host_calls(edge: Edge) -> None:
    edge.ask(ADA)
    before = dict(edge.filter.counted)
    edge.ask(ADA)
    taken = {name: count - before.get(name, 0) for name, count in edge.filter.counted.items()}
    assert {name: count for name, count in taken.items() if count} == {
        "proxy_get_header_map_pairs": 1,
        "proxy_get_buffer_bytes": 1,
        "proxy_get_shared_data": 1,
        "proxy_set_property": 1,
        "proxy_send_local_response": 1,
        "proxy_increment_metric": 1,
        "clock_time_get": 3,
    }


def test_the_time_of_a_decision_counts_from_its_headers_and_has_the_verification(edge: Edge) -> None:
    edge.filter.before = {
        "proxy_get_buffer_bytes": lambda: edge.process.pass_ms(2),
        "proxy_get_shared_data": lambda: edge.process.pass_ms(3),
        "proxy_set_property": lambda: edge.process.pass_ms(5),
    }
    stream, _ = edge.ask(ADA)
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.time_us, decision.directory_age_ms) == (5_000, 55)


# Framing


def test_interleaved_streams_each_get_their_own_answer(edge: Edge) -> None:
    headers = [request_headers(x_request_id=f"5f0c1c9e-4a0b-4c1e-9f5a-{n:012d}") for n in range(6)]
    contexts = [edge.filter.open(one) for one in headers]
    for context in contexts:
        assert edge.filter.send_headers(context) == PAUSE
    bodies = [request_body(ADA if n % 2 else "Xaver Qualtinger") for n in range(6)]
    for context, body in zip(contexts, bodies, strict=True):
        assert edge.filter.send_body(context, body[:40], end=False) == PAUSE
    for context, body in reversed(list(zip(contexts, bodies, strict=True))):
        edge.filter.send_body(context, body[40:])
    for n, context in enumerate(contexts):
        stream = edge.filter.close(context)
        assert stream.reply is not None
        assert answer(stream) == {"partyNameMatch": "MTCH" if n % 2 else "NMTC"}
        assert stream.reply.headers["x-request-id"] == headers[n][2][1]


def test_trailers_end_a_request(edge: Edge) -> None:
    context = edge.filter.open(request_headers())
    edge.filter.send_headers(context)
    assert edge.filter.send_body(context, request_body(ADA), end=False) == PAUSE
    assert edge.filter.send_trailers(context) == PAUSE
    assert answer(edge.filter.close(context)) == {"partyNameMatch": "MTCH"}


def test_trailers_without_a_body_are_a_malformed_request(edge: Edge) -> None:
    context = edge.filter.open(request_headers())
    edge.filter.send_headers(context)
    edge.filter.send_trailers(context)
    assert str(answer(edge.filter.close(context))["detail"]).startswith("body: must be JSON")


def test_headers_without_a_body_are_answered_at_once(edge: Edge) -> None:
    context = edge.filter.open(request_headers())
    assert edge.filter.send_headers(context, end=True) == PAUSE
    stream = edge.filter.close(context)
    assert stream.reply is not None
    assert stream.reply.status == 400


@pytest.mark.parametrize(("extra", "taken"), [(0, True), (1, False)])
def test_a_body_may_be_as_large_as_its_limit_and_no_larger(edge: Edge, extra: int, taken: bool) -> None:
    body = request_body(ADA)
    stream, _ = edge.filter.request(request_headers(), body + b" " * (BODY_MAX + extra - len(body)))
    assert ("partyNameMatch" in answer(stream)) == taken
    if not taken:
        assert answer(stream)["detail"] == "body: is larger than 16384 bytes"


def test_a_body_over_its_limit_is_refused_before_its_end(edge: Edge) -> None:
    context = edge.filter.open(request_headers())
    edge.filter.send_headers(context)
    assert edge.filter.send_body(context, b" " * BODY_MAX, end=False) == PAUSE
    assert edge.filter.streams[context].reply is None
    edge.filter.send_body(context, b" ", end=False)
    assert answer(edge.filter.close(context))["detail"] == "body: is larger than 16384 bytes"


def test_nothing_acts_again_once_a_request_is_answered_or_handed_over(edge: Edge) -> None:
    for name in (ADA, "Xaver Qualtinger"):
        context = edge.filter.open(request_headers())
        edge.filter.send_headers(context)
        edge.filter.send_body(context, request_body(name))
        calls = dict(edge.filter.counted)
        assert edge.filter.send_body(context, b"more") == CONTINUE
        assert edge.filter.send_trailers(context) == CONTINUE
        assert edge.filter.counted == calls
        edge.filter.close(context)


def test_streams_beyond_the_limit_get_the_schemes_500_and_are_never_let_by(edge: Edge) -> None:
    contexts = [edge.filter.open(request_headers()) for _ in range(STREAMS_MAX)]
    for context in contexts:
        assert edge.filter.send_headers(context) == PAUSE
    over = edge.filter.open(request_headers())
    assert edge.filter.send_headers(over) == PAUSE
    stream = edge.filter.close(over)
    assert stream.reply is not None
    assert stream.reply.status == 500
    assert json.loads(stream.reply.body) == {
        "type": "urn:vop:fault:internal",
        "title": "Internal error",
        "status": 500,
    }
    edge.filter.send_body(contexts[0], request_body(ADA))
    assert answer(edge.filter.close(contexts[0])) == {"partyNameMatch": "MTCH"}
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "MTCH"}


# Headers


def test_vop_headers_from_outside_are_taken_away(edge: Edge) -> None:
    outside = [
        ("x-vop-route", "fallback"),
        ("x-vop-kind", "id"),
        ("x-vop-answered", "edge"),
        ("x-vop-else", "1"),
    ]
    context = edge.filter.open(request_headers() + outside)
    assert edge.filter.send_headers(context) == PAUSE
    assert [name for name, _ in edge.filter.streams[context].headers if name.startswith("x-vop-")] == []


@pytest.mark.parametrize(
    ("request_id", "echoed"),
    [("5F0C1C9E-4a0b-4c1e-9f5a-0123456789AB", True), ("x" * 128, True), ("x" * 129, False), ("a b", False)],
)
def test_a_request_id_is_echoed_byte_for_byte_if_it_may_be(edge: Edge, request_id: str, echoed: bool) -> None:
    stream, _ = edge.filter.request(request_headers(x_request_id=request_id), b"{}")
    assert stream.reply is not None
    assert stream.reply.headers.get("x-request-id") == (request_id if echoed else None)
    assert stream.header("x-vop-answered") == "edge"


def test_a_refused_request_leaves_a_record_of_its_fault(edge: Edge) -> None:
    stream, _ = edge.filter.request(request_headers(), b'{"party":1}')
    assert answer(stream)["detail"] == "party: must be an object"
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.request, decision.outcome, decision.cause) == (0, 5, 10)
    assert (decision.iban, decision.typed, decision.request_id) == ("", "", REQUEST_ID)


def test_a_refusal_needs_no_keys() -> None:
    edge = Edge()
    stream, _ = edge.filter.request(request_headers(), b"{}")
    assert answer(stream)["detail"] == "party: is missing"
    assert edge.filter.metrics["vop_unrecorded_decisions"] == 1


# The way to the fallback


def test_without_any_state_a_request_is_handed_over() -> None:
    edge = Edge()
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NOT_COMPLETE, recorded=False)
    assert edge.filter.metrics["vop_hand_over_not_complete"] == 1


@pytest.mark.parametrize("value", [b"", b"\x01", b"\x02" + bytes(47), bytes(48)])
def test_a_state_that_is_not_understood_hands_over(edge: Edge, value: bytes) -> None:
    edge.process.set(b"vop/1/state", value)
    edge.filter.tick()
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NOT_COMPLETE, recorded=False)


def test_a_tenant_that_is_not_held_is_handed_over(edge: Edge) -> None:
    stream, action = edge.ask(ADA, bic="NONEDEFFXXX")
    assert_handed_over(edge, stream, action, NOT_A_TENANT)


@pytest.mark.parametrize(("age_ms", "answered"), [(900_000, True), (900_001, False)])
def test_the_directory_answers_up_to_its_age_limit_and_no_longer(
    edge: Edge, age_ms: int, answered: bool
) -> None:
    proven_ns = struct.unpack_from("<Q", edge.state, 48 + 24)[0]
    edge.process.monotonic_ns = proven_ns + age_ms * 1_000_000
    stream, action = edge.ask(ADA)
    if answered:
        assert answer(stream) == {"partyNameMatch": "MTCH"}
    else:
        assert_handed_over(edge, stream, action, TOO_OLD)


def test_a_directory_that_grows_too_old_during_the_look_up_does_not_answer(edge: Edge) -> None:
    edge.filter.before = {"proxy_get_shared_data": lambda: edge.process.pass_ms(900_000)}
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, TOO_OLD)


def test_a_record_too_large_for_the_edge_is_handed_over(edge: Edge) -> None:
    edge.control_plane.tenants[BIC].put(IBAN, plain=b"\x01\x03" + bytes(62))
    edge.run()
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, TOO_LARGE)


@pytest.mark.parametrize("plain", [b"\x02\x01" + bytes(62), b"\x01\x09" + bytes(62), b"\x01"])
def test_a_record_that_is_not_one_is_handed_over(edge: Edge, plain: bytes) -> None:
    edge.control_plane.tenants[BIC].put(IBAN, plain=plain)
    edge.run()
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, DOES_NOT_OPEN)


def test_a_record_sealed_under_another_key_or_moved_does_not_open(edge: Edge) -> None:
    bucket = next(key for key, (value, _) in edge.process.data.items() if key[:8] == b"vop/1/b/" and value)
    value = edge.process.data[bucket][0]
    for position in (16, 24, 40, len(value) - 1):
        changed = bytearray(value)
        changed[position] ^= 1
        edge.process.set(bucket, bytes(changed))
        stream, action = edge.ask(ADA)
        assert_handed_over(edge, stream, action, DOES_NOT_OPEN)
    edge.process.set(bucket, value[:-1])
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, DOES_NOT_OPEN)


def test_a_miss_during_a_resync_is_handed_over_even_before_the_next_tick(edge: Edge) -> None:
    state = bytearray(edge.state)
    state[1] = 0
    state[48 + 11] = 0
    edge.process.set(b"vop/1/state", bytes(state))
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "MTCH"}
    stream, action = edge.ask(ADA, iban="DE02120300000000202052")
    assert_handed_over(edge, stream, action, NOT_COMPLETE)


def test_a_miss_with_keys_from_before_another_tenant_list_is_handed_over(edge: Edge) -> None:
    tenants = edge.control_plane.tenants
    tenants["AAAADEFFXXX"] = Tenant("AAAADEFFXXX", {1: b"a" * 32})
    edge.control_plane.tenants = dict(sorted(tenants.items()))
    stalled = edge.filter
    edge.filter = edge.new_filter(seed=8)
    edge.process.pass_ms(60_000)
    edge.run(3)
    edge.load()
    edge.filter = stalled
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NOT_COMPLETE)
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "MTCH"}


def test_a_miss_in_buckets_of_a_resync_that_ended_meanwhile_is_handed_over(edge: Edge) -> None:
    buckets = {key: held for key, held in edge.process.data.items() if key.startswith(b"vop/1/b/")}
    keys = edge.process.data[b"vop/1/keys"][0]

    def empty() -> None:
        edge.filter.before.clear()
        edge.process.data |= {key: (b"", cas) for key, (_, cas) in buckets.items()}
        edge.filter.before["proxy_get_shared_data"] = fill

    def fill() -> None:
        edge.filter.before.clear()
        edge.process.set(b"vop/1/keys", keys)
        edge.process.data |= buckets

    edge.filter.before["proxy_get_shared_data"] = empty
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NOT_COMPLETE)
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "MTCH"}


def test_keys_that_are_gone_or_of_another_generation_hand_over(edge: Edge) -> None:
    keys = edge.process.data[b"vop/1/keys"][0]
    edge.process.set(b"vop/1/keys", keys[:-1])
    edge.filter.tick()
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NO_KEYS, recorded=False)
    edge.process.set(b"vop/1/keys", b"\x01" + b"h" * 16 + keys[17:])
    edge.filter.tick()
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NOT_COMPLETE)


@pytest.mark.parametrize(
    ("timestamp", "left_ms"),
    [
        ("2026-11-24T15:38:46.15Z", 4_750),
        ("2026-11-24T15:38:45.15Z", 3_750),
        ("2026-11-24T15:38:43.15Z", 1_750),
        ("2026-11-24T15:00:00Z", 1_750),
        ("2026-11-24T16:00:00Z", 4_750),
        ("0001-01-01T00:00:00Z", 1_750),
        ("9999-12-31T23:59:59.999999999Z", 4_750),
    ],
)
def test_the_fallback_gets_what_is_left_of_the_requesters_time(
    edge: Edge, timestamp: str, left_ms: int
) -> None:
    headers = request_headers(x_request_timestamp=timestamp)
    stream, _ = edge.filter.request(headers, request_body(ADA, bic="NONEDEFFXXX"))
    assert stream.header("x-envoy-upstream-rq-timeout-ms") == str(left_ms)
    assert stream.header("x-vop-kind") == "name"


def test_an_identification_is_handed_over_as_one(edge: Edge) -> None:
    body = json.loads(request_body(bic="NONEDEFFXXX"))
    body["party"] = {"identification": {"organisationId": {"anyBIC": "VOPBDEFF"}}}
    stream, _ = edge.filter.request(request_headers(), json.dumps(body).encode())
    assert stream.header("x-vop-kind") == "id"


# What Envoy may refuse


def test_an_answer_that_can_leave_no_record_is_handed_over_instead(edge: Edge) -> None:
    edge.filter.broken = {"proxy_set_property"}
    stream, action = edge.ask(ADA)
    assert_handed_over(edge, stream, action, NO_KEYS, recorded=False)


@pytest.mark.parametrize("replies", [True, False])
@pytest.mark.parametrize("bic", [BIC, "NONEDEFFXXX"])
@pytest.mark.parametrize(
    "broken",
    [
        "proxy_get_header_map_pairs",
        "proxy_get_buffer_bytes",
        "proxy_get_shared_data",
        "proxy_set_property",
        "proxy_send_local_response",
        "proxy_increment_metric",
        "proxy_replace_header_map_value",
        "proxy_remove_header_map_value",
        "proxy_call_foreign_function",
        "clock_time_get",
    ],
)
def test_no_failing_host_call_lets_a_request_by(edge: Edge, broken: str, bic: str, replies: bool) -> None:
    edge.filter.broken = {broken} if replies else {broken, "proxy_send_local_response"}
    context = edge.filter.open([*request_headers(), ("x-vop-else", "1")])
    stream = edge.filter.streams[context]
    vm, body = edge.filter, request_body(bic=bic)
    for name, *arguments in (
        ("proxy_on_request_headers", context, len(stream.headers), 0),
        ("proxy_on_request_body", context, len(body), 1),
        ("proxy_on_request_body", context, len(body) + 1, 0),
        ("proxy_on_request_trailers", context, 1),
    ):
        vm.current, stream.body = context, body
        action = vm.call(name, *arguments)
        if stream.reply is not None:
            assert action == PAUSE
            break
        handed_over = stream.header("x-vop-route") == "fallback" and stream.route_cleared
        assert action == PAUSE or handed_over


@pytest.mark.parametrize("broken", ["proxy_replace_header_map_value", "proxy_call_foreign_function"])
def test_a_hand_over_that_fails_is_a_500(edge: Edge, broken: str) -> None:
    edge.filter.broken = {broken}
    stream, action = edge.ask(ADA, bic="NONEDEFFXXX")
    assert action == PAUSE
    assert stream.reply is not None
    assert stream.reply.status == 500


def test_headers_beyond_their_number_are_a_500_and_not_let_by(edge: Edge) -> None:
    many = [(f"x-{n}", "1") for n in range(200)]
    context = edge.filter.open(request_headers() + many)
    assert edge.filter.send_headers(context) == PAUSE
    stream = edge.filter.close(context)
    assert stream.reply is not None
    assert stream.reply.status == 500


# VMs and configurations


def test_every_vm_counts_for_itself_and_says_how_far(edge: Edge) -> None:
    second = edge.new_filter(seed=8)
    numbers = []
    for vm in (edge.filter, second, edge.filter):
        stream, _ = vm.request(request_headers(), request_body(ADA))
        decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
        numbers.append((decision.vm, decision.n))
    assert numbers == [(1, 1), (2, 1), (1, 2)]
    edge.filter.tick()
    second.tick()
    edge.process.pass_ms(1_000)
    edge.run()
    assert edge.heartbeats[-1]["vms"] == [{"vm": 2, "n": 1}, {"vm": 1, "n": 2}]


def test_a_vm_that_never_decided_takes_no_number(edge: Edge) -> None:
    edge.new_filter().tick()
    assert b"vop/1/vm" not in edge.process.data


def test_a_new_configuration_joins_while_streams_of_the_old_one_end(edge: Edge) -> None:
    old = edge.filter.open(request_headers())
    edge.filter.send_headers(old)
    edge.filter.configuration = filter_configuration(version="ff" * 16)
    edge.filter.call("proxy_on_context_create", 900, 0)
    assert edge.filter.configure(900)
    new = edge.filter.open(request_headers(), 900)
    edge.filter.send_headers(new)
    versions = []
    for context in (old, new):
        edge.filter.send_body(context, request_body(ADA))
        record = edge.filter.close(context).properties["vop_decision"]
        versions.append(edge.control_plane.open_decision(record).configuration_version)
    assert versions == [bytes.fromhex(VERSION)[:8], b"\xff" * 8]
    assert edge.filter.metrics["vop_config_version"] == 0xFFFFFFFF


def test_configurations_beyond_the_limit_are_refused_until_one_ends(edge: Edge) -> None:
    for root in range(900, 915):
        assert edge.filter.configure(root)
    assert not edge.filter.configure(915)
    edge.filter.call("proxy_on_delete", 900)
    assert edge.filter.configure(915)


@pytest.mark.parametrize(
    "configuration",
    [
        b"",
        b"{}",
        filter_configuration(edge_id="EDGE"),
        filter_configuration(edge_id="e" * 33),
        filter_configuration(policy=""),
        filter_configuration(policy="zz"),
        filter_configuration(version="00"),
        filter_configuration(answer_until_ms=1),
        filter_configuration(warn_after_ms=-1),
        filter_configuration(more=1),
    ],
)
def test_a_malformed_configuration_is_refused_with_one_line(configuration: bytes) -> None:
    vm = Vm(module("filter"), Process(), configuration, start=False)
    assert not vm.configure()
    assert vm.logs == [(4, "vop: the filter's configuration is malformed")]


def test_a_stale_directory_is_warned_of_once(edge: Edge) -> None:
    edge.filter.tick()
    assert edge.filter.logs == []
    edge.process.pass_ms(31_000)
    edge.filter.tick()
    edge.filter.tick()
    assert edge.filter.logs == [(3, "vop: the directory is older than warn_after_ms")]
    assert edge.filter.metrics["vop_directory_age_ms"] > 30_000


def test_nothing_personal_is_logged_or_kept_in_shared_data(edge: Edge) -> None:
    edge.ask(ADA)
    edge.ask("Xaver Qualtinger", bic="NONEDEFFXXX")
    edge.filter.tick()
    seen = b"".join(key + value for key, (value, _) in edge.process.data.items())
    seen += repr((edge.filter.logs, edge.replicator.logs, edge.heartbeats)).encode()
    for secret in (ADA, IBAN, "Qualtinger"):
        assert secret.encode() not in seen


def test_only_the_test_variant_traps_on_the_test_header(edge: Edge, tmp_path: Path) -> None:
    headers = [*request_headers(), ("x-test-trap", "1")]
    assert answer(edge.filter.request(headers, request_body(ADA))[0]) == {"partyNameMatch": "MTCH"}
    variant = edge.new_filter(build_variant("trap", tmp_path))
    assert answer(variant.request(request_headers(), request_body(ADA))[0]) == {"partyNameMatch": "MTCH"}
    with pytest.raises(Trap):
        variant.request(headers, request_body(ADA))


def test_tenants_are_kept_apart() -> None:
    other = Tenant("OTHRDEFFXXX", {1: b"o" * 32})
    control_plane = ControlPlane(tenants={BIC: Tenant(), "OTHRDEFFXXX": other})
    control_plane.tenants[BIC].put(IBAN, ADA)
    other.put(IBAN, "Xaver Qualtinger")
    edge = Edge(control_plane).load()
    assert answer(edge.ask(ADA)[0]) == {"partyNameMatch": "MTCH"}
    assert answer(edge.ask(ADA, bic="OTHRDEFFXXX")[0]) == {"partyNameMatch": "NMTC"}
    assert answer(edge.ask("Xaver Qualtinger", bic="OTHRDEFF")[0]) == {"partyNameMatch": "MTCH"}
