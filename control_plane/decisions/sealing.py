"""Seal decisions for the audit key, and open them with its private half: ``docs/formats.md``, section 7."""

import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from control_plane.decisions.record import DecisionError, DecisionRecord

_FORMAT = 1
_HEAD = struct.Struct("<B16sIQ32s")
_INFO = b"vop/decision/v1"


class DecisionSealer:
    """Seals the decisions of one VM (or process) in turn: one ephemeral key, and a number for each."""

    def __init__(self, audit_public: bytes, edge_id: str, boot: bytes, vm: int) -> None:
        ephemeral = X25519PrivateKey.generate()
        self._public = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(audit_public))
        self._cipher = _cipher(shared, self._public, audit_public, boot, vm)
        self._edge_id = edge_id.encode("ascii")
        self.boot = boot
        self.vm = vm
        self.n = 0
        """The last number given out."""

    def seal(self, record: DecisionRecord) -> tuple[int, bytes]:
        """Seal a record under the next number: the number, and the sealed form."""
        self.n += 1
        head = _HEAD.pack(_FORMAT, self.boot, self.vm, self.n, self._public)
        return self.n, head + self._cipher.encrypt(_nonce(self.n), record.encode(), head + self._edge_id)


@dataclass(frozen=True, slots=True)
class OpenedDecision:
    """A decision with its place: (edge, boot, vm, n) names it."""

    boot: bytes
    vm: int
    n: int
    record: DecisionRecord


def open_decision(audit_private: X25519PrivateKey, edge_id: str, sealed: bytes) -> OpenedDecision:
    """Open a sealed decision of an edge.

    Raises:
        DecisionError: it isn't one, isn't of this edge, or was changed.

    """
    try:
        version, boot, vm, n, public = _HEAD.unpack_from(sealed)
        head, ciphertext = sealed[: _HEAD.size], sealed[_HEAD.size :]
        shared = audit_private.exchange(X25519PublicKey.from_public_bytes(public))
        cipher = _cipher(shared, public, audit_private.public_key().public_bytes_raw(), boot, vm)
        plain = cipher.decrypt(_nonce(n), ciphertext, head + edge_id.encode("ascii"))
    except (struct.error, InvalidTag, ValueError) as error:
        raise DecisionError("this is no sealed decision of this edge") from error
    if version != _FORMAT:
        raise DecisionError("this sealed decision has an unknown format")
    return OpenedDecision(boot, vm, n, DecisionRecord.decode(plain))


def _cipher(
    shared: bytes, ephemeral_public: bytes, audit_public: bytes, boot: bytes, vm: int
) -> ChaCha20Poly1305:
    info = _INFO + boot + struct.pack("<I", vm)
    derivation = HKDF(algorithm=SHA256(), length=32, salt=ephemeral_public + audit_public, info=info)
    return ChaCha20Poly1305(derivation.derive(shared))


def _nonce(n: int) -> bytes:
    return bytes(4) + struct.pack("<Q", n)
