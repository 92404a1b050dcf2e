"""Register edges, know them again, and keep what they report."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import col

from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.directory.generations import Indexed, handed, written_generations
from control_plane.directory.tenants import Tenants
from control_plane.edges.credentials import SECRET_BYTES, EdgeCredentials
from control_plane.edges.gate import Gate
from control_plane.edges.models import Edge, EdgeTenant, Heartbeat
from control_plane.edges.package import plain_package, sealed_package
from control_plane.edges.schemas import EdgeView, HeartbeatBody
from control_plane.errors import StartError
from control_plane.secrets.keyring import Keyring
from control_plane.secrets.vault import VaultUnavailableError

REFRESH_SECONDS = 5
"""Edges that another process registered or deleted are known, or refused, after this time."""

ALIVE_MS_MAX = 10_000
"""An edge whose last heartbeat is older isn't waited for: it takes new keys before it answers again."""

_NOBODY = "0" * 64
_log = logging.getLogger(__name__)


class EdgeExistsError(Exception):
    """The id is taken."""


class UnknownEdgeError(Exception):
    """There is no such edge."""


class _Registration(NamedTuple):
    """An id that is deleted and given again is another registration, told by its time."""

    created_ms: int
    tenants: tuple[str, ...]


class _Known(NamedTuple):
    created_ms: int
    credentials: EdgeCredentials


