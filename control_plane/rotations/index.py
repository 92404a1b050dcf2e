"""Replaces the directory's generation by one with a new index key, while the edges go on answering.

The steps, each of which can be repeated after a kill and by any process: a new generation, into which every
change is written from then on; a record there for every account; the new one served beside the old one, and
handed to one edge after another; the old one served and written no more; its records deleted, and its index
key destroyed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.accounts.content import account_content
from control_plane.accounts.models import Account
from control_plane.db.engine import Database
from control_plane.directory.changes import Change, copy_records
from control_plane.directory.feed import Feed
from control_plane.directory.generations import (
    begin_generation,
    end_generation,
    lock_generations,
    withdraw_generations,
    written_generations,
)
from control_plane.directory.models import FeedRecord, FeedStream, Generation
from control_plane.directory.tenants import Tenants
from control_plane.edges.models import Edge
from control_plane.edges.service import Edges, living
from control_plane.errors import StartError
from control_plane.rotations.passing import pass_over
from control_plane.secrets.keyring import Keyring

LOOK_SECONDS = 0.5
"""While edges take the new generation, they are looked at this often."""

IDLE_SECONDS = 5.0
"""A process looks this often whether another has begun a rotation, or left one."""

DELETE_BATCH = 1_000
"""Records of the old generation that are deleted in one transaction."""

_LOCK = 0x766F72
"""PostgreSQL's lock of the one process that takes the steps; two would do no harm, but be twice as fast."""

Phase = Literal["none", "sealing", "handing over", "deleting"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the rotation of the index key is."""

    phase: Phase
    generation: bytes
    """The newest one."""
    accounts: int
    left: int
    """Accounts without a record in the newest generation."""
    edges_left: int
    """Living edges that aren't complete in the newest generation."""


class IndexRotation:
    """The rotation of the index key, of which there is one at a time."""

    def __init__(
        self, database: Database, keyring: Keyring, tenants: Tenants, feed: Feed, edges: Edges
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._tenants = tenants
        self._feed = feed
        self._edges = edges
        self._begun = asyncio.Event()

    async def start(self, *, now: bool) -> Progress:
        """Begin a rotation; one that is under way goes on instead.

        With ``now`` a new one always begins, and whatever the edges hold is served no more from this moment:
        they hand all requests over until the new generation is complete. That is for a database which was
        restored from a backup or lost commits in a failover, so that edges hold what it doesn't know of.
        """
        async with self._database.write() as session:
            await lock_generations(self._database, session)
            written = await written_generations(session, self._keyring)
            known = await session.scalar(select(func.count()).select_from(Generation)) or 0
            if now:
                for later in written[1:]:
                    await end_generation(session, later.id)
                await withdraw_generations(session)
            if now or known == 1:
                await begin_generation(session, self._keyring, served=False)
        self._begun.set()
        return await self.progress()

    async def progress(self) -> Progress:
        """Tell how far the rotation is."""
        async with self._database.read() as session:
            rows = await _generations(session)
            newest = rows[-1].id
            accounts = await session.scalar(select(func.count()).select_from(Account)) or 0
            records = await session.scalar(
                select(func.count()).where(
                    col(FeedRecord.generation) == newest, col(FeedRecord.sealed).is_not(None)
                )
            )
        behind = await self._behind(newest)
        return Progress(_phase(rows), newest, accounts, max(0, accounts - (records or 0)), len(behind))

    async def keep_going(self) -> None:
        """Take the steps that are due, for ever: of a rotation begun here, or one that another left."""
        while True:
            try:
                async with self._database.only_one(_LOCK) as mine:
                    while mine and await self._step():
                        pass
                async with self._database.read() as session:
                    # So that a destroyed key leaves the memory of every process soon.
                    await written_generations(session, self._keyring)
            except (StartError, SQLAlchemyError, OSError, TimeoutError) as error:
                _log.warning("the rotation of the index key is held up: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._begun.wait()
            self._begun.clear()

    async def _step(self) -> bool:
        """Take one step; False if there is none to take."""
        async with self._database.read() as session:
            rows = await _generations(session)
        phase = _phase(rows)
        if phase == "sealing":
            await self._build(rows[-1].id, bounded=any(row.served for row in rows))
        elif phase == "handing over":
            if not await self._hand_on():
                await asyncio.sleep(LOOK_SECONDS)
        elif phase == "deleting":
            for row in rows:
                if not row.written:
                    await self._delete(row.id)
        return phase != "none"

    async def _build(self, generation: bytes, *, bounded: bool) -> None:
        """Give every account a record in the generation, and then serve it."""
        for bic in await self._tenants.list():

            async def seal(session: AsyncSession, accounts: Sequence[Account], bic: str = bic) -> int:
                revised = [(Change(one.iban, account_content(one)), one.revision) for one in accounts]
                return await copy_records(session, self._keyring, bic, revised)

            await pass_over(self._database, self._feed, bic, seal, bounded=bounded)
        async with self._database.write() as session:
            await lock_generations(self._database, session)
            written = await written_generations(session, self._keyring)
            if written[-1].id != generation:
                return  # Another one was begun meanwhile: this one will never be served.
            await session.execute(
                update(Generation).where(col(Generation.id) == generation).values(served=True)
            )
            for older in written[:-1]:
                if not older.served:
                    await end_generation(session, older.id)

    async def _hand_on(self) -> bool:
        """Hand the newest generation to the next edge, or end the one before; False while an edge loads."""
        async with self._database.write() as session:
            await lock_generations(self._database, session)
            written = await written_generations(session, self._keyring)
            newest = written[-1].id
            behind = await self._behind(newest)
            handed = set(await session.scalars(select(col(Edge.id)).where(col(Edge.generation) == newest)))
            if not behind:
                for older in written[:-1]:
                    await end_generation(session, older.id)
            elif handed.isdisjoint(behind):
                await session.execute(update(Edge).where(col(Edge.id) == behind[0]).values(generation=newest))
            else:
                return False
        return True

    async def _behind(self, generation: bytes) -> list[str]:
        """Give the living edges that haven't said that they are complete in a generation."""
        return [
            edge_id
            for edge_id, report in living(await self._edges.list()).items()
            if not report.complete or report.generation != generation.hex()
        ]

    async def _delete(self, generation: bytes) -> None:
        """Delete all that is left of a generation that is neither written nor served."""
        mine = col(FeedRecord.generation) == generation
        some = select(col(FeedRecord.bic), col(FeedRecord.lookup_key)).where(mine).limit(DELETE_BATCH)
        deleted = 1
        while deleted:
            async with self._database.write() as session:
                keys = (await session.execute(some)).all()
                for bic in {key.bic for key in keys}:
                    lookups = [key.lookup_key for key in keys if key.bic == bic]
                    await session.execute(
                        delete(FeedRecord).where(
                            mine, col(FeedRecord.bic) == bic, col(FeedRecord.lookup_key).in_(lookups)
                        )
                    )
                deleted = len(keys)
        await self._keyring.destroy_index_key(generation)
        async with self._database.write() as session:
            await session.execute(delete(FeedStream).where(col(FeedStream.generation) == generation))
            await session.execute(delete(Generation).where(col(Generation.id) == generation))
        _log.info("a generation of the directory is gone, and its index key destroyed")


async def _generations(session: AsyncSession) -> list[Generation]:
    return list(await session.scalars(select(Generation).order_by(col(Generation.created_ms))))


def _phase(rows: Sequence[Generation]) -> Phase:
    written = [row for row in rows if row.written]
    if not written[-1].served:
        return "sealing"
    if len(written) > 1:
        return "handing over"
    return "deleting" if len(rows) > 1 else "none"
