"""The feed of each tenant: positions in commit order, and pages for those who follow."""

import asyncio
import logging
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.engine import Database
from control_plane.directory.models import FeedRecord, FeedStream, Generation
from control_plane.directory.pages import (
    BODY_BYTES_MAX,
    CHANGES,
    KEY_FIRST,
    KEY_LAST,
    RECORD_HEADER_BYTES,
    SNAPSHOT,
    Page,
    Record,
    fill,
)

SEQUENCE_BATCH_MAX = 1_000
"""Records that get their positions in one transaction."""

PAGE_RECORDS_MAX = BODY_BYTES_MAX // (RECORD_HEADER_BYTES + 92)
"""Records asked of the database for one page: a sealed record has at least 92 bytes."""

LOOK_SECONDS = 0.2
"""A waiting poll looks this often for changes that another process has committed."""

_log = logging.getLogger(__name__)
_BEYOND = (
    "an edge has seen changes of %s that the database doesn't hold: was it restored from a backup, or failed"
    " over to a copy that lags behind? Then run `vop keys rotate --index --now`"
)

_record: Table = FeedRecord.__table__  # type: ignore[attr-defined]
_stream: Table = FeedStream.__table__  # type: ignore[attr-defined]
_generation: Table = Generation.__table__  # type: ignore[attr-defined]
_GIVE_POSITION = (
    update(_record)
    .where(
        _record.c.generation == bindparam("of_generation"),
        _record.c.bic == bindparam("of_bic"),
        _record.c.lookup_key == bindparam("of_key"),
    )
    .values(seq=bindparam("position"))
)


class CursorGoneError(Exception):
    """The generation or the position isn't served (any more): a new snapshot is needed."""


