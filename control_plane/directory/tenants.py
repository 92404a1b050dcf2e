"""Tenants: whom the sealed directory is divided by."""

import logging

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.directory.feed import Feed
from control_plane.directory.generations import (
    begin_generation,
    lock_generations,
    replace_lost,
    written_generations,
)
from control_plane.directory.models import FeedStream, Generation, Tenant
from control_plane.secrets.keyring import Keyring

_log = logging.getLogger(__name__)


class TenantExistsError(Exception):
    """The tenant is there already."""


class UnknownTenantError(Exception):
    """We don't answer for this BIC."""


class Tenants:
    """The tenants, and their keys' way into memory."""

    def __init__(self, database: Database, keyring: Keyring, feed: Feed) -> None:
        self._database = database
        self._keyring = keyring
        self._feed = feed

    async def open(self) -> None:
        """Load the generation in service and all tenants' keys, and catch up with the feed.

        At the very first start, makes the generation and the audit key.

        Raises:
            StartError: Vault lacks a key that the database depends on, or can't be reached.

        """
        async with self._database.write() as session:
            await lock_generations(self._database, session)
            if await session.scalar(select(col(Generation.id)).limit(1)) is None:
                await self._keyring.create_audit_key()
                await begin_generation(session, self._keyring, served=True)
            elif await replace_lost(session, self._keyring):
                _log.warning("Vault has destroyed keys of this database, an older backup: all is sealed anew")
            await written_generations(session, self._keyring)
        await self._keyring.load_audit_key()
        for bic in await self.list():
            await self._keyring.load_seal_keys(bic)
            await self._feed.advance_all(bic)

    async def list(self) -> list[str]:
        """All tenants' BIC11s, in order."""
        async with self._database.read() as session:
            return list(await session.scalars(select(col(Tenant.bic)).order_by(col(Tenant.bic))))

    async def create(self, bic: str) -> None:
        """Begin to answer for a BIC11: makes its seal key and its feed.

        Raises:
            TenantExistsError: we do so already.

        """
        await self._keyring.create_seal_key(bic)
        # Vault may know the tenant from before, with another epoch.
        await self._keyring.load_seal_keys(bic)
        epoch = max(self._keyring.seal_keys(bic))
        try:
            async with self._database.write() as session:
                await lock_generations(self._database, session)
                session.add(Tenant(bic=bic, epoch=epoch, rotating=False, created_ms=now_ms()))
                await session.flush()
                for generation in await written_generations(session, self._keyring):
                    session.add(FeedStream(generation=generation.id, bic=bic, head=0))
        except IntegrityError as error:
            raise TenantExistsError from error

    async def require(self, bic: str) -> None:
        """Make sure that a BIC11 is a tenant whose keys are in memory.

        Raises:
            UnknownTenantError: it is none.

        """
        if self._keyring.has_seal_keys(bic) or await self._exists(bic):
            if not self._keyring.has_seal_keys(bic):
                await self._keyring.load_seal_keys(bic)
            return
        raise UnknownTenantError(bic)

    async def _exists(self, bic: str) -> bool:
        async with self._database.read() as session:
            return await session.get(Tenant, bic) is not None
