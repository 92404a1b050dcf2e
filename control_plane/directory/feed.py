"""The feed of each tenant: positions in commit order, and pages for those who follow."""

import asyncio
import logging
from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, Table, TextClause, bindparam, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.bulk import update_rows
from control_plane.db.engine import Database
from control_plane.directory.models import FeedRecord, FeedStream
from control_plane.directory.pages import (
    BODY_BYTES_MAX,
    CHANGES,
    KEY_FIRST,
    KEY_LAST,
    RECORD_HEADER_BYTES,
    SNAPSHOT,
    Page,
    fitting,
)

SEQUENCE_BATCH_MAX = 2_000
"""Records that get their positions in one transaction."""

RECORD_BYTES_MIN = RECORD_HEADER_BYTES + 92
"""A page's records have at least this size, but for deletions."""

PAGE_RECORDS_MAX = BODY_BYTES_MAX // RECORD_BYTES_MIN
"""Records of one page at most."""

LOOK_SECONDS = 0.2
"""A waiting poll looks this often for changes that another process has committed."""

_log = logging.getLogger(__name__)
_BEYOND = (
    "an edge has seen changes of %s that the database doesn't hold: was it restored from a backup, or failed"
    " over to a copy that lags behind? Then run `vop keys rotate --index --now`"
)

_record: Table = FeedRecord.__table__  # type: ignore[attr-defined]
_stream: Table = FeedStream.__table__  # type: ignore[attr-defined]
_PAGE = """
SELECT stream.head, stream.horizon, generation.served,
  EXISTS (SELECT 1 FROM feed_record AS pending WHERE pending.generation = :generation
    AND pending.bic = :bic AND pending.seq IS NULL) AS waiting,
  page.records, page.last, page.body
FROM feed_stream AS stream
JOIN generation ON generation.id = stream.generation
CROSS JOIN (
  SELECT count(*) AS records, {last} AS last, {body} AS body
  FROM (
    SELECT {place} AS place, header, sealed FROM feed_record
    WHERE feed_record.generation = :generation AND feed_record.bic = :bic AND {place} > :after AND {wanted}
    ORDER BY {place} LIMIT :records_max
  ) AS record
) AS page
WHERE stream.generation = :generation AND stream.bic = :bic
"""
"""All of a page in one statement, and so as of one moment; the database puts the body together."""


def _page_statement(place: Column[Any], wanted: str, *, is_postgresql: bool) -> TextClause:
    if is_postgresql:
        body = "string_agg(header || coalesce(sealed, ''), '')"
        # Before version 18 there is no max() of bytes; in order, the greatest key is the last.
        last_key = "substr(string_agg(place, ''), CAST(16 * count(*) - 15 AS integer))"
    else:
        body = "CAST(group_concat(header || coalesce(sealed, x''), '') AS BLOB)"
        last_key = "max(place)"
    last = last_key if place is _record.c.lookup_key else "max(place)"
    statement = text(_PAGE.format(body=body, last=last, place=place.name, wanted=wanted))
    return statement.bindparams(bindparam("after", type_=place.type))


_SNAPSHOT_PAGE, _CHANGES_PAGE = (
    {kind: _page_statement(place, wanted, is_postgresql=kind) for kind in (True, False)}
    for place, wanted in ((_record.c.lookup_key, "sealed IS NOT NULL"), (_record.c.seq, "seq IS NOT NULL"))
)
"""The statement of a page, by whether it is PostgreSQL's."""


class _Found(NamedTuple):
    """What one statement found: the stream as it is, and the records of one page."""

    head: int
    horizon: int
    served: bool
    waiting: bool
    """Whether a committed change has no position yet."""
    records: int
    last: bytes | int | None
    """The place of the last record in the order that was asked for."""
    body: bytes | None


class CursorGoneError(Exception):
    """The generation or the position isn't served (any more): a new snapshot is needed."""


