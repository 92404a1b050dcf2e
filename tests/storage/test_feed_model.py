"""Many writers, several processes, edges behind a bad network: in the end all hold what the database holds.

A failure's seed stands in the test's name. ``VOP_SEEDS=7,8`` runs others instead of the usual one.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import shutil
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlmodel import col

from control_plane.accounts.content import account_content
from control_plane.accounts.models import Account
from control_plane.accounts.schemas import AccountBody, Holder
from control_plane.accounts.service import AccountExistsError, UnknownAccountError
from control_plane.clock import now_ms
from control_plane.directory.feed import CursorGoneError, Feed
from control_plane.directory.generations import Indexed, written_generations
from control_plane.directory.models import FeedRecord
from control_plane.directory.pages import encode
from control_plane.directory.sealing import lookup_key, open_sealed
from control_plane.directory.tombstones import remove_tombstones
from control_plane.edges.credentials import EdgeCredentials
from control_plane.edges.gate import Gate
from control_plane.edges.service import Edges
from control_plane.rotations import index, passing
from control_plane.rotations.index import IndexRotation
from matcher.record import encode as encode_record
from tests.storage.edge_model import SNAPSHOT, EdgeModel, GoneError, Query
from tests.storage.running import BIC, iban
from tests.storage.test_feed import Abandoned, Process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

SEEDS = [int(seed) for seed in os.environ.get("VOP_SEEDS", "1").split(",")]
OTHER = "VOPBNL2AXXX"
BICS = (BIC, OTHER)
ACCOUNTS = 10
WRITERS = 3
CHANGES = 6
"""Of each writer in a round."""
ROUNDS = 3
STEPS_MAX = 2_000
"""Pages that an edge may need once all is quiet."""
PAGE_SIZES = (1, 2, 5, 1_000)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, so that a rotation's steps interleave with everything else."""
    monkeypatch.setattr(passing, "BATCH", 3)
    monkeypatch.setattr(index, "DELETE_BATCH", 4)


