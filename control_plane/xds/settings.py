"""What the bootstrap of one edge depends on."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (msgspec reads annotations when it runs)

import msgspec

DIRECTORY_BYTES_MIN = 64 * 1024
DIRECTORY_BYTES_DEFAULT = 64 * 1024**2
DIRECTORY_BYTES_MAX = 32 * 1024**3
BUCKET_BYTES = 2_048
"""What a bucket holds in the mean when the directory has reached its ceiling: about 8 to 11 accounts."""
BUCKETS_LOG2_MIN, BUCKETS_LOG2_MAX = 4, 24
HEAP_BYTES_BESIDES = 2 * 1024**3
"""What Envoy may take besides its directory."""


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
    directory_bytes: int = DIRECTORY_BYTES_DEFAULT
    """The most bytes that the sealed records may have; at the ceiling the edge stops loading."""
    collector: Address | None = None
    """Where spans go by OTLP over HTTP, if anywhere."""

    @property
    def buckets_log2(self) -> int:
        """The directory has 2^this buckets, for as long as Envoy runs."""
        return min(
            max((self.directory_bytes // BUCKET_BYTES - 1).bit_length(), BUCKETS_LOG2_MIN), BUCKETS_LOG2_MAX
        )

    @property
    def heap_bytes_max(self) -> int:
        """Where Envoy sheds load: values in shared data lie in memory of up to twice their length."""
        return HEAP_BYTES_BESIDES + 2 * self.directory_bytes

    @property
    def admin_socket(self) -> Path:
        """Envoy's admin interface, open to nobody but the owner."""
        return self.runtime / "admin.sock"
