"""``/admin/v1/tenants/{bic}/rotation`` and ``/admin/v1/index-rotation``."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from control_plane.directory.tenants import UnknownTenantError
from control_plane.identifiers import bic11, bic_fault
from control_plane.problems import Problem, documented
from control_plane.rotations.index import IndexRotation
from control_plane.rotations.index import Phase as IndexPhase
from control_plane.rotations.index import Progress as IndexProgress
from control_plane.rotations.service import Phase, Progress, Rotations


class RotationView(Struct, frozen=True):
    """How far the rotation of a tenant's seal key is."""

    bic: str
    phase: Phase
    epoch: int
    """The epoch that records are sealed with now."""
    records: int
    left: int
    """Records that are still sealed under an older epoch."""


class RotationController(Controller):
    """Rotation of seal keys."""

    path = "/tenants/{bic:str}/rotation"
    tags = ("tenants",)

    @post(summary="Rotate a tenant's seal key", status_code=202, responses=documented(401, 404))
    async def start_rotation(self, bic: FromPath[str], rotations: NamedDependency[Rotations]) -> RotationView:
        """Begin in the background; a rotation that is under way goes on, and no second one begins."""
        known = _bic11(bic)
        try:
            return _view(known, await rotations.start(known))
        except UnknownTenantError as error:
            raise _unknown() from error

    @get(summary="See how far a rotation is", responses=documented(401, 404))
    async def show_rotation(self, bic: FromPath[str], rotations: NamedDependency[Rotations]) -> RotationView:
        """Phase `none`: there is no rotation under way."""
        known = _bic11(bic)
        try:
            return _view(known, await rotations.progress(known))
        except UnknownTenantError as error:
            raise _unknown() from error


class IndexRotationView(Struct, frozen=True):
    """How far the rotation of the index key is."""

    phase: IndexPhase
    generation: str
    """The newest generation."""
    accounts: int
    left: int
    """Accounts without a record in the newest generation."""
    edges_left: int
    """Living edges that aren't complete in the newest generation."""


class IndexRotationController(Controller):
    """Rotation of the index key, which all tenants share."""

    path = "/index-rotation"
    tags = ("tenants",)

    @post(summary="Rotate the index key", status_code=202, responses=documented(400, 401))
    async def start_index_rotation(
        self, rotation: NamedDependency[IndexRotation], now: FromQuery[bool] = False
    ) -> IndexRotationView:
        """Begin in the background; a rotation that is under way goes on, and no second one begins.

        `now`: after the database lost commits. A new rotation always begins, and the edges hand all requests
        over to the fallback until it is complete.
        """
        return _index_view(await rotation.start(now=now))

    @get(summary="See how far the rotation of the index key is", responses=documented(401))
    async def show_index_rotation(self, rotation: NamedDependency[IndexRotation]) -> IndexRotationView:
        """Phase `none`: there is no rotation under way."""
        return _index_view(await rotation.progress())


def _bic11(bic: str) -> str:
    if bic_fault(bic):
        raise _unknown()
    return bic11(bic)


def _unknown() -> Problem:
    return Problem(404, "There is no such tenant.")


def _view(bic: str, progress: Progress) -> RotationView:
    return RotationView(bic, progress.phase, progress.epoch, progress.records, progress.left)


def _index_view(progress: IndexProgress) -> IndexRotationView:
    return IndexRotationView(
        progress.phase,
        progress.generation.hex(),
        progress.accounts,
        progress.left,
        progress.edges_left,
    )
