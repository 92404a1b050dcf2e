"""``/admin/v1/accounts``."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from control_plane.accounts.schemas import AccountBody, AccountFind, AccountPage, AccountView, Status
from control_plane.accounts.service import (
    LIST_MAX,
    AccountExistsError,
    AccountMovedError,
    Accounts,
    UnknownAccountError,
)
from control_plane.accounts.validation import account_faults
from control_plane.directory.tenants import UnknownTenantError
from control_plane.identifiers import BIC_PATTERN, bic_fault, iban_fault
from control_plane.problems import FieldFault, Problem, documented

Cursor = Annotated[UUID | None, QueryParameter(description="`next` of the part before")]
BicFilter = Annotated[str | None, QueryParameter(pattern=BIC_PATTERN, description="Of this tenant only")]
Limit = Annotated[int, QueryParameter(ge=1, le=LIST_MAX)]


AccountsService = NamedDependency[Accounts]


class AccountController(Controller):
    """Accounts, one at a time."""

    path = "/accounts"
    tags = ("accounts",)

    @post(summary="Create an account", responses=documented(400, 401, 409))
    async def create_account(self, data: JSONBody[AccountBody], accounts: AccountsService) -> AccountView:
        """Create an account of a tenant: 409 if its BIC and IBAN are taken."""
        _check(data)
        try:
            return await accounts.create(data)
        except AccountExistsError as error:
            raise Problem(409, "There is an account with this BIC and IBAN.") from error
        except UnknownTenantError as error:
            raise _unknown_tenant() from error

    @get(summary="List accounts", responses=documented(400, 401))
    async def list_accounts(
        self,
        accounts: AccountsService,
        after: Cursor = None,
        limit: Limit = 100,
        bic: BicFilter = None,
        status: FromQuery[Status | None] = None,
    ) -> AccountPage:
        """List accounts in the order of their ids, in parts."""
        return await accounts.list(after, limit, bic, status)

    @post(
        "/find", summary="Find the account of an IBAN", status_code=200, responses=documented(400, 401, 404)
    )
    async def find_account(self, data: JSONBody[AccountFind], accounts: AccountsService) -> AccountView:
        """Find by BIC and IBAN, which therefore stand in no URL and no access log."""
        faults = [("bic", bic_fault(data.bic)), ("iban", iban_fault(data.iban))]
        if any(reason for _, reason in faults):
            errors = [FieldFault(name, reason) for name, reason in faults if reason]
            raise Problem(400, "These can't be a BIC and an IBAN.", errors)
        try:
            return await accounts.find(data.bic, data.iban)
        except UnknownAccountError as error:
            raise _unknown_account() from error

    @get("/{account_id:uuid}", summary="Read an account", responses=documented(400, 401, 404))
    async def get_account(self, account_id: FromPath[UUID], accounts: AccountsService) -> AccountView:
        """Read one account."""
        try:
            return await accounts.get(account_id)
        except UnknownAccountError as error:
            raise _unknown_account() from error

    @put("/{account_id:uuid}", summary="Replace an account", responses=documented(400, 401, 404, 409))
    async def replace_account(
        self, account_id: FromPath[UUID], data: JSONBody[AccountBody], accounts: AccountsService
    ) -> AccountView:
        """Replace everything but BIC and IBAN, which must be the account's own."""
        _check(data)
        try:
            return await accounts.replace(account_id, data)
        except UnknownAccountError as error:
            raise _unknown_account() from error
        except AccountMovedError as error:
            raise Problem(409, "BIC and IBAN of an account can't be changed.") from error

    @post(
        "/{account_id:uuid}/close",
        summary="Close an account",
        status_code=200,
        responses=documented(400, 401, 404),
    )
    async def close_account(self, account_id: FromPath[UUID], accounts: AccountsService) -> AccountView:
        """Close an account: it is answered with NOAP from now on."""
        try:
            return await accounts.close(account_id)
        except UnknownAccountError as error:
            raise _unknown_account() from error

    @delete("/{account_id:uuid}", summary="Delete an account", responses=documented(400, 401, 404))
    async def delete_account(self, account_id: FromPath[UUID], accounts: AccountsService) -> None:
        """Delete an account with all that is known of its holders."""
        try:
            await accounts.delete(account_id)
        except UnknownAccountError as error:
            raise _unknown_account() from error


def _check(body: AccountBody) -> None:
    if faults := account_faults(body):
        raise Problem(400, "The account can't be taken.", faults)


def _unknown_account() -> Problem:
    return Problem(404, "There is no such account.")


def _unknown_tenant() -> Problem:
    fault = FieldFault("bic", "is not a tenant: create it first")
    return Problem(400, "The account can't be taken.", [fault])
