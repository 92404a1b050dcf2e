"""Pass over all accounts of a tenant while they are in use."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from control_plane.accounts.models import Account
from control_plane.db.engine import Database
from control_plane.directory.feed import Feed

RECORDS_PER_SECOND_MAX = 2_000
"""Records that a rotation seals in a second at most."""

BATCH = 500
"""Accounts in one transaction of a rotation."""

Seal = Callable[[AsyncSession, Sequence[Account]], Awaitable[int]]
"""Seals those of some accounts that need it, in the transaction that holds their rows, and counts them."""


async def pass_over(database: Database, feed: Feed, bic: str, seal: Seal, *, bounded: bool = True) -> None:
    """Seal the accounts of a tenant once, in an order that imports share; bounded in rate or not."""
    after = ""
    while True:
        begin = monotonic()
        async with database.write() as session:
            rows = await session.scalars(
                select(Account)
                .where(col(Account.bic) == bic, col(Account.iban) > after)
                .order_by(col(Account.iban))
                .limit(BATCH)
                .with_for_update()
            )
            accounts = list(rows)
            sealed = await seal(session, accounts)
        if not accounts:
            return
        after = accounts[-1].iban
        if sealed:
            await feed.announce(bic)
            if bounded:
                await asyncio.sleep(max(0.0, sealed / RECORDS_PER_SECOND_MAX - (monotonic() - begin)))
