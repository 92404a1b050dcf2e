"""The filter as shipped opens a record only as it was sealed: anything else is counted and handed over."""

import struct

import pytest

from tests.unit.edge_filter.directory import BIC, Account, seal_record
from tests.unit.edge_filter.edge import Edge

ADA, IBAN = "Ada Beispiel", "DE02120300000000202051"
BORIS, OTHER_IBAN = "Boris Muster", "DE02500105170137075030"
HANDED_OVER, DOES_NOT_OPEN = 6, 5
SEAL_BROKEN = "vop_hand_over_seal_does_not_open"
HEAD_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
REVISION, EPOCH = slice(16, 24), slice(24, 28)


@pytest.fixture(scope="module")
def edge() -> Edge:
    """Return an edge that holds Ada's and Boris's accounts."""
    edge = Edge()
    tenant = edge.control_plane.tenants[BIC]
    tenant.put(IBAN, ADA)
    tenant.put(OTHER_IBAN, BORIS)
    return edge.load()


def bucket_of(edge: Edge, iban: str) -> tuple[bytes, bytes]:
    """Return the key and the value of the bucket that an account is in; it must be there alone."""
    lookup_key = edge.control_plane.lookup_key(BIC, iban)
    ((key, value),) = [(key, value) for key, (value, _) in edge.process.data.items() if lookup_key in value]
    assert len(value) == HEAD_BYTES + struct.unpack_from("<H", value, 30)[0]
    return key, value


def outcome(edge: Edge, name: str, iban: str) -> tuple[int, int]:
    """Ask once, and return outcome and cause of the decision."""
    stream, _ = edge.ask(name, iban=iban)
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    return decision.outcome, decision.cause


def assert_refused(edge: Edge, name: str, iban: str) -> None:
    """Check that a question is handed over for a seal that does not open, and counted as that."""
    before = edge.filter.metrics[SEAL_BROKEN]
    stream, _ = edge.ask(name, iban=iban)
    assert stream.reply is None
    assert stream.header("x-vop-route") == "fallback"
    decision = edge.control_plane.open_decision(stream.properties["vop_decision"])
    assert (decision.outcome, decision.cause) == (HANDED_OVER, DOES_NOT_OPEN)
    assert edge.filter.metrics[SEAL_BROKEN] == before + 1


def test_any_one_byte_of_revision_epoch_nonce_text_or_tag_that_differs_hands_over(edge: Edge) -> None:
    key, value = bucket_of(edge, IBAN)
    assert len(value) == HEAD_BYTES + NONCE_BYTES + 64 + TAG_BYTES
    head = range(REVISION.start, EPOCH.stop)
    for position in (*head, *range(HEAD_BYTES, len(value))):
        changed = bytearray(value)
        changed[position] ^= 1 << position % 8
        edge.process.set(key, bytes(changed))
        assert_refused(edge, ADA, IBAN)
    edge.process.set(key, value)
    assert outcome(edge, ADA, IBAN) == (1, 0)


def test_two_records_whose_sealed_parts_are_swapped_both_hand_over(edge: Edge) -> None:
    (key, value), (other_key, other) = bucket_of(edge, IBAN), bucket_of(edge, OTHER_IBAN)
    edge.process.set(key, value[:HEAD_BYTES] + other[HEAD_BYTES:])
    edge.process.set(other_key, other[:HEAD_BYTES] + value[HEAD_BYTES:])
    for name in (ADA, BORIS):
        assert_refused(edge, name, IBAN)
        assert_refused(edge, name, OTHER_IBAN)
    edge.process.set(key, value)
    edge.process.set(other_key, other)


def test_a_record_whole_of_another_account_under_ones_own_key_hands_over(edge: Edge) -> None:
    (key, value), (_, other) = bucket_of(edge, IBAN), bucket_of(edge, OTHER_IBAN)
    edge.process.set(key, value[:16] + other[16:])
    assert_refused(edge, BORIS, IBAN)
    edge.process.set(key, value)


@pytest.mark.parametrize(("revision", "epoch"), [(1, 1), (2, 1), (4, 1), (3, 2)])
def test_what_was_sealed_for_another_revision_or_epoch_hands_over(
    edge: Edge, revision: int, epoch: int
) -> None:
    key, value = bucket_of(edge, IBAN)
    tenant = edge.control_plane.tenants[BIC]
    held = tenant.accounts[IBAN]
    other = seal_record(
        tenant.seal_keys[1], BIC, value[:16], Account(IBAN, held.plain, revision=revision, epoch=epoch)
    )
    edge.process.set(key, value[:16] + struct.pack("<Q", 3) + value[EPOCH.start : HEAD_BYTES] + other)
    assert_refused(edge, ADA, IBAN)
    edge.process.set(key, value)


def test_an_older_sealing_in_a_page_of_its_own_is_stale_and_changes_nothing(edge: Edge) -> None:
    _, before = bucket_of(edge, IBAN)
    tenant = edge.control_plane.tenants[BIC]
    tenant.put(IBAN, ADA, "Adele Beispiel")
    edge.run()
    key, newer = bucket_of(edge, IBAN)
    assert newer != before
    stale = edge.replicator.metrics["vop_replicator_stale_records"]
    current = tenant.accounts[IBAN]
    tenant.accounts[IBAN] = Account(IBAN, current.plain, revision=current.revision - 1)
    tenant.changes.append(IBAN)
    edge.run()
    tenant.accounts[IBAN] = current
    assert edge.process.data[key][0] == newer
    assert edge.replicator.metrics["vop_replicator_stale_records"] == stale + 1
