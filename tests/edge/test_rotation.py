"""`vop keys rotate` on a real stack: the edge answers throughout, and then knows the new key only."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

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


def test_the_edge_answers_throughout_a_rotation_and_then_holds_the_new_key_only(stack: Stack) -> None:
    command = ["keys", "rotate", "--bic", GERMAN, "--control-plane", f"http://{stack.control_plane}"]
    with Asking(stack) as asking:
        done = subprocess.run(
            [sys.executable, "-m", "control_plane.cli", *command],
            env={"PATH": os.defpath, "VOP_ADMIN_TOKEN": stack.admin_token},
            capture_output=True,
            text=True,
            timeout=ROTATED_SECONDS_MAX,
            check=False,
        )
        before = asking.answers
        wait_for(lambda: asking.answers > before + ACCOUNTS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{GERMAN}: {ACCOUNTS} records are sealed under epoch 2\n"
    assert asking.wrong == []
    with stack.admin_api() as api:
        (heartbeat,) = [edge["heartbeat"] for edge in api.list_edges()]
    (stream,) = [one for one in heartbeat["streams"] if one["bic"] == GERMAN]
    assert stream["epoch_min"] == 2
    assert heartbeat["refused_records"] == 0
