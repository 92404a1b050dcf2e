"""Create, read, change and delete accounts; each change is sealed in the same transaction."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.accounts.content import account_content, body_content
from control_plane.accounts.models import Account
from control_plane.accounts.schemas import (
    AccountBody,
    AccountPage,
    AccountView,
    Disclosure,
    Holder,
    Identification,
    Status,
)
from control_plane.clock import now_ms
from control_plane.db.bulk import count_anew, hold_rows, insert_rows, update_rows
from control_plane.db.engine import Database
from control_plane.directory.changes import Change, record_changes, record_table
from control_plane.directory.feed import Feed
from control_plane.directory.tenants import Tenants
from control_plane.identifiers import bic11
from control_plane.secrets.keyring import Keyring

LIST_MAX = 1_000
"""Accounts in one part of the list at most."""

IMPORT_BATCH = 2_000
"""Accounts that an import writes in one transaction: others wait for no more than these."""

UPSERT_ATTEMPTS_MAX = 5
"""How often a batch is tried while other writers create the same accounts."""

COUNTED_FIRST = 2_000
"""After so many new accounts of a tenant, and each time they have doubled, PostgreSQL counts its tables."""

_table: Table = Account.__table__  # type: ignore[attr-defined]
_CONTENT = ("status", "disclosure", "holders", "identifications")
_COLUMNS = ("id", "bic", "iban", *_CONTENT, "revision", "created_ms", "changed_ms")
_HELD = ("iban", "status", "disclosure", "CAST(holders AS TEXT)", "CAST(identifications AS TEXT)")
_Stated = tuple[str, str, list[Holder], list[Identification]]


class AccountExistsError(Exception):
    """There is an account with this BIC and IBAN."""


class UnknownAccountError(Exception):
    """There is no such account."""


class AccountMovedError(Exception):
    """A replacement names another BIC or IBAN than the account's own."""


class ImportCounts(msgspec.Struct, frozen=True):
    """What an import did."""

    created: int
    changed: int
    unchanged: int


