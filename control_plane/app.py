"""The control plane as one ASGI application."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from control_plane.accounts.controller import AccountController
from control_plane.accounts.imports import ImportController
from control_plane.accounts.service import Accounts
from control_plane.authentication import admin_guard, authenticated_edge, edge_guard
from control_plane.db.engine import Database
from control_plane.db.migrate import migrate
from control_plane.directory.controller import TenantController
from control_plane.directory.feed import Feed
from control_plane.directory.tenants import Tenants
from control_plane.directory.tombstones import keep_tidy
from control_plane.edges.controller import EdgeAdminController, EdgeController
from control_plane.edges.gate import Gate
from control_plane.edges.service import Edges
from control_plane.errors import StartError
from control_plane.health.controller import HealthController
from control_plane.problems import Problem, on_failure, on_http_error, on_problem, on_validation_error
from control_plane.rotations.controller import IndexRotationController, RotationController
from control_plane.rotations.index import IndexRotation
from control_plane.rotations.service import Rotations
from control_plane.secrets.keyring import Keyring
from control_plane.secrets.vault import Vault
from control_plane.settings import Settings
from control_plane.telemetry.requests import observed
from control_plane.telemetry.service import Telemetry
from control_plane.verifications.controller import fallback_app
from control_plane.verifications.service import Verifications
from control_plane.xds.controller import DiscoveryController
from control_plane.xds.extension import release_builder
from control_plane.xds.publisher import Publisher

CANCEL_SECONDS_MAX = 5
"""A driver that swallows the cancellation of work in the background holds up the end no longer."""

_log = logging.getLogger(__name__)


def create_app(settings: Settings, telemetry: Telemetry | None = None) -> Litestar:
    """Wire all parts together. Nothing is opened before the application's lifespan begins.

    Without a telemetry of the caller's own, spans and metrics go where the settings say.
    """
    telemetry = telemetry or Telemetry.for_endpoint(settings.otlp_endpoint)
    database = Database(settings.database_url)
    vault = Vault(settings.vault_addr, settings.vault_role_id, settings.vault_secret_id)
    keyring = Keyring(vault)
    feed = Feed(database)
    tenants = Tenants(database, keyring, feed)
    accounts = Accounts(database, keyring, tenants, feed)
    gate = Gate()
    edges = Edges(database, keyring, tenants, gate)
    rotations = Rotations(database, keyring, tenants, feed, edges)
    index_rotation = IndexRotation(database, keyring, tenants, feed, edges)
    publisher = Publisher(gate, release_builder(settings))
    verifications = Verifications(database, keyring, telemetry)

    def release_waiting() -> None:
        feed.close()
        gate.close()
        publisher.close()

    @asynccontextmanager
    async def opened(_app: Litestar) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(telemetry.close)
            stack.push_async_callback(database.close)
            stack.push_async_callback(verifications.close)
            await database.check()
            await migrate(database)
            await vault.login()
            await tenants.open()
            await edges.refresh()
            await rotations.resume()
            stack.push_async_callback(rotations.close)
            for work in (
                vault.keep_alive(),
                edges.keep_fresh(),
                index_rotation.keep_going(),
                keep_tidy(database),
            ):
                stack.push_async_callback(_cancel, asyncio.create_task(work))
            stack.callback(release_waiting)
            yield

    admin = Router(
        "/admin/v1",
        route_handlers=[
            AccountController,
            ImportController,
            TenantController,
            RotationController,
            IndexRotationController,
            EdgeAdminController,
        ],
        guards=[admin_guard(settings.admin_token)],
    )
    for_edges = Router("/", route_handlers=[EdgeController, DiscoveryController], guards=[edge_guard(edges)])
    parts = {
        "accounts": accounts,
        "database": database,
        "edges": edges,
        "feed": feed,
        "gate": gate,
        "keyring": keyring,
        "publisher": publisher,
        "rotation": index_rotation,
        "rotations": rotations,
        "tenants": tenants,
    }
    dependencies = {
        name: Provide(_always(part), use_cache=True, sync_to_thread=False) for name, part in parts.items()
    }
    app = Litestar(
        route_handlers=[
            admin,
            for_edges,
            HealthController,
            fallback_app(verifications, edges),
        ],
        dependencies={**dependencies, "edge": Provide(authenticated_edge, sync_to_thread=False)},
        exception_handlers={
            Problem: on_problem,
            ValidationException: on_validation_error,
            HTTPException: on_http_error,
            Exception: on_failure,
        },
        lifespan=[opened],
        openapi_config=OpenAPIConfig(
            title="VOP control plane",
            version="1",
            description="Accounts, tenants and edges, for operators. Edges use docs/formats.md, section 4.",
            components=Components(security_schemes={"admin": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"admin": []}],
            path="/admin/openapi",
            # The framework's viewers would run scripts of other sites next to the admin API.
            render_plugins=[JsonRenderPlugin()],
            create_examples=False,
        ),
        logging_config=None,
    )
    # Around the router, so that a request which no route takes has its span too.
    app.asgi_handler = observed(app.asgi_handler, telemetry)
    app.state.update(parts, release_waiting=release_waiting)
    return app


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Run the application's lifespan.

    Raises:
        StartError: it can't begin; the framework itself would wrap that in a group.

    """
    try:
        async with app.lifespan():
            yield
    except BaseExceptionGroup as group:
        failed = group.subgroup(StartError)
        if failed is None:
            raise
        raise failed.exceptions[0] from None


def _always(part: object) -> Callable[[], object]:
    def provide() -> object:
        return part

    return provide


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=CANCEL_SECONDS_MAX)
    if not done:
        _log.warning("work in the background didn't end within %d s and is left", CANCEL_SECONDS_MAX)
    elif not task.cancelled():
        task.result()