class Feed:
    """Positions and pages of all tenants, in each generation."""

    def __init__(self, database: Database, page_records_max: int = PAGE_RECORDS_MAX) -> None:
        self._database = database
        self._page_records_max = page_records_max
        self._record_bytes: dict[tuple[bytes, str], int] = {}
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
        if as_of is None:
            await self.advance(generation, bic)
        found, complete = await self._found(_SNAPSHOT_PAGE, generation, bic, after_key)
        fixed = found.head if as_of is None else as_of
        _check_held(found, fixed)
        last_key = KEY_LAST if complete or not isinstance(found.last, bytes) else found.last
        return Page(
            SNAPSHOT, complete, generation, bic, fixed, fixed, found.head, after_key, last_key,
            found.records, found.body or b"",
        )  # fmt: skip

    async def changes(self, generation: bytes, bic: str, after: int, wait_ms: int) -> Page:
        """Return the changes after a position; at the head, waits for one up to ``wait_ms``."""
        deadline = asyncio.get_running_loop().time() + wait_ms / 1000
        while True:
            moved = self._moved[bic]
            page = await self._changes_now(generation, bic, after)
            left = deadline - asyncio.get_running_loop().time()
            if page.record_count or left <= 0 or self._closing:
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
        found, complete = await self._found(_CHANGES_PAGE, generation, bic, after)
        proved = not found.waiting
        if found.waiting:
            proved = await self.advance(generation, bic)
            found, complete = await self._found(_CHANGES_PAGE, generation, bic, after)
        if after > found.head:
            _log.warning(_BEYOND, bic)
        _check_held(found, after)
        reached = found.head if complete or not isinstance(found.last, int) else found.last
        # A change that waits for its position lies beyond the head: who reads this page is not up to date.
        newest = found.head if proved else found.head + 1
        return Page(
            CHANGES, False, generation, bic, after, reached, newest, KEY_FIRST, KEY_FIRST,
            found.records, found.body or b"",
        )  # fmt: skip

    async def _found(
        self, pages: dict[bool, TextClause], generation: bytes, bic: str, after: bytes | int
    ) -> tuple[_Found, bool]:
        """Find the records of one page, and whether they are all that there are.

        It asks for as many as should fit, going by the page before, and once more if they don't.

        Raises:
            CursorGoneError: there is no such stream.

        """
        stream = (generation, bic)
        wanted = min(
            self._page_records_max, BODY_BYTES_MAX // self._record_bytes.get(stream, RECORD_BYTES_MIN)
        )
        found = await self._ask(pages, generation, bic, after, wanted)
        if len(found.body or b"") > BODY_BYTES_MAX:
            wanted = fitting(found.body or b"")
            found = await self._ask(pages, generation, bic, after, wanted)
        complete = found.records < wanted
        if not complete:
            self._record_bytes[stream] = max(RECORD_BYTES_MIN, len(found.body or b"") // found.records + 1)
        return found, complete

    async def _ask(
        self, pages: dict[bool, TextClause], generation: bytes, bic: str, after: bytes | int, wanted: int
    ) -> _Found:
        values = {"generation": generation, "bic": bic, "after": after, "records_max": wanted}
        async with self._database.read() as session:
            row = (await session.execute(pages[self._database.is_postgresql], values)).one_or_none()
        if row is None:
            raise CursorGoneError
        return _Found(*row)

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
        keys = (await session.scalars(pending.with_for_update(skip_locked=True))).all()
        if not keys:
            return 0, await session.scalar(pending.limit(1)) is not None
        rows = [(position, generation, bic, key) for position, key in enumerate(keys, start=head + 1)]
        await update_rows(session, _record, ["seq"], ["generation", "bic", "lookup_key"], rows)
        await session.execute(update(_stream).where(mine).values(head=head + len(keys)))
        return len(keys), False

    def _wake(self, bic: str) -> None:
        self._moved.pop(bic, asyncio.Event()).set()


def _of(generation: bytes, bic: str) -> ColumnElement[bool]:
    return (_stream.c.generation == generation) & (_stream.c.bic == bic)


def _check_held(found: _Found, position: int) -> None:
    """Refuse what may lack records: a generation that isn't served, a cursor from before a removal."""
    if not found.served or not found.horizon <= position <= found.head:
        raise CursorGoneError


def _pending_keys(generation: bytes, bic: str) -> Select[bytes]:
    return select(_record.c.lookup_key).where(
        _record.c.generation == generation, _record.c.bic == bic, _record.c.seq.is_(None)
    )
