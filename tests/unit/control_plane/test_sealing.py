"""What is sealed is what the formats say, and opens for nothing but what it was sealed for."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from control_plane.decisions import sealing as decisions
from control_plane.decisions.record import DecisionError, DecisionOutcome, DecisionRecord, RequestKind
from control_plane.directory.pages import CHANGES, KEY_FIRST, KEY_LAST, SNAPSHOT, Page, encode
from control_plane.directory.sealing import SealBrokenError, lookup_key, open_sealed, seal
from control_plane.edges.credentials import EdgeCredentials
from control_plane.edges.package import plain_package, sealed_package
from tests.vectors import load

KNOWN: dict[str, Any] = load()
BIC, IBAN, EDGE_ID = KNOWN["bic"].decode(), KNOWN["iban"].decode(), KNOWN["edge_id"].decode()
BOUND: dict[str, Any] = {
    "seal_key": KNOWN["seal_key"],
    "bic": BIC,
    "iban": IBAN,
    "lookup": KNOWN["lookup_key"],
    "epoch": KNOWN["epoch"],
    "revision": KNOWN["revision"],
}


@pytest.fixture
def credentials() -> EdgeCredentials:
    return EdgeCredentials.derive(EDGE_ID, (BIC,), KNOWN["secret"])


def test_the_keys_of_an_edge_are_the_known_ones(credentials: EdgeCredentials) -> None:
    assert credentials.token == KNOWN["token"].hex()
    assert credentials.page_key == KNOWN["page_key"]
    assert credentials.delivery_key == KNOWN["delivery_key"]


def test_the_lookup_key_is_the_known_one() -> None:
    assert lookup_key(KNOWN["index_key"], BIC, IBAN) == KNOWN["lookup_key"]


def test_a_record_is_sealed_to_the_known_bytes_and_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda length: KNOWN["sealed"][:length])
    assert seal(**BOUND, plain=KNOWN["plain"]) == KNOWN["sealed"]
    assert open_sealed(**BOUND, sealed=KNOWN["sealed"]) == KNOWN["plain"]


def test_a_key_package_is_delivered_in_the_known_bytes(
    credentials: EdgeCredentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {1: KNOWN["older_seal_key"], 7: KNOWN["seal_key"]}
    plain = plain_package(KNOWN["generation"], KNOWN["index_key"], KNOWN["audit_public"], {BIC: keys})
    assert plain == KNOWN["package"]
    monkeypatch.setattr(secrets, "token_bytes", lambda length: KNOWN["delivery"][24 : 24 + length])
    assert sealed_package(plain, credentials, KNOWN["nonce"]) == KNOWN["delivery"]


@pytest.mark.parametrize(("name", "kind"), [("snapshot", SNAPSHOT), ("changes", CHANGES)])
def test_a_page_has_the_known_bytes_and_mac(name: str, kind: int) -> None:
    known, head = KNOWN[name], KNOWN["head"]
    page = Page(
        kind=kind,
        last=kind == SNAPSHOT,
        generation=KNOWN["generation"],
        bic=BIC,
        from_seq=head if kind == SNAPSHOT else 0,
        to_seq=head,
        head=head,
        after_key=KEY_FIRST,
        last_key=KEY_LAST if kind == SNAPSHOT else KEY_FIRST,
        record_count=int.from_bytes(known[112:116], "little"),
        body=known[120:-32],
    )
    assert encode(page, KNOWN["nonce"], EDGE_ID, KNOWN["page_key"]) == known


def test_a_decision_is_sealed_to_the_known_bytes_and_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    ephemeral = X25519PrivateKey.from_private_bytes(KNOWN["ephemeral"])

    class Fixed(X25519PrivateKey):
        generate = staticmethod(lambda: ephemeral)

    monkeypatch.setattr(decisions, "X25519PrivateKey", Fixed)
    record = DecisionRecord.decode(KNOWN["decision"])
    assert (record.request, record.outcome) == (RequestKind.NAME, DecisionOutcome.CMTC)
    assert record.encode() == KNOWN["decision"]
    sealer = decisions.DecisionSealer(KNOWN["audit_public"], EDGE_ID, KNOWN["boot"], KNOWN["vm"])
    assert sealer.seal(record) == (KNOWN["n"], KNOWN["sealed_decision"])
    private = X25519PrivateKey.from_private_bytes(KNOWN["audit_private"])
    opened = decisions.open_decision(private, EDGE_ID, KNOWN["sealed_decision"])
    assert (opened.boot, opened.vm, opened.n) == (KNOWN["boot"], KNOWN["vm"], KNOWN["n"])
    assert opened.record == record


@given(mask=st.integers(1, 255))
def test_a_record_with_any_one_byte_of_nonce_text_or_tag_changed_does_not_open(mask: int) -> None:
    for position in range(len(KNOWN["sealed"])):
        changed = bytearray(KNOWN["sealed"])
        changed[position] ^= mask
        with pytest.raises(SealBrokenError):
            open_sealed(**BOUND, sealed=bytes(changed))


def test_a_record_cut_anywhere_or_with_something_behind_it_does_not_open() -> None:
    sealed = KNOWN["sealed"]
    for changed in (*(sealed[:length] for length in range(len(sealed))), sealed + b"\x00"):
        with pytest.raises(SealBrokenError):
            open_sealed(**BOUND, sealed=changed)


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("seal_key", bytes(32)),
        ("bic", "VOPBDEFF001"),
        ("iban", "DE02120300000000202052"),
        *(("lookup", KNOWN["lookup_key"][:at] + b"\x00" + KNOWN["lookup_key"][at + 1 :]) for at in range(16)),
        *(("epoch", KNOWN["epoch"] ^ 1 << bit) for bit in range(32)),
        *(("revision", KNOWN["revision"] ^ 1 << bit) for bit in range(64)),
    ],
)
def test_a_record_opens_for_nothing_but_what_it_is_bound_to(what: str, other: object) -> None:
    with pytest.raises(SealBrokenError):
        open_sealed(**{**BOUND, what: other}, sealed=KNOWN["sealed"])


def test_a_decision_with_any_one_byte_changed_does_not_open() -> None:
    private = X25519PrivateKey.from_private_bytes(KNOWN["audit_private"])
    for position in range(len(KNOWN["sealed_decision"])):
        changed = bytearray(KNOWN["sealed_decision"])
        changed[position] ^= 0x20
        with pytest.raises(DecisionError):
            decisions.open_decision(private, EDGE_ID, bytes(changed))
    with pytest.raises(DecisionError):
        decisions.open_decision(private, "edge-2", KNOWN["sealed_decision"])
