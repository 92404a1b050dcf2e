"""Whoever can write the directory's table in the database can make no edge give a wrong answer.

A record that does not open as what it was sealed for is for the fallback, which reads the account itself.
"""

from __future__ import annotations

import sqlite3
import struct
from typing import TYPE_CHECKING

import pytest

from control_plane.stack.access_log import entries
from control_plane.stack.stack import Stack
from tests.edge.accounts import GERMAN, account, iban
from tests.edge.wire import ask, new_id, verification
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.edge.wire import Reply

NAMES = [f"Leopoldine Wagenknecht{letter}" for letter in "abcdefghi"]
UNTOUCHED, NONCE, FIRST, LAST, TAG, SWAPPED, SWAPPED_TOO, REPLAYED, RAISED = range(9)
CHANGED = (NONCE, FIRST, LAST, TAG, SWAPPED, SWAPPED_TOO, REPLAYED, RAISED)
POSITIONS = {NONCE: 0, FIRST: 12, LAST: -17, TAG: -1}
"""Where a byte of a sealed record is changed."""
SEAL_BROKEN = "wasmcustom.vop_hand_over_seal_does_not_open"
OLD, NEW = "Leopoldine Aichinger", NAMES[REPLAYED]


class Table:
    """The feed's records in the database, by account."""

    def __init__(self, stack: Stack) -> None:
        self._database = sqlite3.connect(stack.runtime / "vop.db", timeout=20, isolation_level=None)
        self.rows: dict[int, bytes] = {}
        """The lookup keys of accounts, told by the order in which they were made."""

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def learn(self, number: int) -> None:
        """Take the one record that is not known yet for that account's."""
        found = self._database.execute("SELECT lookup_key FROM feed_record WHERE bic = ?", (GERMAN,))
        (self.rows[number],) = {row[0] for row in found} - set(self.rows.values())

    def sealed(self, number: int) -> bytes:
        """Return an account's sealed record."""
        query = "SELECT sealed FROM feed_record WHERE lookup_key = ?"
        ((sealed,),) = self._database.execute(query, (self.rows[number],))
        assert isinstance(sealed, bytes)
        return sealed

    def put(self, number: int, sealed: bytes) -> None:
        """Write another sealed record in its place."""
        update = "UPDATE feed_record SET sealed = ? WHERE lookup_key = ?"
        self._database.execute(update, (sealed, self.rows[number]))

    def raise_revision(self, number: int) -> None:
        """Pretend that an account was changed once more."""
        query = "SELECT header FROM feed_record WHERE lookup_key = ?"
        ((header,),) = self._database.execute(query, (self.rows[number],))
        (revision,) = struct.unpack_from("<Q", header, 20)
        raised = header[:20] + struct.pack("<Q", revision + 1) + header[28:]
        update = "UPDATE feed_record SET header = ?, revision = revision + 1 WHERE lookup_key = ?"
        self._database.execute(update, (raised, self.rows[number]))


@pytest.fixture
def stack() -> Iterator[Stack]:
    """Run a stack whose edge loads a directory that was tampered with."""
    with Stack() as running:
        table = Table(running)
        with running.admin_api() as api:
            for number, name in enumerate(NAMES):
                created = api.create_account(account(number, OLD if number == REPLAYED else name))
                table.learn(number)
                if number == REPLAYED:
                    older = table.sealed(number)
                    api.replace_account(created["id"], account(number, NEW))
        running.stop_child("edge")
        for number, position in POSITIONS.items():
            changed = bytearray(table.sealed(number))
            changed[position] ^= 1
            table.put(number, bytes(changed))
        swapped, swapped_too = table.sealed(SWAPPED), table.sealed(SWAPPED_TOO)
        table.put(SWAPPED, swapped_too)
        table.put(SWAPPED_TOO, swapped)
        table.put(REPLAYED, older)
        table.raise_revision(RAISED)
        table.close()
        running.start_edge()
        yield running


def _upstream(stack: Stack, request_id: str) -> str | None:
    def find() -> tuple[str | None] | None:
        found = (entry for entry in entries(stack.access_log) if entry.request_id == request_id)
        return next(((entry.upstream,) for entry in found), None)

    return wait_for(find)[0]


def test_records_changed_swapped_or_replayed_in_the_database_are_answered_by_the_fallback(
    stack: Stack,
) -> None:
    replies: dict[int, tuple[str, Reply]] = {}
    for number, name in enumerate(NAMES):
        request_id = new_id()
        replies[number] = request_id, ask(stack.edge, verification(iban(number), name), request_id=request_id)
    for number, (request_id, reply) in replies.items():
        assert (reply.status, reply.body) == (200, {"partyNameMatch": "MTCH"}), number
        assert (_upstream(stack, request_id) is not None) == (number in CHANGED), number
    stale = ask(stack.edge, verification(iban(REPLAYED), OLD))
    assert (stale.status, stale.body) == (200, {"partyNameMatch": "NMTC"})
    counted = stack.envoy.get(f"/stats?filter=^{SEAL_BROKEN}$") or ""
    assert counted.split() == [f"{SEAL_BROKEN}:", str(len(CHANGED) + 1)]
