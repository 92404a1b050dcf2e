"""A control plane in this process, called as over HTTP."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from control_plane.app import create_app, running
from control_plane.edges.credentials import EdgeCredentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from litestar import Litestar

    from control_plane.settings import Settings
    from control_plane.telemetry.service import Telemetry

BIC = "VOPBDEFFXXX"
NONCE = "000102030405060708090a0b0c0d0e0f"


def iban(number: int) -> str:
    """A German IBAN with right check digits."""
    account = f"{number:018d}"
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02d}{account}"


def account(number: int = 0, name: str = "Petra Beispiel", **members: Any) -> dict[str, Any]:
    """An account as the API takes it."""
    return {"bic": BIC, "iban": iban(number), "holders": [{"kind": "person", "name": name}], **members}


class Running:
    """The application with its lifespan begun, and clients of it."""

    def __init__(self, app: Litestar, settings: Settings) -> None:
        self.app = app
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url="http://control-plane")
        self._admin = {"authorization": f"Bearer {settings.admin_token}"}

    @classmethod
    @asynccontextmanager
    async def start(cls, settings: Settings, telemetry: Telemetry | None = None) -> AsyncIterator[Running]:
        """Run a control plane with these settings."""
        app = create_app(settings, telemetry)
        async with running(app):
            started = cls(app, settings)
            async with started.client:
                yield started

    async def admin(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the admin API."""
        headers = self._admin | options.pop("headers", {})
        return await self.client.request(method, f"/admin/v1{path}", headers=headers, **options)

    async def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create an account."""
        reply = await self.admin("POST", "/accounts", json=body)
        assert reply.status_code == 201, reply.text
        created: dict[str, Any] = reply.json()
        return created

    async def register_edge(self, edge_id: str = "edge-1") -> EdgeCredentials:
        """Register an edge for the one tenant."""
        reply = await self.admin("POST", "/edges", json={"id": edge_id, "tenants": [BIC]})
        assert reply.status_code == 201, reply.text
        return EdgeCredentials.derive(edge_id, (BIC,), bytes.fromhex(reply.json()["secret"]))

    async def as_edge(self, edge: EdgeCredentials, method: str, path: str, **options: Any) -> httpx.Response:
        """Call as an edge does."""
        headers = {"authorization": authorization(edge), "x-vop-nonce": NONCE} | options.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **options)


def authorization(edge: EdgeCredentials) -> str:
    """The header that proves an edge."""
    return f"Bearer {edge.edge_id}:{edge.token}"
