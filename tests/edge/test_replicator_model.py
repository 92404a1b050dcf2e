"""The shipped replicator in a real Envoy, whatever happens to it and its feed, ends where a simple model is.

The model is the fake control plane's own accounts; the directory is read out of shared data, whole, by a
module that the filter is swapped for. A failure prints its seed; `VOP_REPLICATOR_SEED` repeats it, and
`VOP_REPLICATOR_STEPS` makes the sequence longer.
"""

from __future__ import annotations

import os
import random
import secrets
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from control_plane.xds.modules import module
from edge_filter.build import build_variant
from tests.edge.bare import BareEdge
from tests.edge.feeding import FAULTS, FORGED, REPLAYS, Feeding
from tests.edge.wire import ask, verification
from tests.unit.edge_filter.directory import SECRET, Tenant, plain_record
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BIC, OTHER = "VOPBDEFFXXX", "VOPBNL2AXXX"
STEPS = int(os.environ.get("VOP_REPLICATOR_STEPS", "30"))
DIRECTORY_BYTES = 256 * 1024
ACCOUNTS = 120
SETTLED_SECONDS_MAX = 30.0


class Held(NamedTuple):
    """One record of shared data."""

    tenant: int
    lookup_key: bytes
    revision: int
    epoch: int
    sealed: bytes


class Dump(NamedTuple):
    """Shared data as filters see it."""

    state: bytes
    records: list[Held]

    def is_settled(self, upstream: Feeding) -> bool:
        """Whether the replicator says that it is where the control plane is."""
        if not self.state or not self.state[1] & 1:
            return False
        plane = upstream.plane
        seqs = [struct.unpack_from("<Q", self.state, 64 + 32 * at)[0] for at in range(len(plane.tenants))]
        return self.state[32:48] == plane.generation and seqs == [
            len(tenant.changes) for tenant in plane.tenants.values()
        ]


def _parse(dump: bytes) -> Dump:
    values = []
    while dump:
        length = int.from_bytes(dump[:4], "little")
        values.append(dump[4 : 4 + length])
        dump = dump[4 + length :]
    records = []
    for bucket in values[1:]:
        rest = bucket
        while rest:
            key, revision, epoch, tenant, length = rest[:16], *struct.unpack_from("<QIHH", rest, 16)
            records.append(Held(tenant, key, revision, epoch, rest[32 : 32 + length]))
            rest = rest[32 + length :]
    return Dump(values[0] if values else b"", sorted(records))


def _model(upstream: Feeding) -> list[Held]:
    plane = upstream.plane
    records = []
    for position, tenant in enumerate(plane.tenants.values()):
        for account in tenant.accounts.values():
            if account.plain is not None:
                key = plane.lookup_key(tenant.bic, account.iban)
                sealed = plane.record(tenant, account)[34:]
                records.append(Held(position, key, account.revision, account.epoch, sealed))
    return sorted(records)