class World:
    """Control-plane processes on one database, and edges that follow them."""

    def __init__(self, openbao: OpenBao, url: str, seed: int) -> None:
        self.openbao = openbao
        self.url = url
        self.choose = random.Random(seed)
        self.edges: list[EdgeModel] = []
        self.processes: list[Process] = []

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Start the processes; at the end they are gone, and what they hadn't sequenced with them."""
        count = 2 if self.url.startswith("postgresql") else 1
        starting = [Process.start(self.openbao, self.url) for _ in range(count)]
        self.processes = [await process.__aenter__() for process in starting]
        try:
            yield
        finally:
            for process in starting:
                await process.__aexit__(None, None, None)

    async def found(self) -> None:
        """Create tenants and edges."""
        process = self.processes[0]
        for bic in BICS:
            await process.tenants.create(bic)
            for other in self.processes:
                await other.tenants.require(bic)
        tenants = (BICS, BICS, (BIC,), (OTHER,))
        for number, bics in enumerate(tenants):
            secret = await self.edges_of(process).register(f"edge-{number}", bics)
            edge = EdgeCredentials.derive(f"edge-{number}", tuple(bics), bytes.fromhex(secret))
            self.edges.append(EdgeModel(edge, self.choose, self.fetch, self.generation))

    def edges_of(self, process: Process) -> Edges:
        """The edges as one process sees them."""
        return Edges(process.database, process.keyring, process.tenants, Gate())

    async def fetch(self, edge: EdgeCredentials, query: Query) -> bytes:
        """One page, of any size, from any process."""
        process = self.choose.choice(self.processes)
        feed = Feed(process.database, self.choose.choice(PAGE_SIZES))
        try:
            if query.kind == SNAPSHOT:
                page = await feed.snapshot(query.generation, query.bic, query.as_of, query.after_key)
            else:
                page = await feed.changes(query.generation, query.bic, query.after, 0)
        except CursorGoneError as error:
            raise GoneError from error
        except TimeoutError:
            return b"no page, as the control plane could not answer in time"
        return encode(page, query.nonce, edge.edge_id, edge.page_key)

    async def generation(self, edge: EdgeCredentials) -> bytes:
        """The generation in the edge's key package."""
        process = self.choose.choice(self.processes)
        return (await self.edges_of(process).generation_of(edge.edge_id)).id

    async def round(self) -> None:
        """Write and read at the same time; some edges are away, or start anew."""
        quiet = asyncio.Event()
        here = [edge for edge in self.edges if self.choose.random() < 0.6]
        for edge in here:
            if self.choose.random() < 0.2:
                edge.forget()
        reading = [asyncio.create_task(self.read(edge, quiet)) for edge in here]
        writing = [self.write(random.Random(self.choose.random())) for _ in range(WRITERS)]
        if self.choose.random() < 0.5:
            writing.append(self.rotate(now=self.choose.random() < 0.3))
        writing.append(self.tidy())
        await asyncio.gather(*writing)
        quiet.set()
        await asyncio.gather(*reading)

    async def read(self, edge: EdgeModel, quiet: asyncio.Event) -> None:
        """Follow the feed until all is quiet."""
        while not quiet.is_set():
            await edge.step(spoil=True)
            await asyncio.sleep(0)

    async def tidy(self) -> None:
        """Remove all tombstones that are there now, or those that there is time for."""
        with suppress(TimeoutError):
            await remove_tombstones(self.processes[0].database, now_ms() + 1)

    async def rotate(self, *, now: bool) -> None:
        """Replace the generation; no edge sends heartbeats here, so none is waited for."""
        process = self.choose.choice(self.processes)
        edges = self.edges_of(process)
        rotation = IndexRotation(process.database, process.keyring, process.tenants, process.feed, edges)
        with suppress(TimeoutError):
            await rotation.start(now=now)
        going = asyncio.create_task(rotation.keep_going())
        while (await rotation.progress()).phase != "none":
            pass
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going

    async def write(self, choose: random.Random) -> None:
        """Change accounts in every way there is."""
        for _ in range(CHANGES):
            process = choose.choice(self.processes)
            kind = choose.choice([self.create, self.close, self.delete, self.move, self.load, self.abandon])
            # Another writer may have been first, or a slow machine's SQLite gave it no turn in time.
            with suppress(AccountExistsError, UnknownAccountError, TimeoutError):
                await kind(process, choose)

    async def create(self, process: Process, choose: random.Random) -> None:
        """Take a new account."""
        await process.accounts.create(_body(choose))

    async def close(self, process: Process, choose: random.Random) -> None:
        """Mark an account as closed."""
        held = await process.accounts.find(choose.choice(BICS), iban(choose.randrange(ACCOUNTS)))
        await process.accounts.close(held.id)

    async def delete(self, process: Process, choose: random.Random) -> None:
        """Delete an account."""
        held = await process.accounts.find(choose.choice(BICS), iban(choose.randrange(ACCOUNTS)))
        await process.accounts.delete(held.id)

    async def move(self, process: Process, choose: random.Random) -> None:
        """Let an account go to the other PSP with its IBAN."""
        one, other = choose.sample(BICS, 2)
        held = await process.accounts.find(one, iban(choose.randrange(ACCOUNTS)))
        await process.accounts.delete(held.id)
        await process.accounts.upsert([AccountBody(other, held.iban, held.holders)])

    async def load(self, process: Process, choose: random.Random) -> None:
        """Import some accounts."""
        await process.accounts.upsert([_body(choose) for _ in range(choose.randrange(1, 8))])

    async def abandon(self, process: Process, choose: random.Random) -> None:
        """Change a record in a transaction that others overtake, and that may come to nothing.

        One that commits is sequenced by nobody: its process is as good as killed after the commit.
        """
        with suppress(Abandoned):
            async with process.database.write() as session:
                await process.change_uncommitted(session, ACCOUNTS + choose.randrange(ACCOUNTS))
                for _ in range(choose.randrange(20)):
                    await asyncio.sleep(0)
                if choose.random() < 0.5:
                    raise Abandoned

    async def settle(self) -> None:
        """Let every edge come to the head, on a good network, and compare."""
        for edge in self.edges:
            for _ in range(STEPS_MAX):
                if await edge.step(spoil=False):
                    break
            else:
                pytest.fail("an edge doesn't come to the head")
        async with self.processes[0].database.read() as session:
            (generation,) = await written_generations(session, self.processes[0].keyring)
        for bic in BICS:
            truth = await self.truth(generation, bic)
            for edge in self.edges:
                if bic in edge.edge.tenants:
                    assert edge.held(bic) == truth

    async def truth(self, generation: Indexed, bic: str) -> dict[bytes, tuple[int, int, bytes]]:
        """The records that the database holds, after a look that they say what the accounts say."""
        process = self.processes[0]
        async with process.database.read() as session:
            query = select(FeedRecord).where(
                col(FeedRecord.generation) == generation.id, col(FeedRecord.bic) == bic
            )
            rows = [row for row in await session.scalars(query) if row.sealed is not None]
            accounts = list(await session.scalars(select(Account).where(col(Account.bic) == bic)))
        held = {row.lookup_key: (row.revision, row.epoch, row.sealed or b"") for row in rows}
        for account in accounts:
            lookup = lookup_key(generation.index_key, bic, account.iban)
            revision, epoch, sealed = held[lookup]
            key = process.keyring.seal_keys(bic)[epoch]
            plain = open_sealed(key, bic, account.iban, lookup, epoch, revision, sealed)
            assert (revision, plain) == (account.revision, encode_record(account_content(account)))
        others = {
            lookup_key(generation.index_key, bic, iban(number)) for number in range(ACCOUNTS, 2 * ACCOUNTS)
        }
        assert len(held.keys() - others) == len(accounts)
        return held


