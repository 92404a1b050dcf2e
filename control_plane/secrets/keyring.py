"""The keys in use, copied from Vault into memory. See ``docs/formats.md``, section 2."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from control_plane.errors import StartError
from control_plane.secrets.vault import SecretExistsError, Vault

KEY_BYTES = 32
SEAL_KEYS_MAX = 4
"""Seal keys that a tenant may have at a time."""


@dataclass(slots=True)
class Keyring:
    """Keys by what they are for. Nothing here is ever written to disk or shown."""

    vault: Vault = field(repr=False)
    _generation: bytes | None = None
    _index_keys: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    _audit_key: X25519PrivateKey | None = field(default=None, repr=False)
    _seal_keys: dict[str, dict[int, bytes]] = field(default_factory=dict, repr=False)

    @property
    def loaded(self) -> bool:
        """Whether there is a generation with its keys."""
        return self._generation is not None

    @property
    def generation(self) -> bytes:
        """The generation in service (16 bytes), as this process has seen it last."""
        if self._generation is None:
            raise StartError("no directory generation is loaded")
        return self._generation

    @property
    def index_key(self) -> bytes:
        """The key of the lookup keys of the generation in service."""
        return self._index_keys[self.generation]

    @property
    def audit_private_key(self) -> X25519PrivateKey:
        """Opens the decisions."""
        if self._audit_key is None:
            raise StartError("the audit key isn't loaded")
        return self._audit_key

    @property
    def audit_public_key(self) -> bytes:
        """Seals the decisions; goes to the edges."""
        return self.audit_private_key.public_key().public_bytes_raw()

    async def create_generation(self) -> bytes:
        """Make a generation and its index key in Vault, and return its id."""
        generation = secrets.token_bytes(16)
        await self.vault.create(f"vop/index/{generation.hex()}", {"key": secrets.token_hex(KEY_BYTES)})
        return generation

    async def load_generations(self, generations: Sequence[bytes], in_service: bytes) -> dict[bytes, bytes]:
        """Have the index keys of exactly these generations in memory, and return them by generation.

        Raises:
            StartError: Vault lacks a key, or can't be reached. A lost key is never replaced silently.

        """
        keys = {one: self._index_keys.get(one) or await self._read_index_key(one) for one in generations}
        self._index_keys, self._generation = keys, in_service
        return keys

    async def _read_index_key(self, generation: bytes) -> bytes:
        path = f"vop/index/{generation.hex()}"
        secret = await self.vault.read(path)
        if secret is None:
            raise StartError(
                f"the database's generation has no key in Vault at {path}: is this the right Vault?"
            )
        return _key(secret, "key")

    async def index_key_is_destroyed(self, generation: bytes) -> bool:
        """Whether Vault had a generation's index key, and destroyed it."""
        return await self.vault.is_destroyed(f"vop/index/{generation.hex()}")

    async def destroy_index_key(self, generation: bytes) -> None:
        """Destroy a generation's index key in Vault, beyond recovery; the mark that it was there stays."""
        await self.vault.destroy(f"vop/index/{generation.hex()}", [1])

    async def load_audit_key(self) -> None:
        """Take the audit key into memory.

        Raises:
            StartError: Vault lacks it, or can't be reached.

        """
        self._audit_key = X25519PrivateKey.from_private_bytes(
            _key(await self._require("vop/audit"), "private_key")
        )

    async def create_audit_key(self) -> None:
        """Make the audit key pair, unless Vault has one."""
        private_key = X25519PrivateKey.generate()
        public_key = private_key.public_key().public_bytes_raw()
        try:
            await self.vault.create(
                "vop/audit",
                {"private_key": private_key.private_bytes_raw().hex(), "public_key": public_key.hex()},
            )
        except SecretExistsError:
            return

    async def create_seal_key(self, bic: str) -> None:
        """Make a tenant's first seal key in Vault, unless it has keys for it."""
        try:
            await self.vault.create(f"vop/seal/{bic}", {"1": secrets.token_hex(KEY_BYTES)})
        except SecretExistsError:
            return

    async def add_seal_key(self, bic: str, epoch: int) -> None:
        """Make the seal key of a new epoch in Vault, unless it is there, and take the keys into memory.

        Raises:
            StartError: Vault lacks the tenant's keys, can't be reached, or somebody else is changing them.

        """
        keys, version = await self._require_version(f"vop/seal/{bic}")
        if str(epoch) not in keys:
            await self._replace(bic, keys | {str(epoch): secrets.token_hex(KEY_BYTES)}, version)
        await self.load_seal_keys(bic)

    async def drop_seal_keys(self, bic: str, epoch: int) -> None:
        """Leave a tenant the seal key of one epoch only; the versions before stay until destroyed."""
        keys, version = await self._require_version(f"vop/seal/{bic}")
        if set(keys) != {str(epoch)}:
            await self._replace(bic, {str(epoch): keys[str(epoch)]}, version)
        await self.load_seal_keys(bic)

    async def destroy_dropped_seal_keys(self, bic: str) -> None:
        """Destroy every version of a tenant's seal keys but the newest, beyond recovery."""
        _, version = await self._require_version(f"vop/seal/{bic}")
        await self.vault.destroy(f"vop/seal/{bic}", range(1, version))

    async def load_seal_keys(self, bic: str) -> None:
        """Take a tenant's seal keys into memory.

        Raises:
            StartError: Vault lacks them, or can't be reached.

        """
        secret = await self._require(f"vop/seal/{bic}")
        if not 1 <= len(secret) <= SEAL_KEYS_MAX:
            raise StartError(
                f"Vault holds {len(secret)} seal keys at vop/seal/{bic}, not 1 to {SEAL_KEYS_MAX}"
            )
        self._seal_keys[bic] = {int(epoch): _key(secret, epoch) for epoch in sorted(secret, key=int)}

    def seal_keys(self, bic: str) -> dict[int, bytes]:
        """Return a loaded tenant's seal keys by epoch.

        Raises:
            KeyError: the tenant isn't loaded.

        """
        return self._seal_keys[bic]

    def has_seal_keys(self, bic: str) -> bool:
        """Whether the tenant's seal keys are in memory."""
        return bic in self._seal_keys

    async def _replace(self, bic: str, keys: dict[str, str], version: int) -> None:
        try:
            await self.vault.replace(f"vop/seal/{bic}", keys, version)
        except SecretExistsError:
            raise StartError(f"somebody else is changing the seal keys of {bic}") from None

    async def _require(self, path: str) -> dict[str, str]:
        return (await self._require_version(path))[0]

    async def _require_version(self, path: str) -> tuple[dict[str, str], int]:
        found = await self.vault.read_version(path)
        if found is None:
            raise StartError(f"Vault holds no key at {path}: is this the right Vault?")
        return found


def _key(secret: dict[str, str], name: str) -> bytes:
    try:
        key = bytes.fromhex(secret[name])
    except (KeyError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise StartError("a key in Vault has the wrong form")
    return key
