"""The control plane's admin API, as far as the stack and the demo use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from control_plane.errors import StartError

if TYPE_CHECKING:
    from types import TracebackType

ANSWER_SECONDS_MAX = 30.0


class AdminApi:
    """A client with the admin token. A call that is refused raises StartError with the API's own words."""

    def __init__(self, address: str, token: str) -> None:
        headers = {"authorization": f"Bearer {token}"}
        self._client = httpx.Client(
            base_url=f"http://{address}", headers=headers, timeout=ANSWER_SECONDS_MAX, trust_env=False
        )

    def __enter__(self) -> AdminApi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ready(self) -> bool:
        """Whether the control plane, its database and its Vault are up."""
        try:
            return self._client.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def create_tenant(self, bic: str) -> None:
        """Begin to answer for a BIC."""
        self._call("POST", "/admin/v1/tenants", json={"bic": bic})

    def register_edge(self, edge_id: str, tenants: list[str]) -> str:
        """Register an edge that may hold these tenants, and return its secret."""
        secret: str = self._call("POST", "/admin/v1/edges", json={"id": edge_id, "tenants": tenants})[
            "secret"
        ]
        return secret

    def list_edges(self) -> list[dict[str, Any]]:
        """List the edges with their last heartbeats."""
        edges: list[dict[str, Any]] = self._call("GET", "/admin/v1/edges")
        return edges

    def import_accounts(self, file: bytes, media_type: str = "text/csv") -> dict[str, Any]:
        """Import an accounts file, all of it or nothing."""
        content: dict[str, Any] = self._call(
            "POST", "/admin/v1/imports", content=file, headers={"content-type": media_type}
        )
        return content

    def create_account(self, account: dict[str, Any]) -> dict[str, Any]:
        """Create an account."""
        content: dict[str, Any] = self._call("POST", "/admin/v1/accounts", json=account)
        return content

    def find_account(self, bic: str, iban: str) -> dict[str, Any]:
        """Find an account by its BIC and IBAN."""
        content: dict[str, Any] = self._call(
            "POST", "/admin/v1/accounts/find", json={"bic": bic, "iban": iban}
        )
        return content

    def replace_account(self, account_id: str, account: dict[str, Any]) -> dict[str, Any]:
        """Replace all of an account but its BIC and IBAN."""
        content: dict[str, Any] = self._call("PUT", f"/admin/v1/accounts/{account_id}", json=account)
        return content

    def delete_account(self, account_id: str) -> None:
        """Delete an account."""
        self._call("DELETE", f"/admin/v1/accounts/{account_id}")

    def _call(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  (httpx's options)
        try:
            reply = self._client.request(method, path, **options)
        except httpx.TransportError as error:
            raise StartError(f"the control plane does not answer: {type(error).__name__}") from None
        if not reply.is_success:
            raise StartError(f"{method} {path} was refused with {reply.status_code}: {reply.text}")
        return reply.json() if reply.content else None
