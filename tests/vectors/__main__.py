"""Write the known answers from the control plane in miniature."""

from __future__ import annotations

import json
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.unit.edge_filter.directory import BIC, BOOT, EDGE_ID, SECRET, ControlPlane, derive, mac
from tests.vectors import PATH

IBAN = "DE02120300000000202051"
NONCE = bytes(range(16))
EPHEMERAL = bytes(range(200, 232))
VM, N = 3, 1


def directory(control_plane: ControlPlane) -> dict[str, bytes | int]:
    """Make keys, a record and pages."""
    tenant = control_plane.tenants[BIC]
    tenant.seal_keys[7] = b"t" * 32
    for number in range(3):
        tenant.put(f"DE{number:020d}", f"Person Nr. {number}")
    tenant.put(IBAN, "Ada Beispiel")
    tenant.put(IBAN, "Ada Muster")
    tenant.delete(f"DE{2:020d}")
    account = tenant.accounts[IBAN]
    assert account.plain is not None
    seal_key = tenant.seal_keys[account.epoch]
    return {
        "secret": SECRET,
        "edge_id": EDGE_ID.encode(),
        "nonce": NONCE,
        "token": derive(b"vop/token/v1"),
        "page_key": derive(b"vop/page/v1"),
        "delivery_key": derive(b"vop/keys/v1"),
        "generation": control_plane.generation,
        "index_key": control_plane.index_key,
        "older_seal_key": tenant.seal_keys[1],
        "seal_key": seal_key,
        "package": control_plane.key_package(),
        "delivery": control_plane.delivery(NONCE),
        "bic": BIC.encode(),
        "iban": IBAN.encode(),
        "lookup_key": control_plane.lookup_key(BIC, IBAN),
        "record_key": mac(seal_key, IBAN.encode()),
        "epoch": account.epoch,
        "revision": account.revision,
        "plain": account.plain,
        "sealed": control_plane.record(tenant, account)[34:],
        "head": len(tenant.changes),
        "snapshot": control_plane.snapshot_page(BIC, NONCE, None, bytes(16)),
        "changes": control_plane.changes_page(BIC, NONCE, 0),
    }


def decision(audit: X25519PrivateKey, known: dict[str, bytes | int]) -> dict[str, bytes | int]:
    """Make a decision and its seal (docs/formats.md section 7)."""
    texts = (b"5f0c1c9e-4a0b-4c1e-9f5a-0123456789ab", b"VOPBFRPPXXX", BIC.encode(), IBAN.encode())
    typed, matched = "A. Müster".encode(), b"Ada Muster"
    plain = struct.pack("<BBBBHB", 1, 1, 2, 0, 812, 2) + bytes((1, 7))
    plain += struct.pack(
        "<BBIQIIQ", 0, 0, int(known["epoch"]), int(known["revision"]), 12, 34, 1_764_000_000_123
    )
    plain += bytes(range(8)) + bytes(range(8, 16))
    plain += b"".join(bytes((len(text),)) + text for text in texts)
    plain += b"".join(struct.pack("<H", len(text)) + text for text in (typed, matched))
    ephemeral = X25519PrivateKey.from_private_bytes(EPHEMERAL)
    public, audit_public = ephemeral.public_key().public_bytes_raw(), audit.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(audit_public))
    key = derive(b"vop/decision/v1" + BOOT + struct.pack("<I", VM), shared, public + audit_public)
    head = b"\x01" + BOOT + struct.pack("<IQ", VM, N) + public
    nonce = bytes(4) + struct.pack("<Q", N)
    return {
        "audit_private": audit.private_bytes_raw(),
        "audit_public": audit_public,
        "ephemeral": EPHEMERAL,
        "boot": BOOT,
        "vm": VM,
        "n": N,
        "typed": typed,
        "matched": matched,
        "request_id": texts[0],
        "requesting_bic": texts[1],
        "decision": plain,
        "sealed_decision": head + ChaCha20Poly1305(key).encrypt(nonce, plain, head + EDGE_ID.encode()),
    }


def main() -> None:
    """Write the file."""
    audit = X25519PrivateKey.from_private_bytes(bytes(range(50, 82)))
    known = directory(ControlPlane(audit_private=audit))
    known |= decision(audit, known)
    content = {name: value.hex() if isinstance(value, bytes) else value for name, value in known.items()}
    PATH.write_text(json.dumps(content, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
