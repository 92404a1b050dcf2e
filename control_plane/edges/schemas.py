"""What edges and their operators send and get."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

TENANTS_MAX = 16
"""Tenants of one edge (``docs/formats.md``, section 1)."""
VMS_MAX = 256
"""VMs in one heartbeat: the shared counters are kept by VM number modulo 256."""

WAIT_MS_MAX = 5_000
"""A poll waits at the head for at most this long."""
SEQ_MAX = 2**63 - 1
"""What both databases can hold."""

EDGE_ID_PATTERN = "^[a-z0-9-]{1,32}$"
EdgeId = Annotated[str, Meta(pattern=EDGE_ID_PATTERN)]
HexId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Seq = Annotated[int, Meta(ge=0, le=SEQ_MAX)]
Count = Annotated[int, Meta(ge=0)]


class EdgeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An edge to register, with the BICs it may hold."""

    id: EdgeId
    tenants: list[str]
    """1 to ``TENANTS_MAX`` BICs."""


class EdgeSecret(Struct, frozen=True):
    """A new edge's secret, shown this once."""

    id: str
    tenants: list[str]
    secret: str
    """64 hex digits, for ``VOP_EDGE_SECRET``."""

    def __repr__(self) -> str:
        return f"EdgeSecret(id={self.id!r})"


class StreamReport(Struct, frozen=True):
    """Where an edge stands in one tenant's feed."""

    bic: str
    seq: Count
    head: Count
    complete: bool
    age_ms: Count
    records: Count
    epoch_min: Count | None = None
    """The oldest seal key that the edge holds; a replicator of before doesn't say."""
    full: bool = False
    """Records had no room below the edge's ceiling: the stream stays incomplete."""


class VmReport(Struct, frozen=True):
    """The highest decision number of one VM."""

    vm: Count
    n: Count


class FeedQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page of a feed is asked for: ``docs/formats.md``, section 4.2."""

    generation: HexId
    mode: Literal["snapshot", "changes"]
    as_of: Seq | None = None
    after_key: HexId | None = None
    after: Seq | None = None
    wait_ms: Annotated[int, Meta(ge=0, le=WAIT_MS_MAX)] = 0


class HeartbeatBody(Struct, frozen=True):
    """``docs/formats.md``, section 4.3."""

    boot: HexId
    layout: Count
    complete: bool
    generation: HexId
    records: Count
    buckets: Count
    bytes: Count
    refused_pages: Count
    refused_records: Count
    errors: Count
    streams: Annotated[list[StreamReport], Meta(max_length=TENANTS_MAX)]
    vms: Annotated[list[VmReport], Meta(max_length=VMS_MAX)]
    # A replicator of before doesn't say these.
    directory_bytes: Count | None = None
    """The ceiling of ``bytes``."""
    fullest_bucket: Count | None = None
    """The most bytes that one bucket has had."""
    pages: Count | None = None
    stale_records: Count | None = None


class EdgeView(Struct, frozen=True):
    """An edge and its last heartbeat, if there was one."""

    id: str
    tenants: list[str]
    heartbeat: HeartbeatBody | None
    heartbeat_age_ms: int | None
