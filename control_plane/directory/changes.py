"""Write the sealed form of changed accounts, inside the transaction that changes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.clock import now_ms
from control_plane.db.bulk import hold_rows, insert_rows, update_rows
from control_plane.directory.generations import Indexed, written_generations
from control_plane.directory.models import FeedRecord, FeedStream, Tenant
from control_plane.directory.pages import record_header
from control_plane.directory.sealing import lookup_key, seal
from control_plane.secrets.keyring import Keyring
from matcher import Account
from matcher.record import encode

LOOKUP_BATCH = 1_000
"""Records asked for, and written, in one statement."""

record_table: Table = FeedRecord.__table__  # type: ignore[attr-defined]
"""Where they are written."""
_KEYS = ("generation", "bic", "lookup_key")
_WRITTEN = ("revision", "epoch", "header", "sealed", "deleted_ms", "seq")


@dataclass(frozen=True, slots=True)
class Change:
    """An account's new content, or None for its deletion."""

    iban: str = field(repr=False)
    account: Account | None


async def record_changes(
    session: AsyncSession, keyring: Keyring, bic: str, changes: Sequence[Change]
) -> list[int]:
    """Seal each account of one tenant under a new revision, and return the revisions.

    Each is written into every generation that is written, so that one can replace the other with nothing
    skipped. The records get no position in the feed here: the sequencer gives it once they are committed. A
    deletion leaves a tombstone, from whose revision a re-creation goes on.
    """
    sealing = await _sealing(session, keyring, bic)
    revisions: list[int] = []
    for start in range(0, len(changes), LOOKUP_BATCH):
        revisions += await _record_batch(session, sealing, changes[start : start + LOOKUP_BATCH])
    return revisions


async def copy_records(
    session: AsyncSession, keyring: Keyring, bic: str, revised: Sequence[tuple[Change, int]]
) -> int:
    """Give accounts that the newest generation lacks their records there, under the revisions that they have.

    The caller holds the accounts' rows, so that no change of theirs goes on. Returns how many were lacking.
    """
    sealing = await _sealing(session, keyring, bic)
    newest = sealing.generations[-1]
    held = await _held(session, newest, bic, [change for change, _ in revised])
    lacking = [(change, revision) for change, revision in revised if change.iban not in held]
    await _write(session, sealing, newest, {}, lacking)
    return len(lacking)


@dataclass(frozen=True, slots=True)
class _Sealing:
    """What all records of one transaction and one tenant are sealed with."""

    bic: str
    epoch: int
    seal_key: bytes = field(repr=False)
    generations: list[Indexed]


async def _sealing(session: AsyncSession, keyring: Keyring, bic: str) -> _Sealing:
    """Give epoch and generations, and hold them: who changes them waits for this transaction to end."""
    held = select(col(Tenant.epoch)).where(col(Tenant.bic) == bic).with_for_update(read=True)
    epoch: int = (await session.execute(held)).scalar_one()
    if epoch not in keyring.seal_keys(bic):
        await keyring.load_seal_keys(bic)
    generations = await written_generations(session, keyring)
    return _Sealing(bic, epoch, keyring.seal_keys(bic)[epoch], generations)


async def _record_batch(session: AsyncSession, sealing: _Sealing, changes: Sequence[Change]) -> list[int]:
    held = [await _held(session, generation, sealing.bic, changes) for generation in sealing.generations]
    # After the records: a tombstone that was removed meanwhile is below this floor.
    floor = await _revision_floor(session, sealing.bic)
    revisions = [
        1 + max((records[change.iban] for records in held if change.iban in records), default=floor)
        for change in changes
    ]
    for generation, records in zip(sealing.generations, held, strict=True):
        await _write(session, sealing, generation, records, list(zip(changes, revisions, strict=True)))
    return revisions


async def _held(
    session: AsyncSession, generation: Indexed, bic: str, changes: Sequence[Change]
) -> dict[str, int]:
    """Hold the records of accounts in one generation, and return the revisions of those there by IBAN."""
    ibans = {lookup_key(generation.index_key, bic, change.iban): change.iban for change in changes}
    of = {"generation": generation.id, "bic": bic}
    rows = await hold_rows(session, record_table, ["lookup_key", "revision"], of, ("lookup_key", list(ibans)))
    return {ibans[lookup]: revision for lookup, revision in rows}


async def _revision_floor(session: AsyncSession, bic: str) -> int:
    highest = select(func.max(col(FeedStream.revision_floor))).where(col(FeedStream.bic) == bic)
    return int(await session.scalar(highest) or 0)


async def _write(
    session: AsyncSession,
    sealing: _Sealing,
    generation: Indexed,
    held: dict[str, int],
    revised: Sequence[tuple[Change, int]],
) -> None:
    """Write accounts' records in one generation, of which it holds some; they have no position yet."""
    new = [_row(sealing, generation, *one) for one in revised if one[0].iban not in held]
    await insert_rows(session, record_table, [*_WRITTEN, *_KEYS], new)
    again = [_row(sealing, generation, *one) for one in revised if one[0].iban in held]
    await update_rows(session, record_table, _WRITTEN, _KEYS, again)


def _row(sealing: _Sealing, generation: Indexed, change: Change, revision: int) -> tuple[object, ...]:
    """Seal one account, and return the values of ``_WRITTEN`` and ``_KEYS``."""
    bic, epoch = sealing.bic, sealing.epoch
    lookup = lookup_key(generation.index_key, bic, change.iban)
    if change.account is None:
        sealed, deleted_ms = None, now_ms()
    else:
        plain = encode(change.account)
        sealed, deleted_ms = seal(sealing.seal_key, bic, change.iban, lookup, epoch, revision, plain), None
    header = record_header(lookup, revision, epoch, sealed)
    return revision, epoch, header, sealed, deleted_ms, None, generation.id, bic, lookup
