"""Filter and replicator change at different times: what lies between them is layout 1, byte for byte.

Each is run here against the written contract (`docs/formats.md`, section 5) in place of the other. A version
that keeps the contract therefore works with the one before it and the one after it, and one that changes the
layout is not understood, so that the filter hands over.
"""

import struct
from collections.abc import Callable

import pytest

from tests.unit.edge_filter.directory import BIC, BOOT, ControlPlane
from tests.unit.edge_filter.edge import Edge, filter_configuration, module, request_body, request_headers
from tests.unit.edge_filter.host import Process, Stream, Vm

ADA, IBAN = "Ada Beispiel", "DE02120300000000202051"
LOG2 = 6


def _plane() -> ControlPlane:
    plane = ControlPlane()
    plane.tenants[BIC].put(IBAN, ADA)
    return plane


def _state(process: Process, plane: ControlPlane, layout: int = 1, *, extra: bytes = b"") -> bytes:
    head = struct.pack("<BBHIQ", layout, 1, 1, LOG2, 77) + BOOT + plane.generation
    return head + BIC.encode() + b"\x01" + bytes(4) + struct.pack("<QQ", 1, process.monotonic_ns) + extra


def _write(process: Process, plane: ControlPlane) -> None:
    """Leave what any replicator of layout 1 leaves."""
    tenant = plane.tenants[BIC]
    account = tenant.accounts[IBAN]
    key = plane.lookup_key(BIC, IBAN)
    sealed = plane.record(tenant, account)[34:]
    for bucket in range(2**LOG2):
        process.set(b"vop/1/b/" + struct.pack("<I", bucket), b"")
    record = key + struct.pack("<QIHH", account.revision, account.epoch, 0, len(sealed)) + sealed
    process.set(b"vop/1/b/" + struct.pack("<I", int.from_bytes(key[:4], "big") >> (32 - LOG2)), record)
    process.set(b"vop/1/keys", plane.key_package())
    process.set(b"vop/1/state", _state(process, plane))


def _ask(vm: Vm) -> Stream:
    vm.tick()
    return vm.request(request_headers(), request_body(ADA))[0]


def test_the_filter_answers_from_what_any_replicator_of_this_layout_left() -> None:
    process = Process()
    _write(process, _plane())
    reply = _ask(Vm(module("filter"), process, filter_configuration())).reply
    assert reply is not None
    assert reply.body == b'{"partyNameMatch":"MTCH"}'


def test_what_the_replicator_leaves_is_this_layout_and_nothing_else() -> None:
    edge = Edge(_plane(), buckets_log2=LOG2).load()
    by_contract = Process()
    _write(by_contract, edge.control_plane)
    written = {key: value for key, (value, _) in edge.process.data.items()}
    expected = {key: value for key, (value, _) in by_contract.data.items()}
    heartbeat_and_proof = (slice(8, 16), slice(72, 80))
    for part in heartbeat_and_proof:
        state = bytearray(expected[b"vop/1/state"])
        state[part] = written[b"vop/1/state"][part]
        expected[b"vop/1/state"] = bytes(state)
    assert written == expected


@pytest.mark.parametrize(
    "other",
    [
        lambda process, plane: _state(process, plane, 0),
        lambda process, plane: _state(process, plane, 2),
        lambda process, plane: _state(process, plane, 2, extra=bytes(8)),
        lambda process, plane: _state(process, plane, extra=bytes(8)),
    ],
    ids=["layout 0", "layout 2", "a longer layout 2", "layout 1 with more"],
)
def test_a_filter_that_meets_another_layout_hands_over_and_answers_once_its_own_is_back(
    other: Callable[[Process, ControlPlane], bytes],
) -> None:
    process, plane = Process(), _plane()
    _write(process, plane)
    vm = Vm(module("filter"), process, filter_configuration())
    assert _ask(vm).reply is not None
    process.set(b"vop/1/state", other(process, plane))
    stream = _ask(vm)
    assert stream.reply is None
    assert stream.header("x-vop-route") == "fallback"
    process.set(b"vop/1/state", _state(process, plane))
    assert _ask(vm).reply is not None
