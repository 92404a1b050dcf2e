"""Generations: which index keys the directory is found by, and which of them an edge may read.

One generation is in service. While it is replaced there are two: every change is written into both, and edges
are handed the new one when it is complete. The rows say all of it, so that any number of processes agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.directory.models import FeedRecord, FeedStream, Generation, Tenant
from control_plane.errors import StartError
from control_plane.secrets.keyring import Keyring

_LOCK = 0x766F71
"""PostgreSQL's lock under which generations begin and end and tenants begin, one after the other."""


async def lock_generations(database: Database, session: AsyncSession) -> None:
    """Let no generation begin or end, and no tenant begin, until this transaction ends."""
    if database.is_postgresql:
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


@dataclass(frozen=True, slots=True)
class Indexed:
    """A generation that changes are written into, with its key."""

    id: bytes
    served: bool
    index_key: bytes = field(repr=False)


async def written_generations(session: AsyncSession, keyring: Keyring) -> list[Indexed]:
    """Return the generations that changes are written into, the oldest first.

    Whoever holds a tenant's row reads what stays true until the transaction ends.
    """
    query = (
        select(col(Generation.id), col(Generation.served))
        .where(col(Generation.written))
        .order_by(col(Generation.created_ms))
    )
    rows = (await session.execute(query)).all()
    if not rows:
        raise StartError("the database has no directory generation")
    in_service = next((row for row in rows if row.served), rows[-1])
    keys = await keyring.load_generations([row.id for row in rows], in_service.id)
    return [Indexed(row.id, row.served, keys[row.id]) for row in rows]


def handed(written: Sequence[Indexed], chosen: bytes | None) -> Indexed:
    """Return the generation of an edge: the one chosen for it if that is served, else the oldest that is.

    While none is served, because the one before was withdrawn at once, it is the one that is being built.
    """
    served = [one for one in written if one.served]
    return next((one for one in served if one.id == chosen), served[0] if served else written[-1])


async def begin_generation(session: AsyncSession, keyring: Keyring, *, served: bool) -> Generation:
    """Make a generation with a stream for every tenant; the caller holds the lock of ``lock_generations``.

    No change goes on meanwhile: all before it are in the accounts, and all after it know this generation.
    """
    created = await keyring.create_generation()
    await session.execute(_all_tenants().with_for_update())
    newest = await session.scalar(select(func.max(col(Generation.created_ms))))
    generation = Generation(id=created, created_ms=max(now_ms(), (newest or 0) + 1), served=served)
    session.add(generation)
    await session.flush()
    floors = await _revision_floors(session)
    for bic in await session.scalars(_all_tenants()):
        session.add(FeedStream(generation=created, bic=bic, head=0, revision_floor=floors.get(bic, 0)))
    await session.flush()
    return generation


async def withdraw_generations(session: AsyncSession) -> None:
    """Serve no generation any more, and go on writing them, so that revisions go on from theirs."""
    await session.execute(update(Generation).where(col(Generation.written)).values(served=False))


async def replace_lost(session: AsyncSession, keyring: Keyring) -> bool:
    """Begin a new generation if Vault has destroyed a key that this database still goes by.

    So it is with a database restored from a backup of before a rotation: edges may hold what it doesn't know.
    The caller holds the lock of ``lock_generations``.
    """
    lost = False
    for generation in await session.scalars(select(col(Generation.id)).where(col(Generation.written))):
        if await keyring.index_key_is_destroyed(generation):
            await end_generation(session, generation)
            lost = True
    for tenant in await session.scalars(select(Tenant)):
        await keyring.load_seal_keys(tenant.bic)
        if tenant.epoch not in keyring.seal_keys(tenant.bic):
            tenant.epoch = max(keyring.seal_keys(tenant.bic))
            lost = True
    if lost:
        await withdraw_generations(session)
        await begin_generation(session, keyring, served=False)
    return lost


async def end_generation(session: AsyncSession, generation: bytes) -> None:
    """Serve and write a generation no more; the caller holds the lock of ``lock_generations``.

    No change goes on meanwhile, so none can still be written into it afterwards.
    """
    await session.execute(_all_tenants().with_for_update())
    ended = await session.get_one(Generation, generation)
    ended.served = ended.written = False
    await session.flush()


def _all_tenants() -> Select[str]:
    return select(col(Tenant.bic)).order_by(col(Tenant.bic))


async def _revision_floors(session: AsyncSession) -> dict[str, int]:
    """Tell by tenant the highest revision that a deleted account may have had.

    Its tombstone can't be carried over, since nobody knows its IBAN any more; its revision never comes again.
    """
    tombstones = (
        select(col(FeedRecord.bic), func.max(col(FeedRecord.revision)))
        .where(col(FeedRecord.deleted_ms).is_not(None))
        .group_by(col(FeedRecord.bic))
    )
    streams = select(col(FeedStream.bic), func.max(col(FeedStream.revision_floor))).group_by(
        col(FeedStream.bic)
    )
    floors: dict[str, int] = {}
    for bic, revision in [*(await session.execute(tombstones)), *(await session.execute(streams))]:
        floors[bic] = max(floors.get(bic, 0), revision)
    return floors
