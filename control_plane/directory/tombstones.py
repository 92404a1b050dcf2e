"""Remove what is left of deleted accounts once every edge has heard of it, or must take a new snapshot."""

import asyncio
import logging

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.directory.models import FeedRecord, FeedStream

TOMBSTONE_MS = 7 * 86_400_000
"""How long a tombstone lives: an edge that was away for longer takes a new snapshot."""

REMOVE_BATCH = 1_000
"""Tombstones that are removed in one transaction."""

PAUSE_SECONDS = 3_600.0
"""Time between two looks for old tombstones."""

_log = logging.getLogger(__name__)


async def remove_tombstones(database: Database, until_ms: int) -> None:
    """Remove the tombstones of accounts that were deleted before a time.

    Each stream keeps the horizon behind which a cursor may have missed one, and the floor above which the
    revisions of a new account begin: a deleted account's record must never seem to be the newer one.
    """
    async with database.read() as session:
        streams = (await session.execute(select(col(FeedStream.generation), col(FeedStream.bic)))).all()
    for generation, bic in streams:
        removed = REMOVE_BATCH
        while removed == REMOVE_BATCH:
            async with database.write() as session:
                removed = await _remove_some(session, generation, bic, until_ms)


async def keep_tidy(database: Database) -> None:
    """Remove old tombstones for ever."""
    while True:
        try:
            await remove_tombstones(database, now_ms() - TOMBSTONE_MS)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            _log.warning("old tombstones can't be removed: %s", type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)


async def _remove_some(session: AsyncSession, generation: bytes, bic: str, until_ms: int) -> int:
    """Remove some tombstones of one stream and count them; one without a position was told to nobody yet."""
    stream = await session.scalar(
        select(FeedStream)
        .where(col(FeedStream.generation) == generation, col(FeedStream.bic) == bic)
        .with_for_update()
    )
    if stream is None:
        return 0  # Its generation has gone meanwhile.
    mine = (col(FeedRecord.generation) == generation) & (col(FeedRecord.bic) == bic)
    rows = list(
        await session.scalars(
            select(FeedRecord)
            .where(mine, col(FeedRecord.deleted_ms) < until_ms, col(FeedRecord.seq).is_not(None))
            .order_by(col(FeedRecord.lookup_key))
            .limit(REMOVE_BATCH)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        stream.horizon = max(stream.horizon, row.seq or 0)
        stream.revision_floor = max(stream.revision_floor, row.revision)
    keys = [row.lookup_key for row in rows]
    await session.flush()
    session.expunge_all()
    await session.execute(delete(FeedRecord).where(mine, col(FeedRecord.lookup_key).in_(keys)))
    return len(rows)