class World:
    """One edge, its control plane, and what may happen to them."""

    def __init__(self, edge: BareEdge, dumper: bytes, source: random.Random) -> None:
        assert isinstance(edge.upstream, Feeding)
        self.edge, self.upstream, self.dumper, self.source = edge, edge.upstream, dumper, source

    def happen(self) -> str:
        """Let something happen, perhaps with faults on the way; return what."""
        kinds = {
            self.change: 8, self.delete: 4, self.move: 2, self.reseal: 2, self.rotate: 2,
            self.begin_generation: 2, self.swap_filter: 2, self.restart_control_plane: 2,
            self.restart_envoy: 1,
        }  # fmt: skip
        (kind,) = self.source.choices(list(kinds), list(kinds.values()))
        faults = self.source.choices(FAULTS, k=self.source.choice([0, 1, 1, 2]))
        with self.upstream.changed:
            self.upstream.faults = list(faults)
            self.upstream.changed.notify_all()
        kind()
        with self.upstream.changed:
            self.upstream.changed.notify_all()
        return f"{kind.__name__} with {faults}"

    def _tenant(self) -> Tenant:
        return self.source.choice(list(self.upstream.plane.tenants.values()))

    def change(self) -> None:
        """Create accounts, change them, or bring deleted ones back."""
        with self.upstream.changed:
            tenant = self._tenant()
            for number in self.source.choices(range(ACCOUNTS), k=self.source.choice([1, 5, 60])):
                names = [f"Person {number}"] * self.source.choice([1, 1, 40])
                tenant.put(_iban(number), plain=plain_record(*names))

    def delete(self) -> None:
        """Delete some accounts."""
        with self.upstream.changed:
            tenant = self._tenant()
            living = [account.iban for account in tenant.accounts.values() if account.plain is not None]
            for iban in self.source.sample(living, min(len(living), self.source.choice([1, 10]))):
                tenant.delete(iban)

    def move(self) -> None:
        """Move an account from one bank to the other."""
        with self.upstream.changed:
            one, other = self.upstream.plane.tenants.values()
            iban = _iban(self.source.randrange(ACCOUNTS))
            if iban in one.accounts:
                one.delete(iban)
            other.put(iban, "Person who moved")

    def reseal(self) -> None:
        """Seal some accounts again: a new revision, nothing else."""
        with self.upstream.changed:
            tenant = self._tenant()
            for account in list(tenant.accounts.values())[:: self.source.choice([1, 7])]:
                if account.plain is not None:
                    tenant.put(account.iban, plain=account.plain)

    def rotate(self) -> None:
        """Seal all accounts of a tenant under a new key, and drop the old one."""
        with self.upstream.changed:
            tenant = self._tenant()
            newest = max(tenant.seal_keys) + 1
            tenant.seal_keys[newest] = self.source.randbytes(32)
            for account in list(tenant.accounts.values()):
                if account.plain is not None:
                    tenant.put(account.iban, plain=account.plain)
            for epoch in sorted(tenant.seal_keys)[:-2]:
                del tenant.seal_keys[epoch]

    def begin_generation(self) -> None:
        """Mint a generation with another index key and other positions, as after a restore."""
        with self.upstream.changed:
            plane = self.upstream.plane
            plane.generation, plane.index_key = self.source.randbytes(16), self.source.randbytes(32)
            for tenant in plane.tenants.values():
                self.source.shuffle(tenant.changes)
                tenant.changes = list(dict.fromkeys(tenant.changes))

    def swap_filter(self) -> None:
        """Run the filter itself for a while: it answers from the same shared data."""
        account = next(
            (
                account
                for account in self.upstream.plane.tenants[BIC].accounts.values()
                if account.plain is not None
            ),
            None,
        )
        if account is None:
            return
        number = int(account.iban[2:])
        names = (f"Person {number}", "Person who moved")
        self.upstream.publish(module("filter").read_bytes())
        try:
            wait_for(
                lambda: any(
                    ask(self.edge.address, verification(account.iban, name, BIC)).content
                    == b'{"partyNameMatch":"MTCH"}'
                    for name in names
                ),
                SETTLED_SECONDS_MAX,
            )
        finally:
            self.upstream.publish(self.dumper)

    def restart_control_plane(self) -> None:
        """Drop whatever comes for a while."""
        with self.upstream.changed:
            self.upstream.away = self.source.randint(1, 6)

    def restart_envoy(self) -> None:
        """Stop the edge and start it again: it has nothing, and what it refused before is forgotten."""
        self.edge.child.stop()
        with self.upstream.changed:
            self.upstream.heartbeats.clear()
        self.edge.start()

    def dump(self) -> Dump | None:
        """Read shared data; None while another filter runs."""
        reply = ask(self.edge.address, b"{}")
        return _parse(reply.content) if reply.status == 200 else None

    def settle(self) -> Dump:
        """Wait until all faults have happened and the edge says that it is where the control plane is."""

        def settled() -> Dump | None:
            dump = self.dump()
            with self.upstream.changed:
                done = not self.upstream.faults and not self.upstream.away
                return dump if done and dump and dump.is_settled(self.upstream) else None

        return wait_for(settled, SETTLED_SECONDS_MAX)


def _iban(number: int) -> str:
    return f"DE{number:020d}"


@pytest.fixture(scope="module")
def dumper(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    built: Path = build_variant("dump", tmp_path_factory.mktemp("dump"))
    return built.read_bytes()


@pytest.fixture
def edge() -> Iterator[BareEdge]:
    options = ["--directory-bytes", str(DIRECTORY_BYTES)]
    with BareEdge(*options, upstream=Feeding, secret=SECRET.hex()) as running:
        yield running


def test_after_every_settled_step_shared_data_is_what_the_model_has(edge: BareEdge, dumper: bytes) -> None:
    seed = int(os.environ.get("VOP_REPLICATOR_SEED", secrets.randbelow(2**32)))
    print(f"VOP_REPLICATOR_SEED={seed}")
    world = World(edge, dumper, random.Random(seed))
    upstream = world.upstream
    with upstream.changed:
        upstream.plane.page_records = 25
        upstream.plane.tenants[OTHER] = Tenant(OTHER)
    upstream.publish(dumper)
    world.begin_generation()
    for step in range(STEPS):
        happened = world.happen()
        told = f"seed {seed}, step {step}: {happened}"
        try:
            dump = world.settle()
        except AssertionError as error:
            raise AssertionError(told) from error
        assert dump.records == _model(upstream), told
    _count_every_forgery(world)


def _count_every_forgery(world: World) -> None:
    """Send each forged or repeated page once, between good ones: the heartbeat counts them all."""
    upstream = world.upstream
    refused = (*FORGED, *REPLAYS)
    with upstream.changed:
        upstream.heartbeats.clear()
    before = wait_for(lambda: _last_heartbeat(upstream))["refused_pages"]
    with upstream.changed:
        upstream.faults = [fault for forgery in refused for fault in ("none", forgery)]
        upstream.changed.notify_all()
    model = _model(upstream)
    expected = {
        "complete": True,
        "records": len(model),
        "bytes": sum(32 + len(record.sealed) for record in model),
        "refused_pages": before + len(refused),
        "refused_records": 0,
    }
    wait_for(lambda: expected.items() <= (_last_heartbeat(upstream) or {}).items())
    assert world.settle().records == model


def _last_heartbeat(upstream: Feeding) -> dict[str, Any] | None:
    with upstream.changed:
        return upstream.heartbeats[-1] if upstream.heartbeats else None
