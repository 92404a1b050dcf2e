"""A control plane in miniature: keys, sealed records and feed pages, written from docs/formats.md alone."""

import hashlib
import hmac
import struct
from base64 import b64decode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

EDGE_ID = "edge-1"
SECRET = bytes(range(32))
BOOT = bytes(range(100, 116))
BIC = "VOPBDEFFXXX"
FIRST_KEY, LAST_KEY = bytes(16), b"\xff" * 16


def derive(info: bytes, key: bytes = SECRET, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256 to 32 bytes."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.new(key, data, hashlib.sha256).digest()


def plain_record(*names: str, status: int = 1, holder_kind: int = 1, flags: int = 0) -> bytes:
    """Encode an account with one holder; the first name is the registered one."""
    body = bytes((1, status, flags, min(len(names), 1), 0))
    if names:
        body += bytes((holder_kind, 0, len(names)))
        for position, name in enumerate(names):
            encoded = name.encode()
            body += bytes((min(position, 1),)) + struct.pack("<H", len(encoded)) + encoded
    return body + bytes(-len(body) % 64)


@dataclass
class Account:
    """One account as the control plane has it; `plain` None is a deleted one."""

    iban: str
    plain: bytes | None
    revision: int = 1
    epoch: int = 1


@dataclass
class Tenant:
    """One tenant's accounts and its stream: `changes` lists IBANs by seq, from 1."""

    bic: str = BIC
    seal_keys: dict[int, bytes] = field(default_factory=lambda: {1: b"s" * 32})
    accounts: dict[str, Account] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)

    def put(self, iban: str, *names: str, plain: bytes | None = None) -> None:
        """Create or change an account."""
        self._change(iban, plain if plain is not None else plain_record(*names))

    def delete(self, iban: str) -> None:
        """Delete an account."""
        self._change(iban, None)

    def _change(self, iban: str, plain: bytes | None) -> None:
        held = self.accounts.get(iban)
        self.accounts[iban] = Account(iban, plain, held.revision + 1 if held else 1, max(self.seal_keys))
        self.changes.append(iban)


@dataclass
class ControlPlane:
    """Answers the edge's calls as docs/formats.md section 4 says."""

    tenants: dict[str, Tenant] = field(default_factory=lambda: {BIC: Tenant()})
    generation: bytes = b"g" * 16
    index_key: bytes = b"i" * 32
    audit_private: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    page_records: int = 1_000

    def key_package(self) -> bytes:
        """Encode the plain key package."""
        package = (
            b"\x01" + self.generation + self.index_key + self.audit_private.public_key().public_bytes_raw()
        )
        package += struct.pack("<H", len(self.tenants))
        for tenant in self.tenants.values():
            package += tenant.bic.encode() + bytes((len(tenant.seal_keys),))
            package += b"".join(struct.pack("<I", epoch) + key for epoch, key in tenant.seal_keys.items())
        return package

    def delivery(self, nonce: bytes) -> bytes:
        """Seal the key package."""
        head = b"VOPK\x01\x00\x00\x00" + nonce
        aead_nonce = b"n" * 12
        sealed = ChaCha20Poly1305(derive(b"vop/keys/v1")).encrypt(
            aead_nonce, self.key_package(), head + EDGE_ID.encode()
        )
        return head + aead_nonce + sealed

    def lookup_key(self, bic: str, iban: str) -> bytes:
        """Return the key under which an edge finds an account."""
        return mac(self.index_key, bic.encode() + iban.encode())[:16]

    def record(self, tenant: Tenant, account: Account) -> bytes:
        """Encode a record as it stands in a page."""
        lookup_key = self.lookup_key(tenant.bic, account.iban)
        head = bytes((1 if account.plain is not None else 2, 0, 0, 0)) + lookup_key
        head += struct.pack("<QI", account.revision, account.epoch)
        if account.plain is None:
            return head + struct.pack("<H", 0)
        sealed = seal_record(tenant.seal_keys[account.epoch], tenant.bic, lookup_key, account)
        return head + struct.pack("<H", len(sealed)) + sealed

    def snapshot_page(self, bic: str, nonce: bytes, as_of: int | None, after_key: bytes) -> bytes:
        """Make one page of a tenant's snapshot."""
        tenant = self.tenants[bic]
        keyed = sorted(
            (self.lookup_key(bic, account.iban), account)
            for account in tenant.accounts.values()
            if account.plain is not None
        )
        rest = [entry for entry in keyed if entry[0] > after_key or after_key == FIRST_KEY]
        shown, last = rest[: self.page_records], len(rest) <= self.page_records
        head = len(tenant.changes)
        return self.page(
            Page(
                kind=1, flags=int(last), generation=self.generation, bic=bic, nonce=nonce,
                start=head if as_of is None else as_of, to=head if as_of is None else as_of, head=head,
                after_key=after_key, last_key=LAST_KEY if last else shown[-1][0],
                records=[self.record(tenant, account) for _, account in shown],
            )
        )  # fmt: skip

    def changes_page(self, bic: str, nonce: bytes, after: int) -> bytes:
        """Make one page of a tenant's changes."""
        tenant = self.tenants[bic]
        latest = {iban: seq for seq, iban in enumerate(tenant.changes, start=1)}
        after_that = sorted((seq, iban) for iban, seq in latest.items() if seq > after)[: self.page_records]
        return self.page(
            Page(
                kind=2, flags=0, generation=self.generation, bic=bic, nonce=nonce, start=after,
                to=after_that[-1][0] if after_that else after, head=len(tenant.changes), after_key=FIRST_KEY,
                last_key=FIRST_KEY,
                records=[self.record(tenant, tenant.accounts[iban]) for _, iban in after_that],
            )
        )  # fmt: skip

    def page(self, page: "Page") -> bytes:
        """Encode a page with its MAC."""
        return page.encode(derive(b"vop/page/v1"))

    def open_decision(self, text: bytes) -> "Decision":
        """Open a sealed decision record with the audit private key."""
        data = b64decode(text, validate=True)
        head, sealed = data[:61], data[61:]
        boot, vm, n, public = head[1:17], *struct.unpack("<IQ", head[17:29]), head[29:61]
        own = self.audit_private.public_key().public_bytes_raw()
        shared = self.audit_private.exchange(X25519PublicKey.from_public_bytes(public))
        key = derive(b"vop/decision/v1" + boot + struct.pack("<I", vm), shared, public + own)
        plain = ChaCha20Poly1305(key).decrypt(
            bytes(4) + struct.pack("<Q", n), sealed, head + EDGE_ID.encode()
        )
        return Decision.decode(boot, vm, n, plain)


