"""Every answered request is in the access log once, its outcome sealed and numbered without a gap."""

from __future__ import annotations

import base64
from collections import Counter
from typing import TYPE_CHECKING, Any

import hvac
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from control_plane.decisions.record import DecisionOutcome, RequestKind
from control_plane.decisions.sealing import OpenedDecision, open_decision
from control_plane.stack.access_log import Entry, entries
from control_plane.stack.stack import EDGE_ID, Stack, StackSettings
from tests.edge.accounts import account, iban
from tests.edge.wire import ask, identification, new_id, verification
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 20
OWNERS = [f"Owner{letter} Eigen" for letter in "abcdefghijklmnopqr"]


class Case(msgspec.Struct, frozen=True):
    """A request, and what its decision must say."""

    body: Any
    outcome: DecisionOutcome
    kind: RequestKind = RequestKind.NAME
    iban: str = ""
    typed: str = ""
    matched: str = ""
    cause: int = 0


def _name(number: int, typed: str, outcome: DecisionOutcome, matched: str = "", cause: int = 0) -> Case:
    body = verification(iban(number), typed)
    return Case(body, outcome, iban=iban(number), typed=typed, matched=matched, cause=cause)


CASES = [
    _name(1, "Wendelin Argelander", DecisionOutcome.MTCH),
    _name(1, "W. Argelander", DecisionOutcome.CMTC, "Wendelin Argelander"),
    _name(1, "Somebody Else", DecisionOutcome.NMTC),
    _name(2, "Wendelin Argelander", DecisionOutcome.NOAP, cause=2),
    _name(99, "Wendelin Argelander", DecisionOutcome.NOAP, cause=1),
    _name(3, OWNERS[3], DecisionOutcome.HANDED_OVER, cause=4),
    Case(
        identification(iban(1)),
        DecisionOutcome.NOAP,
        kind=RequestKind.IDENTIFICATION,
        iban=iban(1),
        typed="1:::9999VOPEXAMPLE000163",
        cause=4,
    ),
    Case(b"{}", DecisionOutcome.REFUSED, kind=RequestKind.NOT_UNDERSTOOD, cause=9),
    Case(b"no json", DecisionOutcome.REFUSED, kind=RequestKind.NOT_UNDERSTOOD, cause=7),
]


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Stack]:
    with Stack(StackSettings(concurrency=2)) as stack:
        with stack.admin_api() as api:
            api.create_account(account(1, "Wendelin Argelander"))
            api.create_account(account(2, "Wendelin Argelander", status="closed"))
            api.create_account(account(3, *OWNERS))
        stack.wait_until_held(3)
        yield stack


@pytest.fixture(scope="module")
def audit_key(two_workers: Stack) -> X25519PrivateKey:
    client = hvac.Client(url=f"http://{two_workers.vault}", token=two_workers.root_token, timeout=5)
    secret = client.secrets.kv.v2.read_secret_version(path="vop/audit", raise_on_deleted_version=True)
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(secret["data"]["data"]["private_key"]))


@pytest.fixture(scope="module")
def asked(two_workers: Stack) -> dict[str, Case]:
    """Send every case many times, each over a connection of its own, so that both workers answer."""
    asked = {}
    for case in CASES * ROUNDS:
        request_id = new_id()
        ask(two_workers.edge, case.body, request_id=request_id)
        asked[request_id] = case
    return asked


@pytest.fixture(scope="module")
def lines(two_workers: Stack, asked: dict[str, Case]) -> list[Entry]:
    def all_there() -> list[Entry] | None:
        lines = entries(two_workers.access_log)
        return lines if len(lines) >= len(asked) else None

    return wait_for(all_there)


@pytest.fixture(scope="module")
def opened(lines: list[Entry], audit_key: X25519PrivateKey) -> list[tuple[Entry, OpenedDecision]]:
    return [
        (line, open_decision(audit_key, EDGE_ID, base64.b64decode(line.decision, validate=True)))
        for line in lines
        if line.decision
    ]


def test_each_request_is_in_the_log_once_with_a_decision(lines: list[Entry], asked: dict[str, Case]) -> None:
    assert Counter(line.request_id for line in lines) == Counter(list(asked))
    assert all(line.decision for line in lines)


def test_each_decision_says_what_was_asked_and_how_it_ended(
    opened: list[tuple[Entry, OpenedDecision]], asked: dict[str, Case]
) -> None:
    for line, decision in opened:
        case, record = asked[line.request_id or ""], decision.record
        assert record.request_id == line.request_id
        assert (record.outcome, record.request, record.cause) == (case.outcome, case.kind, case.cause)
        assert (record.iban, record.typed, record.matched_name) == (case.iban, case.typed, case.matched)
        understood = case.kind is not RequestKind.NOT_UNDERSTOOD
        assert record.requesting_bic == ("VOPBFRPPXXX" if understood else "")
        assert (line.upstream == "fallback") == (case.outcome is DecisionOutcome.HANDED_OVER)
        assert record.tables_hash != bytes(8)
        assert record.configuration_version != bytes(8)


def test_decisions_are_numbered_from_one_without_a_gap_in_each_vm(
    opened: list[tuple[Entry, OpenedDecision]],
) -> None:
    numbers: dict[tuple[bytes, int], list[int]] = {}
    for _, decision in opened:
        numbers.setdefault((decision.boot, decision.vm), []).append(decision.n)
    assert len(numbers) == 2, "both workers answered, each with a VM of its own"
    assert len({boot for boot, _ in numbers}) == 1
    for given in numbers.values():
        assert sorted(given) == list(range(1, len(given) + 1))


def test_a_decision_does_not_open_for_another_edge_or_when_it_was_changed(
    lines: list[Entry], audit_key: X25519PrivateKey
) -> None:
    sealed = base64.b64decode(lines[0].decision or "")
    with pytest.raises(ValueError, match="sealed decision"):
        open_decision(audit_key, "edge-2", sealed)
    for position in (1, 20, 30, 61, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(ValueError, match="sealed decision"):
            open_decision(audit_key, EDGE_ID, bytes(changed))


def test_the_heartbeat_reports_the_highest_number_of_each_vm(
    two_workers: Stack, opened: list[tuple[Entry, OpenedDecision]]
) -> None:
    highest: dict[int, int] = {}
    for _, decision in opened:
        highest[decision.vm] = max(highest.get(decision.vm, 0), decision.n)

    def reported() -> bool:
        with two_workers.admin_api() as api:
            (edge,) = api.list_edges()
        return {vm["vm"]: vm["n"] for vm in edge["heartbeat"]["vms"]} == highest

    wait_for(reported)
