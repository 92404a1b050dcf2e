"""Connections and transactions on both databases."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import msgspec
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.util import await_only

from control_plane.errors import StartError

BUSY_TIMEOUT_MS = 5_000
"""How long a SQLite writer waits for those before it; then it fails with TimeoutError."""

SQLITE_CACHE_KIB = 16_384
"""Pages that each connection to SQLite keeps in memory: random keys touch most of an index."""

SQLITE_MMAP_BYTES = 2**31 - 65_536
"""So much of a SQLite file is read where the system has cached it, without a call for each page."""

BUSY_LOOK_SECONDS = 0.01
"""How often a connection asks again that was refused without a wait."""

POOL_SIZE = 10
"""Open connections; a request beyond waits for one at most ``POOL_WAIT_SECONDS``."""

POOL_WAIT_SECONDS = 5

CONNECT_SECONDS_MAX = 5
STATEMENT_SECONDS_MAX = 60
"""Longest wait for PostgreSQL, locks of others included; then the statement fails with TimeoutError."""

SQLITE_LOG_PAGES = 16_384
"""Pages of SQLite's log that are moved into the file at a time (64 MiB): random keys touch pages again."""

_WRITE = "vop_write"


class Database:
    """A database, with one way to read and one way to write.

    SQLite runs in WAL mode with foreign keys on; a writing transaction begins ``IMMEDIATE``, so that it never
    finds out at its end that it can't have the lock, and sees everything committed before it. Its writers
    take turns in the order they came: SQLite itself lets them try again at random, so that one who writes
    without a pause (an import) would keep all others out.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_postgresql = parsed.get_backend_name() == "postgresql"
        self._file = parsed.database or ""
        self._engine = create_async_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_WAIT_SECONDS,
            hide_parameters=True,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            connect_args={"timeout": CONNECT_SECONDS_MAX, "command_timeout": STATEMENT_SECONDS_MAX}
            if self.is_postgresql
            else {"timeout": BUSY_TIMEOUT_MS / 1000},
        )
        if not self.is_postgresql:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
        self._writer = self._engine.execution_options(**{_WRITE: True})
        self._sqlite_turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Give a session to read with; what it may have changed is rolled back."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Give a session to write with: it commits at the end, rolls back on any exception."""
        async with (
            self._turn(),
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for one's turn to write to SQLite; one process serves it, so the order can be kept here."""
        if self.is_postgresql:
            yield
            return
        async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
            await self._sqlite_turn.acquire()
        try:
            yield
        finally:
            self._sqlite_turn.release()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Give a bare connection in a writing transaction, for migrations."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def only_one(self, key: int) -> AsyncIterator[bool]:
        """Tell whether this process alone may do some work now: PostgreSQL's lock of this number is its own.

        The lock goes with its connection, so that of a process that dies too. SQLite serves one process.
        """
        if not self.is_postgresql:
            yield True
            return
        async with self._engine.connect() as bare:
            # No transaction is left open behind the lock, which may be held for hours.
            connection = await bare.execution_options(isolation_level="AUTOCOMMIT")
            held = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
            try:
                yield bool(held)
            finally:
                if held:
                    await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    async def check(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StartError: it can't be reached or opened.

        """
        try:
            if not self.is_postgresql:
                # The driver leaves a thread behind when it can't open a file; here nothing is left.
                sqlite3.connect(self._file).close()
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (DBAPIError, OSError, TimeoutError, sqlite3.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StartError(f"the database can't be opened: {type(cause).__name__}") from error

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Without an isolation level the driver leaves BEGIN to us (below).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"cache_size=-{SQLITE_CACHE_KIB}",
        f"mmap_size={SQLITE_MMAP_BYTES}",
        f"wal_autocheckpoint={SQLITE_LOG_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch a new file to WAL: connections that do so at once are refused without a wait."""
    deadline = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            await_only(asyncio.sleep(BUSY_LOOK_SECONDS))
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