def seal_record(seal_key: bytes, bic: str, lookup_key: bytes, account: Account) -> bytes:
    """Seal a plain record as docs/formats.md section 3.2 says."""
    assert account.plain is not None
    associated = b"VOPR\x01" + bic.encode() + lookup_key + struct.pack("<IQ", account.epoch, account.revision)
    nonce = struct.pack("<QI", account.revision, account.epoch)
    return nonce + ChaCha20Poly1305(mac(seal_key, account.iban.encode())).encrypt(
        nonce, account.plain, associated
    )


@dataclass
class Page:
    """A feed page's fields, each free to be wrong."""

    kind: int
    flags: int
    generation: bytes
    bic: str
    nonce: bytes
    start: int
    to: int
    head: int
    after_key: bytes
    last_key: bytes
    records: list[bytes]
    record_count: int | None = None
    body_length: int | None = None

    def encode(self, page_key: bytes, edge_id: str = EDGE_ID) -> bytes:
        """Encode the page, with a good MAC over whatever they are."""
        body = b"".join(self.records)
        signed = (
            b"VOPF\x01" + bytes((self.kind, self.flags, 0)) + self.generation + self.bic.encode() + bytes(5)
        )
        signed += (
            self.nonce + struct.pack("<QQQ", self.start, self.to, self.head) + self.after_key + self.last_key
        )
        signed += struct.pack(
            "<II",
            len(self.records) if self.record_count is None else self.record_count,
            len(body) if self.body_length is None else self.body_length,
        )
        signed += body
        return signed + mac(page_key, bytes((len(edge_id),)) + edge_id.encode() + signed)


@dataclass
class Decision:
    """A decision record, opened."""

    boot: bytes
    vm: int
    n: int
    request: int
    outcome: int
    cause: int
    score: int
    reasons: bytes
    holder: int
    name: int
    epoch: int
    revision: int
    directory_age_ms: int
    time_us: int
    wall_ms: int
    tables_hash: bytes
    configuration_version: bytes
    request_id: str
    requesting_bic: str
    party_bic: str
    iban: str
    typed: str
    matched_name: str

    @classmethod
    def decode(cls, boot: bytes, vm: int, n: int, plain: bytes) -> "Decision":
        """Read the plain form of docs/formats.md section 7."""
        version, request, outcome, cause, score, count = struct.unpack_from("<BBBBHB", plain)
        assert version == 1
        at = 7 + count
        holder, name, epoch, revision, age, time_us, wall = struct.unpack_from("<BBIQIIQ", plain, at)
        reasons, at = plain[7:at], at + 30
        tables, configuration, at = plain[at : at + 8], plain[at + 8 : at + 16], at + 16
        texts = []
        for size in (1, 1, 1, 1, 2, 2):
            length = int.from_bytes(plain[at : at + size], "little")
            at += size
            texts.append(plain[at : at + length].decode())
            at += length
        assert at == len(plain)
        return cls(
            boot, vm, n, request, outcome, cause, score, reasons, holder, name, epoch, revision, age, time_us,
            wall, tables, configuration, *texts,
        )  # fmt: skip
