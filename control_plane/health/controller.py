"""``/health``: for whoever starts, watches and balances."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from control_plane.db.engine import Database
from control_plane.errors import StartError
from control_plane.secrets.keyring import Keyring


class Liveness(Struct, frozen=True):
    """The process answers."""

    alive: bool


class Readiness(Struct, frozen=True):
    """Which parts are there. Without Vault we go on with the keys in memory: ready, but ``degraded``."""

    ready: bool
    degraded: bool
    database: bool
    vault: bool
    generation: bool


class HealthController(Controller):
    """Needs no credentials and tells nothing secret."""

    path = "/health"
    tags = ("health",)

    @get("/live", summary="Is the process alive?", security=[{}])
    async def live(self) -> Liveness:
        """Return true, if there is an answer at all."""
        return Liveness(True)

    @get("/ready", summary="Is the service ready?", security=[{}])
    async def ready(
        self, database: NamedDependency[Database], keyring: NamedDependency[Keyring]
    ) -> Response[Readiness]:
        """200 if requests can be served, 503 if not."""
        try:
            await database.check()
            database_works = True
        except StartError:
            database_works = False
        ready = database_works and keyring.loaded
        report = Readiness(
            ready, not keyring.vault.healthy, database_works, keyring.vault.healthy, keyring.loaded
        )
        return Response(report, status_code=200 if ready else 503)
