"""`vop keys rotate` on a real stack: the edge answers throughout, and then knows the new key only."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from control_plane.stack.access_log import entries
from control_plane.stack.stack import Stack
from tests.edge.accounts import GERMAN, account, iban
from tests.edge.wire import ask, verification
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = 40
ROTATED_SECONDS_MAX = 150
"""An edge fetches its keys anew once a minute."""


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack() as running:
        with running.admin_api() as api:
            for number in range(ACCOUNTS):
                api.create_account(account(number, "Wendelin Argelander"))
        running.wait_until_held(ACCOUNTS)
        yield running


class Asking:
    """Asks for every account in turn, again and again, in the background."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.answers = 0
        self.wrong: list[tuple[int, object]] = []

    def __enter__(self) -> Asking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            reply = ask(self._stack.edge, verification(iban(self.answers % ACCOUNTS), "Wendelin Argelander"))
            if (reply.status, reply.body) != (200, {"partyNameMatch": "MTCH"}):
                self.wrong.append((reply.status, reply.body))
            self.answers += 1


def rotate(stack: Stack, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command until the rotation has ended."""
    return subprocess.run(
        [sys.executable, "-m", "control_plane.cli", "keys", "rotate", *options,
         "--control-plane", f"http://{stack.control_plane}"],
        env={"PATH": os.defpath, "VOP_ADMIN_TOKEN": stack.admin_token},
        capture_output=True,
        text=True,
        timeout=ROTATED_SECONDS_MAX,
        check=False,
    )  # fmt: skip


def heartbeat(stack: Stack) -> dict[str, Any]:
    with stack.admin_api() as api:
        (report,) = [edge["heartbeat"] for edge in api.list_edges()]
    return dict(report)


def test_the_edge_answers_throughout_a_rotation_and_then_holds_the_new_key_only(stack: Stack) -> None:
    with Asking(stack) as asking:
        done = rotate(stack, "--bic", GERMAN)
        before = asking.answers
        wait_for(lambda: asking.answers > before + ACCOUNTS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{GERMAN}: {ACCOUNTS} records are sealed under epoch 2\n"
    assert asking.wrong == []
    report = heartbeat(stack)
    (stream,) = [one for one in report["streams"] if one["bic"] == GERMAN]
    assert stream["epoch_min"] == 2
    assert report["refused_records"] == 0


def test_requests_are_answered_throughout_a_rotation_of_the_index_key_and_then_by_the_edge(
    stack: Stack,
) -> None:
    old = heartbeat(stack)["generation"]
    with Asking(stack) as asking:
        done = rotate(stack, "--index")
        again = rotate(stack, "--index", "--now")
        wait_for(lambda: heartbeat(stack)["complete"] or None)
        before = asking.answers
        wait_for(lambda: asking.answers > before + ACCOUNTS)
    assert (done.returncode, done.stderr, again.returncode, again.stderr) == (0, "", 0, "")
    new = [line.split()[-1] for line in (done.stdout, again.stdout)]
    assert done.stdout == f"{ACCOUNTS} accounts are found by the index key of {new[0]}\n"
    assert len({old, *new}) == 3
    assert asking.wrong == []
    report = heartbeat(stack)
    assert (report["generation"], report["records"]) == (new[1], ACCOUNTS)
    assert (report["refused_records"], report["refused_pages"]) == (0, 0)
    with stack.admin_api() as api:
        api.create_account(account(ACCOUNTS, "Wendelin Argelander"))
    stack.wait_until_held(ACCOUNTS + 1)
    last = entries(stack.access_log)[-1]
    assert last.decision is not None
    assert last.upstream is None
