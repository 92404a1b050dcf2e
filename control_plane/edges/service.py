"""Register edges, know them again, and keep what they report."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import col

from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.directory.tenants import Tenants
from control_plane.edges.credentials import SECRET_BYTES, EdgeCredentials
from control_plane.edges.gate import Gate
from control_plane.edges.models import Edge, EdgeTenant, Heartbeat
from control_plane.edges.package import plain_package, sealed_package
from control_plane.edges.schemas import EdgeView, HeartbeatBody
from control_plane.errors import StartError
from control_plane.secrets.keyring import Keyring

REFRESH_SECONDS = 5
"""Edges that another process registered or deleted are known after this time."""

_NOBODY = "0" * 64
_log = logging.getLogger(__name__)


class EdgeExistsError(Exception):
    """The id is taken."""


class UnknownEdgeError(Exception):
    """There is no such edge."""


class Edges:
    """The edges. Their credentials stay in memory, so that they are known while database or Vault is down."""

    def __init__(self, database: Database, keyring: Keyring, tenants: Tenants, gate: Gate) -> None:
        self._database = database
        self._keyring = keyring
        self._tenants = tenants
        self._gate = gate
        self._known: dict[str, EdgeCredentials] = {}

    async def register(self, edge_id: str, bics: Sequence[str]) -> str:
        """Register an edge for these tenants (BIC11s) and return its secret in hex.

        Raises:
            EdgeExistsError: the id is taken.
            UnknownTenantError: we don't answer for one of the BICs.

        """
        for bic in bics:
            await self._tenants.require(bic)
        try:
            async with self._database.write() as session:
                session.add(Edge(id=edge_id, created_ms=now_ms()))
                await session.flush()
                session.add_all(EdgeTenant(edge_id=edge_id, bic=bic) for bic in bics)
                await session.flush()
                # Before the commit: an edge in the database always has its secret in Vault. One left by a
                # registration that failed half-way belongs to nobody.
                secret = secrets.token_hex(SECRET_BYTES)
                await self._keyring.vault.delete(f"vop/edges/{edge_id}")
                await self._keyring.vault.create(f"vop/edges/{edge_id}", {"secret": secret})
        except IntegrityError as error:
            raise EdgeExistsError from error
        await self.refresh()
        return secret

    async def delete(self, edge_id: str) -> None:
        """Forget an edge: its credentials are refused from now on."""
        async with self._database.write() as session:
            gone = await session.execute(delete(Edge).where(col(Edge.id) == edge_id).returning(col(Edge.id)))
            if gone.first() is None:
                raise UnknownEdgeError
        self._known.pop(edge_id, None)
        self._gate.forget(edge_id)
        await self._keyring.vault.delete(f"vop/edges/{edge_id}")

    async def list(self) -> list[EdgeView]:
        """All edges with their last heartbeats."""
        tenants = await self._tenants_by_edge()
        async with self._database.read() as session:
            heartbeats = {row.edge_id: row for row in await session.scalars(select(Heartbeat))}
        now = now_ms()
        views = []
        for edge_id, bics in sorted(tenants.items()):
            row = heartbeats.get(edge_id)
            views.append(
                EdgeView(
                    edge_id,
                    list(bics),
                    msgspec.json.decode(row.report, type=HeartbeatBody) if row else None,
                    max(0, now - row.received_ms) if row else None,
                )
            )
        return views

    def authenticate(self, authorization: str) -> EdgeCredentials | None:
        """Return the edge that an ``Authorization`` header proves; None for anything else."""
        edge_id, _, token = authorization.removeprefix("Bearer ").partition(":")
        edge = self._known.get(edge_id)
        expected = edge.token if edge else _NOBODY
        same = hmac.compare_digest(token.encode(), expected.encode())
        return edge if edge and same and authorization.startswith("Bearer ") else None

    async def key_package(self, edge: EdgeCredentials, nonce: bytes) -> bytes:
        """Return the keys that this edge needs, sealed for it."""
        for bic in edge.tenants:
            await self._tenants.require(bic)
        plain = plain_package(
            self._keyring.generation,
            self._keyring.index_key,
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
        tenants = await self._tenants_by_edge()
        for edge_id in self._known.keys() - tenants.keys():
            self._known.pop(edge_id)
            self._gate.forget(edge_id)
        for edge_id, bics in tenants.items():
            known = self._known.get(edge_id)
            if known is None or known.tenants != bics:
                secret = await self._keyring.vault.read(f"vop/edges/{edge_id}")
                if secret is None:
                    _log.warning("edge %s has no secret in Vault: it can't connect", edge_id)
                    continue
                self._known[edge_id] = EdgeCredentials.derive(edge_id, bics, bytes.fromhex(secret["secret"]))

    async def keep_fresh(self) -> None:
        """Refresh for ever."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except (StartError, SQLAlchemyError, OSError, TimeoutError) as error:
                _log.warning("the edges can't be refreshed: %s", type(error).__name__)

    async def _tenants_by_edge(self) -> dict[str, tuple[str, ...]]:
        async with self._database.read() as session:
            rows = (
                await session.execute(
                    select(col(EdgeTenant.edge_id), col(EdgeTenant.bic)).order_by(
                        col(EdgeTenant.edge_id), col(EdgeTenant.bic)
                    )
                )
            ).all()
        tenants: dict[str, tuple[str, ...]] = {}
        for edge_id, bic in rows:
            tenants[edge_id] = (*tenants.get(edge_id, ()), str(bic))
        return tenants
