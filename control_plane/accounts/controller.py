"""``/admin/v1/accounts``."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.params import Parameter

from control_plane.accounts.schemas import AccountBody, AccountFind, AccountPage, AccountView, Status
from control_plane.accounts.service import LIST_MAX, AccountExists, AccountMoved, Accounts, UnknownAccount
from control_plane.accounts.validation import account_faults
from control_plane.directory.tenants import UnknownTenant
from control_plane.problems import FieldFault, Problem

Cursor = Annotated[UUID | None, Parameter(description="`next` of the part before")]
Limit = Annotated[int, Parameter(ge=1, le=LIST_MAX)]


class AccountController(Controller):
    """Accounts, one at a time."""

    path = "/accounts"
    tags = ("accounts",)

    @post(summary="Create an account")
    async def create_account(self, data: AccountBody, accounts: Accounts) -> AccountView:
        """Create an account of a tenant: 409 if its BIC and IBAN are taken."""
        _check(data)
        try:
            return await accounts.create(data)
        except AccountExists as error:
            raise Problem(409, "There is an account with this BIC and IBAN.") from error
        except UnknownTenant as error:
            raise _unknown_tenant() from error

    @get(summary="List accounts")
    async def list_accounts(
        self,
        accounts: Accounts,
        after: Cursor = None,
        limit: Limit = 100,
        bic: str | None = None,
        status: Status | None = None,
    ) -> AccountPage:
        """List accounts in the order of their ids, in parts."""
        return await accounts.list(after, limit, bic, status)

    @post("/find", summary="Find the account of an IBAN", status_code=200)
    async def find_account(self, data: AccountFind, accounts: Accounts) -> AccountView:
        """Find by BIC and IBAN, which therefore stand in no URL and no access log."""
        try:
            return await accounts.find(data.bic, data.iban)
        except UnknownAccount as error:
            raise _unknown_account() from error

    @get("/{account_id:uuid}", summary="Read an account")
    async def get_account(self, account_id: UUID, accounts: Accounts) -> AccountView:
        """Read one account."""
        try:
            return await accounts.get(account_id)
        except UnknownAccount as error:
            raise _unknown_account() from error

    @put("/{account_id:uuid}", summary="Replace an account")
    async def replace_account(self, account_id: UUID, data: AccountBody, accounts: Accounts) -> AccountView:
        """Replace everything but BIC and IBAN, which must be the account's own."""
        _check(data)
        try:
            return await accounts.replace(account_id, data)
        except UnknownAccount as error:
            raise _unknown_account() from error
        except AccountMoved as error:
            raise Problem(409, "BIC and IBAN of an account can't be changed.") from error

    @post("/{account_id:uuid}/close", summary="Close an account", status_code=200)
    async def close_account(self, account_id: UUID, accounts: Accounts) -> AccountView:
        """Close an account: it is answered with NOAP from now on."""
        try:
            return await accounts.close(account_id)
        except UnknownAccount as error:
            raise _unknown_account() from error

    @delete("/{account_id:uuid}", summary="Delete an account")
    async def delete_account(self, account_id: UUID, accounts: Accounts) -> None:
        """Delete an account with all that is known of its holders."""
        try:
            await accounts.delete(account_id)
        except UnknownAccount as error:
            raise _unknown_account() from error


def _check(body: AccountBody) -> None:
    if faults := account_faults(body):
        raise Problem(400, "The account can't be taken.", faults)


def _unknown_account() -> Problem:
    return Problem(404, "There is no such account.")


def _unknown_tenant() -> Problem:
    fault = FieldFault("bic", "is not a tenant: create it first")
    return Problem(400, "The account can't be taken.", [fault])
