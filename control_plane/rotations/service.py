"""Re-seals a tenant's records under a new key in the background, while the edges go on answering.

The steps, each of which can be repeated after a kill: a new key in Vault; the tenant's epoch raised, so that
every change is sealed with it from then on; all older records sealed anew; the edges at the head; the old key
taken out of what they get; and, once none of them holds it, its versions in Vault destroyed.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.accounts.content import account_content
from control_plane.accounts.models import Account
from control_plane.db.engine import Database
from control_plane.directory.changes import Change, record_changes
from control_plane.directory.feed import Feed
from control_plane.directory.generations import written_generations
from control_plane.directory.models import FeedRecord, FeedStream, Generation, Tenant
from control_plane.directory.sealing import lookup_key
from control_plane.directory.tenants import Tenants
from control_plane.edges.schemas import EdgeView, StreamReport
from control_plane.edges.service import Edges, living
from control_plane.errors import StartError
from control_plane.rotations.passing import pass_over
from control_plane.secrets.keyring import Keyring

LOOK_SECONDS = 0.5
"""A rotation that waits for the edges looks this often."""

RETRY_SECONDS = 5.0
"""After a failure of the database or of Vault, a rotation goes on after this time."""

Phase = Literal["none", "sealing", "waiting for the edges", "destroying"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a tenant's rotation is."""

    phase: Phase
    epoch: int
    """The epoch that records are sealed with now."""
    records: int
    left: int
    """Records that are sealed under an older epoch."""


