"""Write the sealed form of changed accounts, inside the transaction that changes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.directory.models import FeedRecord, Tenant
from control_plane.directory.sealing import lookup_key, seal
from control_plane.secrets.keyring import Keyring
from matcher import Account
from matcher.record import encode

LOOKUP_BATCH = 500
"""Records asked for in one statement."""


@dataclass(frozen=True, slots=True)
class Change:
    """An account's new content, or None for its deletion."""

    iban: str = field(repr=False)
    account: Account | None


async def record_changes(
    session: AsyncSession, keyring: Keyring, bic: str, changes: Sequence[Change]
) -> list[int]:
    """Seal each account of one tenant under a new revision, and return the revisions.

    The records get no position in the feed here: the sequencer gives it once they are committed. A deletion
    leaves a tombstone, from whose revision a re-creation goes on.
    """
    epoch = await _epoch(session, keyring, bic)
    revisions: list[int] = []
    for start in range(0, len(changes), LOOKUP_BATCH):
        revisions += await _record_batch(session, keyring, bic, epoch, changes[start : start + LOOKUP_BATCH])
    return revisions


async def _epoch(session: AsyncSession, keyring: Keyring, bic: str) -> int:
    """Give the epoch to seal with, and hold it: a rotation waits for this transaction to end."""
    held = select(col(Tenant.epoch)).where(col(Tenant.bic) == bic).with_for_update(read=True)
    epoch: int = (await session.execute(held)).scalar_one()
    if epoch not in keyring.seal_keys(bic):
        await keyring.load_seal_keys(bic)
    return epoch


async def _record_batch(
    session: AsyncSession, keyring: Keyring, bic: str, epoch: int, changes: Sequence[Change]
) -> list[int]:
    seal_key = keyring.seal_keys(bic)[epoch]
    lookups = [lookup_key(keyring.index_key, bic, change.iban) for change in changes]
    rows = await session.scalars(
        select(FeedRecord)
        .where(
            col(FeedRecord.generation) == keyring.generation,
            col(FeedRecord.bic) == bic,
            col(col(FeedRecord.lookup_key)).in_(lookups),
        )
        .order_by(col(FeedRecord.lookup_key))
        .with_for_update()
    )
    held = {row.lookup_key: row for row in rows}
    revisions: list[int] = []
    for change, lookup in zip(changes, lookups, strict=True):
        row = held.get(lookup)
        if row is None:
            row = FeedRecord(
                generation=keyring.generation, bic=bic, lookup_key=lookup, revision=0, epoch=epoch
            )
            session.add(row)
        row.revision += 1
        row.epoch = epoch
        row.seq = None
        row.sealed = None
        if change.account is not None:
            plain = encode(change.account)
            row.sealed = seal(seal_key, bic, change.iban, lookup, epoch, row.revision, plain)
        revisions.append(row.revision)
    await session.flush()
    return revisions
