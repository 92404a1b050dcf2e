"""Vault (or OpenBao) over HTTP: AppRole login with renewal, and the KV v2 engine."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import hvac
import requests
from hvac.exceptions import Forbidden, InvalidPath, VaultError

from control_plane.errors import StartError

KV_MOUNT = "secret"
"""Mount point of the KV v2 engine; all our secrets lie below ``vop/`` in it."""

TIMEOUT_SECONDS = 5
"""Longest wait for one answer of Vault."""

RENEWAL_SECONDS_MIN = 1
RENEWAL_SECONDS_MAX = 300
"""The token is renewed at half of its life, within these bounds."""

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class VaultUnavailableError(StartError):
    """Vault didn't answer, or refused us."""


class SecretExistsError(Exception):
    """A secret was to be created at a path that already holds one."""


class Vault:
    """A client that logs in by itself. Calls run in threads, since hvac blocks."""

    def __init__(self, address: str, role_id: str, secret_id: str) -> None:
        self._address = address
        self._role_id = role_id
        self._secret_id = secret_id
        self._client = hvac.Client(url=address, timeout=TIMEOUT_SECONDS)
        self._lifetime_seconds = 0
        self.healthy = False
        """Whether the last call worked."""

    async def login(self) -> None:
        """Log in with the AppRole.

        Raises:
            VaultUnavailableError: Vault can't be reached or doesn't accept the role.

        """
        await self._call(self._login)

    async def read(self, path: str) -> dict[str, str] | None:
        """Return the newest version of a secret; None if there is none."""
        found = await self.read_version(path)
        return None if found is None else found[0]

    async def read_version(self, path: str) -> tuple[dict[str, str], int] | None:
        """Return the newest version of a secret and its number; None if there is none."""

        def read() -> tuple[dict[str, str], int] | None:
            try:
                reply = self._client.secrets.kv.v2.read_secret_version(
                    path=path, mount_point=KV_MOUNT, raise_on_deleted_version=True
                )
            except InvalidPath:
                return None
            return reply["data"]["data"], int(reply["data"]["metadata"]["version"])

        return await self._call(read)

    async def is_destroyed(self, path: str) -> bool:
        """Whether there was a secret whose newest version was destroyed."""

        def look() -> bool:
            try:
                self._client.secrets.kv.v2.read_secret_version(
                    path=path, mount_point=KV_MOUNT, raise_on_deleted_version=True
                )
            except InvalidPath as error:
                # Not found either way, but of what was destroyed Vault still tells the metadata.
                found = (error.json or {}).get("data") or {}
                return bool(found.get("metadata", {}).get("destroyed"))
            return False

        return await self._call(look)

    async def replace(self, path: str, data: dict[str, str], version: int) -> int:
        """Write the version after ``version`` of a secret, and return its number.

        Raises:
            SecretExistsError: somebody else has written it meanwhile.

        """

        def replace() -> int:
            try:
                reply = self._client.secrets.kv.v2.create_or_update_secret(
                    path=path, secret=data, cas=version, mount_point=KV_MOUNT
                )
            except hvac.exceptions.InvalidRequest as error:
                raise SecretExistsError(path) from error
            return int(reply["data"]["version"])

        return await self._call(replace)

    async def destroy(self, path: str, versions: Sequence[int]) -> None:
        """Destroy these versions of a secret, beyond recovery."""
        if versions:
            await self._call(
                lambda: self._client.secrets.kv.v2.destroy_secret_versions(
                    path=path, versions=list(versions), mount_point=KV_MOUNT
                )
            )

    async def create(self, path: str, data: dict[str, str]) -> None:
        """Write a new secret.

        Raises:
            SecretExistsError: there is one already, or there was one.

        """

        def create() -> None:
            try:
                self._client.secrets.kv.v2.create_or_update_secret(
                    path=path, secret=data, cas=0, mount_point=KV_MOUNT
                )
            except hvac.exceptions.InvalidRequest as error:
                raise SecretExistsError(path) from error

        await self._call(create)

    async def delete(self, path: str) -> None:
        """Destroy a secret with all its versions."""
        await self._call(
            lambda: self._client.secrets.kv.v2.delete_metadata_and_all_versions(
                path=path, mount_point=KV_MOUNT
            )
        )

    async def keep_alive(self) -> None:
        """Renew the token for ever; log in anew when it can't be renewed."""
        while True:
            wait = min(max(self._lifetime_seconds / 2, RENEWAL_SECONDS_MIN), RENEWAL_SECONDS_MAX)
            await asyncio.sleep(wait if self.healthy else RENEWAL_SECONDS_MIN)
            try:
                await self._call(self._renew)
            except VaultUnavailableError as error:
                _log.warning("%s", error)

    def _login(self) -> None:
        reply = self._client.auth.approle.login(role_id=self._role_id, secret_id=self._secret_id)
        self._lifetime_seconds = reply["auth"]["lease_duration"]

    def _renew(self) -> None:
        try:
            reply = self._client.auth.token.renew_self()
            self._lifetime_seconds = reply["auth"]["lease_duration"]
        except VaultError:
            self._login()

    async def _call(self, function: Callable[[], _Result]) -> _Result:
        """Run a blocking call; a refused token is worth one new login."""
        try:
            try:
                result = await asyncio.to_thread(function)
            except Forbidden:
                await asyncio.to_thread(self._login)
                result = await asyncio.to_thread(function)
        except (VaultError, requests.RequestException) as error:
            self.healthy = False
            # hvac's own text may repeat what was sent, so only the kind of the error is told.
            raise VaultUnavailableError(f"Vault at {self._address} failed: {_kind(error)}") from error
        self.healthy = True
        return result


def _kind(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "can't be reached"
    return f"it refused ({type(error).__name__})"
