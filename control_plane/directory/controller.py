"""``/admin/v1/tenants``."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from control_plane.directory.tenants import TenantExistsError, Tenants
from control_plane.identifiers import bic11, bic_fault
from control_plane.problems import FieldFault, Problem, documented


class TenantBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A tenant: an account-servicing PSP that we answer for."""

    bic: str


class TenantController(Controller):
    """Tenants; creating one makes its seal key."""

    path = "/tenants"
    tags = ("tenants",)

    @post(summary="Begin to answer for a BIC", responses=documented(400, 401, 409))
    async def create_tenant(
        self, data: JSONBody[TenantBody], tenants: NamedDependency[Tenants]
    ) -> TenantBody:
        """Create a tenant: 409 if it is there."""
        if reason := bic_fault(data.bic):
            raise Problem(400, "The tenant can't be taken.", [FieldFault("bic", reason)])
        bic = bic11(data.bic)
        try:
            await tenants.create(bic)
        except TenantExistsError as error:
            raise Problem(409, "This tenant is there already.") from error
        return TenantBody(bic)

    @get(summary="List the tenants", responses=documented(401))
    async def list_tenants(self, tenants: NamedDependency[Tenants]) -> list[TenantBody]:
        """All tenants by BIC11."""
        return [TenantBody(bic) for bic in await tenants.list()]
