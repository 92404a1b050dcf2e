"""`vop accounts import`: checked whole, sent in parts, resumed by repeating, in memory that stays small."""

from __future__ import annotations

import io
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from control_plane.accounts import files
from control_plane.accounts.files import CSV_TYPE, NDJSON_TYPE, check_file
from control_plane.accounts.schemas import AccountBody
from control_plane.cli import accounts as command
from tests.storage.running import BIC, account, iban

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = "bic,iban,kind,names,aliases,identifications,disclosure,status\n"


class ControlPlane:
    """Takes parts as the real one does, until it is told to fail."""

    def __init__(self) -> None:
        self.held: dict[str, AccountBody] = {}
        self.parts: list[int] = []
        self.parts_left: int | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one call."""
        if request.url.path.endswith("/tenants"):
            return httpx.Response(200, json=[{"bic": BIC}])
        if self.parts_left == 0:
            raise httpx.ReadError("gone")
        if self.parts_left is not None:
            self.parts_left -= 1
        bodies = [msgspec.json.decode(line, type=AccountBody) for line in request.content.splitlines()]
        new = [body for body in bodies if body.iban not in self.held]
        self.held |= {body.iban: body for body in bodies}
        self.parts.append(len(bodies))
        counts = {"created": len(new), "changed": 0, "unchanged": len(bodies) - len(new)}
        return httpx.Response(200, json=counts)


@pytest.fixture
def control_plane(monkeypatch: pytest.MonkeyPatch) -> ControlPlane:
    there = ControlPlane()

    @contextmanager
    def calls(*_: object) -> Iterator[httpx.Client]:
        with httpx.Client(transport=httpx.MockTransport(there.answer), base_url="http://there") as client:
            try:
                yield client
            except httpx.TransportError as error:
                raise SystemExit(1) from error

    monkeypatch.setattr(command, "calls_of", calls)
    monkeypatch.setattr(command, "PART_ACCOUNTS", 10)
    monkeypatch.setattr(command, "PARTS_UNDER_WAY", 1)
    return there


def rows(count: int) -> str:
    return "".join(f"VOPBDEFF,{iban(number)},person,Holder {number},,,,\n" for number in range(count))


def test_a_file_is_sent_in_parts_and_the_sum_of_them_is_printed(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(HEADER + rows(25))
    done = CliRunner().invoke(command.import_accounts, [str(file)])
    assert (done.exit_code, done.stdout) == (0, "25 created, 0 changed, 0 unchanged\n")
    assert control_plane.parts == [10, 10, 5]


def test_a_part_ends_with_its_bytes_too(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PART_BYTES", 400)
    file = tmp_path / "accounts.csv"
    file.write_text(HEADER + rows(7))
    assert CliRunner().invoke(command.import_accounts, [str(file)]).exit_code == 0
    assert sum(control_plane.parts) == 7
    assert max(control_plane.parts) < 7


def test_a_fault_anywhere_in_the_file_keeps_all_of_it_out(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(HEADER + rows(25) + "VOPBDEFF,DE00,person,A,,,,\n")
    done = CliRunner().invoke(command.import_accounts, [str(file)])
    assert (done.exit_code, control_plane.held) == (1, {})
    assert "line 27, iban: " in done.stderr
    assert "Nothing was imported" in done.stderr


def test_an_import_that_broke_off_says_how_far_it_is_and_is_repeated(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(HEADER + rows(35))
    control_plane.parts_left = 2
    broken = CliRunner().invoke(command.import_accounts, [str(file)])
    control_plane.parts_left = None
    repeated = CliRunner().invoke(command.import_accounts, [str(file)])
    assert (broken.exit_code, repeated.exit_code) == (1, 0)
    assert "at least 20 of 35 accounts are in" in broken.stderr
    assert repeated.stdout == "15 created, 0 changed, 20 unchanged\n"
    assert len(control_plane.held) == 35


def lines(count: int) -> bytes:
    return b"".join(msgspec.json.encode(account(number)) + b"\n" for number in range(count))


def checked(content: bytes, media_type: str = NDJSON_TYPE) -> tuple[list[tuple[int, str]], int]:
    found, count = check_file(io.BytesIO(content), media_type, frozenset({BIC}), lambda: None)
    return [(fault.line, fault.reason) for fault in found.faults], count


def test_accounts_that_come_twice_are_found_however_far_apart() -> None:
    again = msgspec.json.encode(account(3) | {"bic": "VOPBDEFF"})
    faults, count = checked(lines(5_000) + again)
    assert faults == [(5_001, "stands in line 4 already")]
    assert count == 5_001


def test_equal_fingerprints_of_different_accounts_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_fingerprint", lambda _: 7)
    assert checked(lines(50)) == ([], 50)


def test_a_file_may_have_as_many_accounts_as_its_limit_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_ACCOUNTS_MAX", 3)
    assert checked(lines(3)) == ([], 3)
    assert checked(lines(4))[0] == [(4, "is beyond the 3 accounts that a file may have")]


@pytest.mark.parametrize("media_type", [CSV_TYPE, NDJSON_TYPE])
def test_a_line_beyond_the_limit_of_its_bytes_ends_the_reading(media_type: str) -> None:
    start = HEADER.encode() if media_type == CSV_TYPE else b"\n"
    long = b" " * (files.LINE_BYTES_MAX - 1) + b"\n"
    taken, _ = checked(start + long, media_type)
    refused, _ = checked(start + b" " + long, media_type)
    assert [reason for _, reason in taken if "bytes" in reason] == []
    assert refused == [(2, f"has more than {files.LINE_BYTES_MAX} bytes")]


def test_checking_a_file_keeps_a_few_bytes_an_account() -> None:
    few, many = lines(2_000), lines(20_000)

    def peak(content: bytes) -> int:
        stream = io.BytesIO(content)
        tracemalloc.start()
        check_file(stream, NDJSON_TYPE, frozenset({BIC}), lambda: None)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(few)
    assert peak(many) - peak(few) < 18_000 * 32