class Edges:
    """The edges. Their credentials stay in memory, so that they are known while database or Vault is down."""

    def __init__(self, database: Database, keyring: Keyring, tenants: Tenants, gate: Gate) -> None:
        self._database = database
        self._keyring = keyring
        self._tenants = tenants
        self._gate = gate
        self._known: dict[str, _Known] = {}
        # A refresh that overlapped a deletion could bring the deleted credentials back.
        self._changing = asyncio.Lock()

    async def register(self, edge_id: str, bics: Sequence[str]) -> str:
        """Register an edge for these tenants (BIC11s) and return its secret in hex.

        Raises:
            EdgeExistsError: the id is taken.
            UnknownTenantError: we don't answer for one of the BICs.

        """
        for bic in bics:
            await self._tenants.require(bic)
        secret = secrets.token_hex(SECRET_BYTES)
        async with self._changing:
            try:
                await self._insert(edge_id, bics, secret)
            except IntegrityError as error:
                raise EdgeExistsError from error
            # Whatever is known of the id is of an earlier registration.
            self._known.pop(edge_id, None)
        await self.refresh()
        return secret

    async def delete(self, edge_id: str) -> None:
        """Forget an edge: this process refuses its credentials from the return on, others after a refresh."""
        async with self._changing:
            async with self._database.write() as session:
                gone = await session.execute(
                    delete(Edge).where(col(Edge.id) == edge_id).returning(col(Edge.id))
                )
                if gone.first() is None:
                    raise UnknownEdgeError
                # While the row is locked, so that the secret of a next registration can't be meant. Without
                # its row a secret is worth nothing: the edge must go even if Vault is down.
                try:
                    await self._keyring.vault.delete(f"vop/edges/{edge_id}")
                except VaultUnavailableError as error:
                    _log.warning("the secret of the deleted edge %s stays in Vault: %s", edge_id, error)
            self._known.pop(edge_id, None)
            self._gate.forget(edge_id)

    async def list(self) -> list[EdgeView]:
        """All edges with their last heartbeats."""
        registrations = await self._registrations()
        async with self._database.read() as session:
            heartbeats = {row.edge_id: row for row in await session.scalars(select(Heartbeat))}
        now = now_ms()
        views = []
        for edge_id, registration in sorted(registrations.items()):
            row = heartbeats.get(edge_id)
            views.append(
                EdgeView(
                    edge_id,
                    list(registration.tenants),
                    msgspec.json.decode(row.report, type=HeartbeatBody) if row else None,
                    max(0, now - row.received_ms) if row else None,
                )
            )
        return views

    def authenticate(self, authorization: str) -> EdgeCredentials | None:
        """Return the edge that an ``Authorization`` header proves; None for anything else."""
        edge_id, _, token = authorization.removeprefix("Bearer ").partition(":")
        known = self._known.get(edge_id)
        edge = known.credentials if known else None
        expected = edge.token if edge else _NOBODY
        same = hmac.compare_digest(token.encode(), expected.encode())
        return edge if edge and same and authorization.startswith("Bearer ") else None

    async def generation_of(self, edge_id: str) -> Indexed:
        """Return the generation that an edge is to hold."""
        async with self._database.read() as session:
            written = await written_generations(session, self._keyring)
            chosen = await session.scalar(select(col(Edge.generation)).where(col(Edge.id) == edge_id))
        return handed(written, chosen)

    async def key_package(self, edge: EdgeCredentials, nonce: bytes) -> bytes:
        """Return the keys that this edge needs, sealed for it; as they are in Vault now, if it answers."""
        for bic in edge.tenants:
            await self._tenants.require(bic)
            try:
                await self._keyring.load_seal_keys(bic)
            except VaultUnavailableError as error:
                _log.warning("an edge gets the seal keys as they are in memory: %s", error)
        generation = await self.generation_of(edge.edge_id)
        plain = plain_package(
            generation.id,
            generation.index_key,
            self._keyring.audit_public_key,
            {bic: self._keyring.seal_keys(bic) for bic in edge.tenants},
        )
        return sealed_package(plain, edge, nonce)

    async def heartbeat(self, edge: EdgeCredentials, body: HeartbeatBody) -> None:
        """Keep a report; the gate hears of it even while the database is down."""
        self._gate.report(edge.edge_id, body.boot, body.complete)
        report = msgspec.json.encode(body).decode()
        async with self._database.write() as session:
            await session.merge(
                Heartbeat(
                    edge_id=edge.edge_id,
                    boot=body.boot,
                    complete=body.complete,
                    report=report,
                    received_ms=now_ms(),
                )
            )

    async def refresh(self) -> None:
        """Bring the credentials in memory in step with the database and Vault."""
        async with self._changing:
            registrations = await self._registrations()
            for edge_id, known in list(self._known.items()):
                registration = registrations.get(edge_id)
                if registration is None or registration.created_ms != known.created_ms:
                    self._known.pop(edge_id)
                    self._gate.forget(edge_id)
            for edge_id in registrations.keys() - self._known.keys():
                created_ms, bics = registrations[edge_id]
                secret = await self._keyring.vault.read(f"vop/edges/{edge_id}")
                if secret is None:
                    _log.warning("edge %s has no secret in Vault: it can't connect", edge_id)
                    continue
                credentials = EdgeCredentials.derive(edge_id, bics, bytes.fromhex(secret["secret"]))
                self._known[edge_id] = _Known(created_ms, credentials)

    async def keep_fresh(self) -> None:
        """Refresh for ever."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except (StartError, SQLAlchemyError, OSError, TimeoutError) as error:
                _log.warning("the edges can't be refreshed: %s", type(error).__name__)

    async def _insert(self, edge_id: str, bics: Sequence[str], secret: str) -> None:
        async with self._database.write() as session:
            session.add(Edge(id=edge_id, created_ms=now_ms()))
            await session.flush()
            session.add_all(EdgeTenant(edge_id=edge_id, bic=bic) for bic in bics)
            await session.flush()
            # Before the commit: an edge in the database always has its secret in Vault. One left by a
            # registration that failed half-way belongs to nobody.
            await self._keyring.vault.delete(f"vop/edges/{edge_id}")
            await self._keyring.vault.create(f"vop/edges/{edge_id}", {"secret": secret})

    async def _registrations(self) -> dict[str, _Registration]:
        query = (
            select(col(Edge.id), col(Edge.created_ms), col(EdgeTenant.bic))
            .join(EdgeTenant, col(EdgeTenant.edge_id) == col(Edge.id))
            .order_by(col(Edge.id), col(EdgeTenant.bic))
        )
        async with self._database.read() as session:
            rows = (await session.execute(query)).all()
        registrations: dict[str, _Registration] = {}
        for edge_id, created_ms, bic in rows:
            before = registrations.get(edge_id)
            registrations[edge_id] = _Registration(created_ms, (*(before.tenants if before else ()), bic))
        return registrations


def living(edges: Sequence[EdgeView]) -> dict[str, HeartbeatBody]:
    """Return the last heartbeats of the edges that are alive, by edge id."""
    return {
        edge.id: edge.heartbeat
        for edge in edges
        if edge.heartbeat and (edge.heartbeat_age_ms or 0) <= ALIVE_MS_MAX
    }