class Rotations:
    """The rotations under way, one a tenant at most."""

    def __init__(
        self, database: Database, keyring: Keyring, tenants: Tenants, feed: Feed, edges: Edges
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._tenants = tenants
        self._feed = feed
        self._edges = edges
        self._phases: dict[str, Phase] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._starting = asyncio.Lock()

    async def start(self, bic: str) -> Progress:
        """Begin a rotation; one that is under way goes on instead.

        Raises:
            UnknownTenantError: we don't answer for this BIC11.
            StartError: Vault can't make the new key.

        """
        await self._tenants.require(bic)
        async with self._starting:
            if bic not in self._tasks:
                await self._keyring.load_seal_keys(bic)
                if len(self._keyring.seal_keys(bic)) == 1:
                    await self._keyring.add_seal_key(bic, max(self._keyring.seal_keys(bic)) + 1)
                self._begin(bic)
        return await self.progress(bic)

    async def resume(self) -> None:
        """Go on with the rotations that an earlier process has not ended."""
        async with self._database.read() as session:
            bics = await session.scalars(select(col(Tenant.bic)).where(col(Tenant.rotating)))
        for bic in bics:
            self._begin(bic)

    async def progress(self, bic: str) -> Progress:
        """Tell how far a tenant's rotation is.

        Raises:
            UnknownTenantError: we don't answer for this BIC11.

        """
        await self._tenants.require(bic)
        async with self._database.read() as session:
            epoch = await _epoch(session, bic)
            in_service = col(FeedRecord.generation) == self._keyring.generation
            records = await _count(session, bic, in_service)
            left = await _count(session, bic, in_service & (col(FeedRecord.epoch) < epoch))
        return Progress(self._phases.get(bic, "none"), epoch, records, left)

    async def close(self) -> None:
        """Stop the work in the background; the next process goes on with it."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _begin(self, bic: str) -> None:
        self._phases[bic] = "sealing"
        task = asyncio.create_task(self._run(bic))
        self._tasks[bic] = task
        task.add_done_callback(lambda _: self._end(bic))

    def _end(self, bic: str) -> None:
        self._tasks.pop(bic)
        self._phases.pop(bic)

    async def _run(self, bic: str) -> None:
        while True:
            try:
                await self._rotate(bic)
            except (StartError, SQLAlchemyError, OSError, TimeoutError) as error:
                _log.warning("a rotation is held up: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def _rotate(self, bic: str) -> None:
        epoch = max(self._keyring.seal_keys(bic))

        async def seal(session: AsyncSession, accounts: Sequence[Account]) -> int:
            return await self._seal_older(session, bic, epoch, accounts)

        self._phases[bic] = "sealing"
        await self._mark(bic, epoch, rotating=True)
        while await self._left(bic, epoch):
            await pass_over(self._database, self._feed, bic, seal)
        self._phases[bic] = "waiting for the edges"
        heads = await self._heads(bic)
        await self._wait_for_edges(
            bic, lambda generation, stream: stream.seq >= heads.get(bytes.fromhex(generation), 0)
        )
        await self._keyring.drop_seal_keys(bic, epoch)
        await self._wait_for_edges(
            bic, lambda _generation, stream: stream.epoch_min is None or stream.epoch_min >= epoch
        )
        self._phases[bic] = "destroying"
        await self._keyring.destroy_dropped_seal_keys(bic)
        await self._mark(bic, epoch, rotating=False)
        _log.info("the seal key of %s is rotated: epoch %d", bic, epoch)

    async def _mark(self, bic: str, epoch: int, *, rotating: bool) -> None:
        """Seal with this epoch from here on; waits for transactions that still seal with the one before."""
        async with self._database.write() as session:
            await session.execute(
                update(Tenant).where(col(Tenant.bic) == bic).values(epoch=epoch, rotating=rotating)
            )

    async def _seal_older(
        self, session: AsyncSession, bic: str, epoch: int, accounts: Sequence[Account]
    ) -> int:
        """Seal those anew that have a record of an older epoch in any generation, and count them."""
        by_lookup = {
            lookup_key(generation.index_key, bic, one.iban): one
            for generation in await written_generations(session, self._keyring)
            for one in accounts
        }
        older = await session.scalars(
            select(col(FeedRecord.lookup_key)).where(
                _written(bic),
                col(FeedRecord.lookup_key).in_(list(by_lookup)),
                col(FeedRecord.epoch) < epoch,
            )
        )
        chosen = list({by_lookup[lookup].iban: by_lookup[lookup] for lookup in older}.values())
        changes = [Change(one.iban, account_content(one)) for one in chosen]
        revisions = await record_changes(session, self._keyring, bic, changes)
        for account, revision in zip(chosen, revisions, strict=True):
            account.revision = revision
        return len(chosen)

    async def _wait_for_edges(self, bic: str, ready: Callable[[str, StreamReport], bool]) -> None:
        # Another process may hear the heartbeats, so there is nothing here to be woken by.
        while not all(starmap(ready, _alive(await self._edges.list(), bic))):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    async def _left(self, bic: str, epoch: int) -> int:
        async with self._database.read() as session:
            return await _count(session, bic, _written(bic) & (col(FeedRecord.epoch) < epoch))

    async def _heads(self, bic: str) -> dict[bytes, int]:
        """Return the newest position in each generation."""
        await self._feed.advance_all(bic)
        query = select(col(FeedStream.generation), col(FeedStream.head)).where(col(FeedStream.bic) == bic)
        async with self._database.read() as session:
            return {row.generation: row.head for row in await session.execute(query)}


async def _count(session: AsyncSession, bic: str, condition: ColumnElement[bool]) -> int:
    live = (col(FeedRecord.bic) == bic) & col(FeedRecord.sealed).is_not(None)
    return int(await session.scalar(select(func.count()).where(live, condition)) or 0)


def _written(bic: str) -> ColumnElement[bool]:
    """Hold for the records of the generations that are still written."""
    written = select(col(Generation.id)).where(col(Generation.written))
    return (col(FeedRecord.bic) == bic) & col(FeedRecord.generation).in_(written)


async def _epoch(session: AsyncSession, bic: str) -> int:
    return int(await session.scalar(select(col(Tenant.epoch)).where(col(Tenant.bic) == bic)) or 0)


def _alive(edges: Sequence[EdgeView], bic: str) -> list[tuple[str, StreamReport]]:
    """Give what the edges that are alive report about one tenant, each with its generation."""
    return [
        (report.generation, stream)
        for report in living(edges).values()
        for stream in report.streams
        if stream.bic == bic
    ]