class Accounts:
    """The accounts of all tenants."""

    def __init__(self, database: Database, keyring: Keyring, tenants: Tenants, feed: Feed) -> None:
        self._database = database
        self._keyring = keyring
        self._tenants = tenants
        self._feed = feed
        self._created: defaultdict[str, int] = defaultdict(int)
        self._counted: dict[str, int] = {}

    async def create(self, body: AccountBody) -> AccountView:
        """Take a new account.

        Raises:
            AccountExistsError: its BIC and IBAN are taken.
            UnknownTenantError: we don't answer for its BIC.

        """
        bic = bic11(body.bic)
        await self._tenants.require(bic)
        account = _new(body, now_ms())
        try:
            async with self._database.write() as session:
                session.add(account)
                await session.flush()
                await self._seal(session, bic, [account])
        except IntegrityError as error:
            raise AccountExistsError from error
        await self._feed.announce(bic)
        return view(account)

    async def get(self, account_id: UUID) -> AccountView:
        """One account by its id."""
        async with self._database.read() as session:
            return view(_found(await session.get(Account, account_id)))

    async def find(self, bic: str, iban: str) -> AccountView:
        """One account by its BIC and IBAN."""
        async with self._database.read() as session:
            return view(_found(await find_account(session, bic11(bic), iban)))

    async def list(
        self, after: UUID | None, limit: int, bic: str | None, status: Status | None
    ) -> AccountPage:
        """Return a part of the accounts in the order of their ids, with the cursor of the next part."""
        query = select(Account).order_by(col(Account.id)).limit(limit + 1)
        if after is not None:
            query = query.where(col(Account.id) > after)
        if bic is not None:
            query = query.where(col(Account.bic) == bic11(bic))
        if status is not None:
            query = query.where(col(Account.status) == status)
        async with self._database.read() as session:
            rows = list(await session.scalars(query))
        return AccountPage(
            [view(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None
        )

    async def replace(self, account_id: UUID, body: AccountBody) -> AccountView:
        """Replace all of an account but its BIC and IBAN; the same content again changes nothing.

        Raises:
            UnknownAccountError: there is none with this id.
            AccountMovedError: the body names another BIC or IBAN.

        """
        async with self._database.write() as session:
            account = _found(await session.get(Account, account_id, with_for_update=True))
            if (account.bic, account.iban) != (bic11(body.bic), body.iban):
                raise AccountMovedError
            await self._change(session, account, body)
        await self._feed.announce(account.bic)
        return view(account)

    async def close(self, account_id: UUID) -> AccountView:
        """Mark an account as closed; closing it again changes nothing."""
        async with self._database.write() as session:
            account = _found(await session.get(Account, account_id, with_for_update=True))
            await self._change(session, account, msgspec.structs.replace(_body(account), status="closed"))
        await self._feed.announce(account.bic)
        return view(account)

    async def delete(self, account_id: UUID) -> None:
        """Delete an account; only its tombstone stays in the directory."""
        async with self._database.write() as session:
            account = _found(await session.get(Account, account_id, with_for_update=True))
            await session.delete(account)
            await session.flush()
            await self._require_keys(account.bic)
            await record_changes(session, self._keyring, account.bic, [Change(account.iban, None)])
        await self._feed.announce(account.bic)

    async def upsert(self, bodies: Sequence[AccountBody]) -> ImportCounts:
        """Create or replace accounts, one committed batch after another; an equal account stays as it is.

        So whoever is interrupted repeats all of it, and nothing is doubled.
        """
        by_bic: dict[str, dict[str, AccountBody]] = {}
        for body in bodies:
            by_bic.setdefault(bic11(body.bic), {})[body.iban] = body
        for bic in by_bic:
            await self._tenants.require(bic)
        created = changed = 0
        for bic, of_bic in sorted(by_bic.items()):
            ibans = sorted(of_bic)
            for start in range(0, len(ibans), IMPORT_BATCH):
                batch = [of_bic[iban] for iban in ibans[start : start + IMPORT_BATCH]]
                batch_created, batch_changed = await self._upsert_batch(bic, batch)
                created += batch_created
                changed += batch_changed
                await self._feed.announce(bic)
        return ImportCounts(created, changed, len(bodies) - created - changed)

    async def _upsert_batch(self, bic: str, bodies: Sequence[AccountBody]) -> tuple[int, int]:
        for _ in range(UPSERT_ATTEMPTS_MAX - 1):
            try:
                return await self._upsert_once(bic, bodies)
            except IntegrityError:
                # Another writer created one of the accounts meanwhile; next time it is there to be changed.
                continue
        return await self._upsert_once(bic, bodies)

    async def _upsert_once(self, bic: str, bodies: Sequence[AccountBody]) -> tuple[int, int]:
        """Upsert in one transaction, in an order that keeps concurrent imports from blocking each other."""
        async with self._database.write() as session:
            held = await _held(session, bic, [body.iban for body in bodies])
            new = [body for body in bodies if body.iban not in held]
            changed = [body for body in bodies if body.iban in held and held[body.iban] != _stated(body)]
            now = now_ms()
            # All that is new begins at revision 1, but for what has been here before.
            await insert_rows(session, _table, _COLUMNS, [_row(bic, body, 1, now) for body in new])
            changes = [Change(body.iban, body_content(body)) for body in (*new, *changed)]
            revisions = await record_changes(session, self._keyring, bic, changes)
            again = [
                (revision, bic, body.iban)
                for body, revision in zip(new, revisions, strict=False)
                if revision != 1
            ]
            await update_rows(session, _table, ["revision"], ["bic", "iban"], again)
            rows = [
                (*_stated(body), revision, now, bic, body.iban)
                for body, revision in zip(changed, revisions[len(new) :], strict=True)
            ]
            columns = [*_CONTENT, "revision", "changed_ms"]
            await update_rows(session, _table, columns, ["bic", "iban"], rows)
            await self._count_anew(session, bic, len(new))
        return len(new), len(changed)

    async def _count_anew(self, session: AsyncSession, bic: str, created: int) -> None:
        self._created[bic] += created
        if self._created[bic] >= self._counted.get(bic, COUNTED_FIRST):
            await count_anew(session, (_table, record_table))
            self._counted[bic] = 2 * self._created[bic]

    async def _change(self, session: AsyncSession, account: Account, body: AccountBody) -> None:
        await self._require_keys(account.bic)
        if _write(account, body, now_ms()):
            await self._seal(session, account.bic, [account])

    async def _seal(self, session: AsyncSession, bic: str, accounts: Sequence[Account]) -> None:
        changes = [Change(account.iban, account_content(account)) for account in accounts]
        revisions = await record_changes(session, self._keyring, bic, changes)
        for account, revision in zip(accounts, revisions, strict=True):
            account.revision = revision
        await session.flush()

    async def _require_keys(self, bic: str) -> None:
        await self._tenants.require(bic)


def view(account: Account) -> AccountView:
    """Return the account as the API shows it."""
    body = _body(account)
    return AccountView(
        id=account.id,
        bic=body.bic,
        iban=body.iban,
        holders=body.holders,
        identifications=body.identifications,
        status=body.status,
        disclosure=body.disclosure,
        revision=account.revision,
        created=datetime.fromtimestamp(account.created_ms / 1000, UTC),
        changed=datetime.fromtimestamp(account.changed_ms / 1000, UTC),
    )


async def find_account(session: AsyncSession, bic: str, iban: str) -> Account | None:
    """Return the row of a BIC11 and an IBAN."""
    account: Account | None = await session.scalar(
        select(Account).where(col(Account.bic) == bic, col(Account.iban) == iban)
    )
    return account


def _stated(body: AccountBody) -> _Stated:
    """Return what an import may change, in the order of ``_CONTENT``."""
    return body.status, body.disclosure, body.holders, body.identifications


def _new_id(now: int) -> UUID:
    """Mint an id that begins with its time (UUID version 7, RFC 9562): new ones share an end of the index."""
    return UUID(int=now << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))


def _row(bic: str, body: AccountBody, revision: int, now: int) -> tuple[object, ...]:
    return _new_id(now), bic, body.iban, *_stated(body), revision, now, now


async def _held(session: AsyncSession, bic: str, ibans: Sequence[str]) -> dict[str, _Stated]:
    """Hold the accounts that are there already, and return what they say by IBAN."""
    rows = await hold_rows(session, _table, _HELD, {"bic": bic}, ("iban", ibans))
    return {
        iban: (
            status,
            disclosure,
            msgspec.json.decode(holders, type=list[Holder]),
            msgspec.json.decode(identifications, type=list[Identification]),
        )
        for iban, status, disclosure, holders, identifications in rows
    }


def _found(account: Account | None) -> Account:
    if account is None:
        raise UnknownAccountError
    return account


def _new(body: AccountBody, now: int) -> Account:
    account = Account(
        id=_new_id(now),
        bic=bic11(body.bic),
        iban=body.iban,
        status="",
        disclosure="",
        holders=[],
        identifications=[],
        revision=0,
        created_ms=now,
        changed_ms=now,
    )
    _write(account, body, now)
    return account


def _body(account: Account) -> AccountBody:
    return AccountBody(
        bic=account.bic,
        iban=account.iban,
        holders=msgspec.convert(account.holders, list[Holder]),
        identifications=msgspec.convert(account.identifications, list[Identification]),
        status=msgspec.convert(account.status, Status),
        disclosure=msgspec.convert(account.disclosure, Disclosure),
    )


def _write(account: Account, body: AccountBody, now: int) -> bool:
    """Put a body's content into a row; tells whether that changes anything."""
    content = {
        "status": body.status,
        "disclosure": body.disclosure,
        "holders": msgspec.to_builtins(body.holders),
        "identifications": msgspec.to_builtins(body.identifications),
    }
    if all(getattr(account, name) == value for name, value in content.items()):
        return False
    for name, value in content.items():
        setattr(account, name, value)
    account.changed_ms = now
    return True
