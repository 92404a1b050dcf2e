"""What the bootstrap of one edge depends on."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (msgspec reads annotations when it runs)

import msgspec


class Address(msgspec.Struct, frozen=True):
    """A TCP address."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class EdgeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One start of one edge. Nothing in here is secret: all of it shows in Envoy's configuration."""

    edge_id: str
    boot: str
    """16 random bytes in hex, minted for this start."""
    listen: Address
    control_plane: Address
    runtime: Path
    """A private directory: the admin socket lies there."""
    access_log: Path
    replicator: Path
    """The built `replicator.wasm`."""
    buckets_log2: int = 10
    """The directory has 2^this buckets; about 8 records in each is a good filling."""
    heap_bytes_max: int = 2 * 1024**3
    collector: Address | None = None
    """Where spans go by OTLP over HTTP, if anywhere."""

    @property
    def admin_socket(self) -> Path:
        """Envoy's admin interface, open to nobody but the owner."""
        return self.runtime / "admin.sock"
