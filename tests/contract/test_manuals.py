"""The manuals say what is so: their commands work, and the answers that they print are the ones that come."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.contract.manuals import DOCS, Command, commands, curl, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from control_plane.stack.stack import Stack

ROOT = DOCS.parent
MANUALS = ("verify.md", "accounts.md", "run.md", "performance.md", "testing.md")
SECONDS_MAX = 20.0
REFUSED = {("accounts.md", 400): 1}
"""How many commands of a manual show a refusal, by status."""


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=SECONDS_MAX) as opened:
        yield opened


@pytest.fixture(scope="module")
def replaced(stack: Stack) -> dict[str, str]:
    """Give what stands in this stack for the defaults of the manuals."""
    return {
        "127.0.0.1:8443": str(stack.edge),
        "127.0.0.1:8080": str(stack.control_plane),
        "$VOP_ADMIN_TOKEN": stack.admin_token,
    }


@pytest.fixture(scope="module")
def sample(stack: Stack, client: httpx.Client, replaced: dict[str, str]) -> None:
    """Import the sample accounts with the manuals' command, and wait until the edge knows the first one."""
    command = next(command for command in commands("verify.md") if command.words[0] == ".venv/bin/vop")
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "control_plane.cli",
            *command.words[1:],
            "--control-plane",
            f"http://{stack.control_plane}",
        ],
        cwd=ROOT,
        env={"VOP_ADMIN_TOKEN": stack.admin_token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    deadline = monotonic() + SECONDS_MAX
    while b"MTCH" not in _send(client, _first_question(), replaced).content:
        assert monotonic() < deadline, "the edge does not learn of the sample accounts"


def _first_question() -> Command:
    return next(command for command in commands("verify.md") if command.words[0] == "curl")


def _send(client: httpx.Client, command: Command, replaced: dict[str, str]) -> httpx.Response:
    call = curl(command.words, replaced)
    return client.request(call.method, call.url, headers=list(call.headers), content=call.body)


@pytest.mark.parametrize("manual", MANUALS)
def test_every_curl_command_of_a_manual_gives_the_answer_that_is_printed(
    manual: str, client: httpx.Client, replaced: dict[str, str], sample: None
) -> None:
    refused: dict[tuple[str, int], int] = {}
    for command in commands(manual):
        if command.words[0] != "curl":
            continue
        response = _send(client, command, replaced)
        if command.answer is not None:
            assert response.text == command.answer
        elif not response.is_success:
            refused[manual, response.status_code] = refused.get((manual, response.status_code), 0) + 1
    assert refused == {key: count for key, count in REFUSED.items() if key[0] == manual}


@pytest.mark.parametrize(("iban", "party", "answer"), outcomes())
def test_every_outcome_in_the_table_is_what_the_edge_answers(
    iban: str, party: str, answer: str, client: httpx.Client, replaced: dict[str, str], sample: None
) -> None:
    call = curl(_first_question().words, replaced)
    body = {**json.loads(call.body or ""), "party": json.loads(party), "partyAccount": {"iban": iban}}
    response = client.post(call.url, headers=list(call.headers), content=json.dumps(body))
    assert response.text == answer


@pytest.mark.parametrize("manual", MANUALS)
def test_every_other_command_is_one_that_there_is(manual: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in commands(manual):
        program, *arguments = command.words
        if program == "make":
            assert set(arguments) <= targets
        else:
            assert program in {"curl", "export", ".venv/bin/vop"}, command.words


@pytest.mark.parametrize("manual", sorted(path.name for path in DOCS.glob("*.md")))
def test_every_link_of_a_manual_leads_to_a_file(manual: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", (DOCS / manual).read_text(encoding="utf-8")):
        assert target.startswith("https://") or Path(DOCS / target).exists(), target
