"""The key package of an edge: ``docs/formats.md``, section 4.1. Pure but for the nonce."""

import secrets
import struct
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from control_plane.edges.credentials import EdgeCredentials

_FORMAT = 1
_HEAD = struct.Struct("<4sB3x16s")


def plain_package(
    generation: bytes,
    index_key: bytes,
    audit_public_key: bytes,
    seal_keys: Mapping[str, Mapping[int, bytes]],
) -> bytes:
    """Return the keys as the edge keeps them; ``seal_keys`` by BIC11 and epoch."""
    out = struct.pack("<B16s32s32sH", _FORMAT, generation, index_key, audit_public_key, len(seal_keys))
    for bic, keys in seal_keys.items():
        out += struct.pack("<11sB", bic.encode("ascii"), len(keys))
        for epoch, key in sorted(keys.items()):
            out += struct.pack("<I32s", epoch, key)
    return out


def sealed_package(plain: bytes, edge: EdgeCredentials, request_nonce: bytes) -> bytes:
    """Return the package as one reply to one edge."""
    head = _HEAD.pack(b"VOPK", _FORMAT, request_nonce)
    nonce = secrets.token_bytes(12)
    ciphertext = ChaCha20Poly1305(edge.delivery_key).encrypt(
        nonce, plain, head + edge.edge_id.encode("ascii")
    )
    return head + nonce + ciphertext
