"""An edge's secret and what is derived from it: ``docs/formats.md``, section 2. Pure."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class EdgeCredentials:
    """One edge with its keys and the tenants it may hold."""

    edge_id: str
    tenants: tuple[str, ...]
    token: str = field(repr=False)
    """The second half of its ``Authorization``, in hex."""
    page_key: bytes = field(repr=False)
    delivery_key: bytes = field(repr=False)

    @classmethod
    def derive(cls, edge_id: str, tenants: tuple[str, ...], secret: bytes) -> "EdgeCredentials":
        """Derive an edge's keys from its secret."""
        return cls(
            edge_id,
            tenants,
            _derive(secret, b"vop/token/v1").hex(),
            _derive(secret, b"vop/page/v1"),
            _derive(secret, b"vop/keys/v1"),
        )


def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