class Feed:
    """Positions and pages of all tenants, in each generation."""

    def __init__(self, database: Database, page_records_max: int = PAGE_RECORDS_MAX) -> None:
        self._database = database
        self._page_records_max = page_records_max
        self._moved: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._closing = False

    async def advance_all(self, bic: str) -> None:
        """Advance a tenant's feed in every generation."""
        async with self._database.read() as session:
            generations = list(
                await session.scalars(select(_stream.c.generation).where(_stream.c.bic == bic))
            )
        for generation in generations:
            await self.advance(generation, bic)

    async def advance(self, generation: bytes, bic: str) -> bool:
        """Give positions to all committed records of a tenant that have none, and wake who waits for them.

        One caller at a time holds the stream's row, so positions follow commits: a record that isn't
        committed can't be seen, and one that commits later gets a later position. False if a committed change
        has to wait for its position, because another writer is changing the same record again.
        """
        while await self._pending(generation, bic):
            async with self._database.write() as session:
                count, held = await self._advance_batch(session, generation, bic)
            if count:
                self._wake(bic)
            else:
                return not held
        return True

    async def announce(self, bic: str) -> None:
        """Advance after a commit of one's own; a failure can't undo that, and is left to the next poll."""
        try:
            await self.advance_all(bic)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            _log.warning("a feed couldn't be advanced: %s", type(error).__name__)

    async def snapshot(self, generation: bytes, bic: str, as_of: int | None, after_key: bytes) -> Page:
        """One page of all records in lookup-key order; the first has ``as_of`` None and fixes it."""
        await self.advance(generation, bic)
        async with self._database.read() as session:
            head = await self._head(session, generation, bic)
            fixed = head if as_of is None else as_of
            condition = _record.c.sealed.is_not(None) & (_record.c.lookup_key > after_key)
            records, last = await self._records(session, generation, bic, condition, _record.c.lookup_key)
            await self._check_served(session, generation, bic, fixed)
        if fixed > head:
            raise CursorGoneError
        last_key = KEY_LAST if last else records[-1].lookup_key
        return Page(SNAPSHOT, last, generation, bic, fixed, fixed, head, after_key, last_key, records)

    async def changes(self, generation: bytes, bic: str, after: int, wait_ms: int) -> Page:
        """Return the changes after a position; at the head, waits for one up to ``wait_ms``."""
        deadline = asyncio.get_running_loop().time() + wait_ms / 1000
        while True:
            moved = self._moved[bic]
            page = await self._changes_now(generation, bic, after)
            left = deadline - asyncio.get_running_loop().time()
            if page.records or left <= 0 or self._closing:
                return page
            try:
                async with asyncio.timeout(min(left, LOOK_SECONDS)):
                    await moved.wait()
            except TimeoutError:
                continue

    def close(self) -> None:
        """Let all waiting polls answer at once."""
        self._closing = True
        for bic in list(self._moved):
            self._wake(bic)

    async def _changes_now(self, generation: bytes, bic: str, after: int) -> Page:
        proved = await self.advance(generation, bic)
        async with self._database.read() as session:
            # The head first: a record that moves on meanwhile is then beyond it, for the next page.
            head = await self._head(session, generation, bic)
            condition = (_record.c.seq > after) & (_record.c.seq <= head)
            records, complete = await self._records(session, generation, bic, condition, _record.c.seq)
            await self._check_served(session, generation, bic, after)
        if after > head:
            _log.warning(_BEYOND, bic)
            raise CursorGoneError
        reached = head if complete else records[-1].seq or after
        # A change that waits for its position lies beyond the head: who reads this page is not up to date.
        newest = head if proved else head + 1
        return Page(CHANGES, False, generation, bic, after, reached, newest, KEY_FIRST, KEY_FIRST, records)

    async def _records(
        self,
        session: AsyncSession,
        generation: bytes,
        bic: str,
        condition: ColumnElement[bool],
        order: ColumnElement[Any],
    ) -> tuple[tuple[Record, ...], bool]:
        """As many records as fit on a page, and whether these are all."""
        rows = await session.stream(
            select(_record.c.lookup_key, _record.c.revision, _record.c.epoch, _record.c.sealed, _record.c.seq)
            .where(_record.c.generation == generation, _record.c.bic == bic, condition)
            .order_by(order)
            .limit(self._page_records_max + 1)
            .execution_options(yield_per=500)
        )
        records = [Record(*row) async for row in rows]
        taken, fitted = fill(records[: self._page_records_max])
        return taken, fitted and len(records) <= self._page_records_max

    async def _head(self, session: AsyncSession, generation: bytes, bic: str) -> int:
        return int(await session.scalar(select(_stream.c.head).where(_of(generation, bic))) or 0)

    async def _check_served(self, session: AsyncSession, generation: bytes, bic: str, position: int) -> None:
        """Refuse what may lack records: a generation that isn't served, a cursor from before a removal.

        After the records are read: what was deleted while they were is then known to be.
        """
        horizon = await session.scalar(
            select(_stream.c.horizon)
            .join(_generation, _generation.c.id == _stream.c.generation)
            .where(_of(generation, bic), _generation.c.served)
        )
        if horizon is None or position < horizon:
            raise CursorGoneError

    async def _pending(self, generation: bytes, bic: str) -> bool:
        async with self._database.read() as session:
            return await session.scalar(_pending_keys(generation, bic).limit(1)) is not None

    async def _advance_batch(self, session: AsyncSession, generation: bytes, bic: str) -> tuple[int, bool]:
        """Give positions to some pending records; how many, and whether one was held by another writer."""
        mine = _of(generation, bic)
        head = await session.scalar(select(_stream.c.head).where(mine).with_for_update())
        if head is None:
            return 0, False
        pending = _pending_keys(generation, bic).order_by(_record.c.lookup_key).limit(SEQUENCE_BATCH_MAX)
        committed = (await session.scalars(pending)).all()
        keys = (await session.scalars(pending.with_for_update(skip_locked=True))).all()
        held = not set(committed).issubset(keys)
        if keys:
            connection = await session.connection()
            await connection.execute(
                _GIVE_POSITION,
                [
                    {
                        "of_generation": generation,
                        "of_bic": bic,
                        "of_key": key,
                        "position": position,
                    }
                    for position, key in enumerate(keys, start=head + 1)
                ],
            )
            await session.execute(update(_stream).where(mine).values(head=head + len(keys)))
        return len(keys), held

    def _wake(self, bic: str) -> None:
        self._moved.pop(bic, asyncio.Event()).set()


def _of(generation: bytes, bic: str) -> ColumnElement[bool]:
    return (_stream.c.generation == generation) & (_stream.c.bic == bic)


def _pending_keys(generation: bytes, bic: str) -> Select[bytes]:
    return select(_record.c.lookup_key).where(
        _record.c.generation == generation, _record.c.bic == bic, _record.c.seq.is_(None)
    )