def _body(choose: random.Random) -> AccountBody:
    name = f"Holder {choose.randrange(1_000)}"
    return AccountBody(choose.choice(BICS), iban(choose.randrange(ACCOUNTS)), [Holder("person", name)])


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_edge_equals_the_database_once_all_is_quiet(
    openbao: OpenBao, database_url: str, seed: int
) -> None:
    world = World(openbao, database_url, seed)
    async with world.run():
        await world.found()
    for _ in range(ROUNDS):
        async with world.run():
            await world.round()
    async with world.run():
        await world.settle()
    assert sum(edge.refused for edge in world.edges) >= sum(edge.spoiled for edge in world.edges) > 0


async def copied(url: str, directory: Path) -> str:
    """A copy of a database that nobody has open, as a backup is."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        target = directory / "backup.db"
        shutil.copy(str(parsed.database), target)
        return f"sqlite+aiosqlite:///{target}"
    name = f"backup_{secrets.token_hex(8)}"
    connection = await asyncpg.connect(
        host=str(parsed.query["host"]), user="postgres", database="postgres", timeout=10, command_timeout=30
    )
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {parsed.database}")
    await connection.close()
    return url.replace(str(parsed.database), name)


@pytest.mark.parametrize("seed", SEEDS[:1])
async def test_edges_equal_a_database_restored_from_an_older_backup_after_a_rotation_at_once(
    openbao: OpenBao, database_url: str, tmp_path: Path, seed: int
) -> None:
    world = World(openbao, database_url, seed)
    async with world.run():
        await world.found()
        await asyncio.gather(*(world.write(world.choose) for _ in range(WRITERS)))
    backup = await copied(database_url, tmp_path)
    async with world.run():
        await asyncio.gather(*(world.write(world.choose) for _ in range(WRITERS)))
        await world.settle()
    newer = [edge.held(edge.edge.tenants[0]) for edge in world.edges]
    world.url = backup
    async with world.run():
        await world.rotate(now=True)
        await world.write(world.choose)
        await world.settle()
    assert all(
        edge.held(edge.edge.tenants[0]) != before for edge, before in zip(world.edges, newer, strict=True)
    )
