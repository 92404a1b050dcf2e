"""Lookup keys and sealed records: ``docs/formats.md``, sections 2 and 3.2. Pure but for the nonce."""

import hmac
import secrets
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

LOOKUP_KEY_BYTES = 16
NONCE_BYTES = 12
_FORMAT = 1


class SealBrokenError(Exception):
    """A sealed record doesn't open under this key and these associated data."""


def lookup_key(index_key: bytes, bic: str, iban: str) -> bytes:
    """Return what an account is found by, for whoever holds the index key (16 bytes)."""
    return hmac.digest(index_key, (bic + iban).encode("ascii"), "sha256")[:LOOKUP_KEY_BYTES]


def seal(
    seal_key: bytes, bic: str, iban: str, lookup: bytes, epoch: int, revision: int, plain: bytes
) -> bytes:
    """Seal a record's plain form: nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(seal_key, iban).encrypt(nonce, plain, _associated(bic, lookup, epoch, revision))


def open_sealed(
    seal_key: bytes, bic: str, iban: str, lookup: bytes, epoch: int, revision: int, sealed: bytes
) -> bytes:
    """Open what ``seal`` made.

    Raises:
        SealBrokenError: the record, or anything that it is bound to, is not what was sealed.

    """
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(seal_key, iban).decrypt(nonce, ciphertext, _associated(bic, lookup, epoch, revision))
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError from error


def _cipher(seal_key: bytes, iban: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hmac.digest(seal_key, iban.encode("ascii"), "sha256"))


def _associated(bic: str, lookup: bytes, epoch: int, revision: int) -> bytes:
    return struct.pack("<4sB11s16sIQ", b"VOPR", _FORMAT, bic.encode("ascii"), lookup, epoch, revision)
