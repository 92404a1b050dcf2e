"""Nothing that an edge writes or shows holds a name, an IBAN or a key."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import hvac
import pytest

from control_plane.stack.stack import Stack
from tests.edge.accounts import account, iban
from tests.edge.wire import PATH, ask, exchange, http1, identification, new_id, usual_headers, verification
from tests.processes import descendants
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ["Kunigunde Ehrensperger", "Balthasar Quellmalz"]
TYPED = [
    "Kunigunde Ehrensperger",
    "K. Ehrensperger",
    "Kunigunda Ehrensperger",
    "Zebulon Trautwein",
    "Balthasar Quellmalz",
]
LEI = "9999VOPEXAMPLE000163"
OWNERS = [f"Owner{letter} Eigen" for letter in "abcdefghijklmnopqr"]
REQUEST_IDS = [f"DE93999999030000000001-{'x' * 13}", f"Kunigunde-{'x' * 20}"]


@pytest.fixture(scope="module")
def used() -> Iterator[Stack]:
    heard: list[str] = []
    with Stack(hear=lambda name, line: heard.append(f"{name}: {line}")) as stack:
        with stack.admin_api() as api:
            api.create_account(account(1, *NAMES, identifications=[{"scheme": "LEI", "value": LEI}]))
            api.create_account(account(2, *OWNERS))
        stack.wait_until_held(2)
        for typed in TYPED:
            assert ask(stack.edge, verification(iban(1), typed)).status == 200
        ask(stack.edge, identification(iban(1), LEI))
        ask(stack.edge, verification(iban(2), OWNERS[4]))
        ask(stack.edge, verification(iban(9), NAMES[0], agent="VOPBITRRXXX"))
        ask(stack.edge, json.dumps(verification(iban(1), NAMES[0])).encode()[:-1])
        for path in (f"/{iban(1)}", f"{PATH}/{iban(1)}", f"{PATH}?name={TYPED[0].split()[0]}"):
            exchange(stack.edge, http1("GET", path, usual_headers(new_id())))
        stack.heard = heard  # type: ignore[attr-defined]
        yield stack


@pytest.fixture(scope="module")
def secrets(used: Stack) -> dict[str, str]:
    """Return every secret of the stack in hex or text, by what it is."""
    client = hvac.Client(url=f"http://{used.vault}", token=used.root_token, timeout=5)
    found = {"edge secret": used.edge_secret, "admin token": used.admin_token, "root token": used.root_token}
    waiting = ["vop/"]
    while waiting:
        folder = waiting.pop()
        for key in client.secrets.kv.v2.list_secrets(folder)["data"]["keys"]:
            path = folder + key
            if key.endswith("/"):
                waiting.append(path)
                continue
            values = client.secrets.kv.v2.read_secret_version(path=path, raise_on_deleted_version=True)
            found |= {f"{path} {name}": value for name, value in values["data"]["data"].items()}
    found.pop("vop/audit public_key")
    assert len(found) >= 3 + 1 + 1 + 2 + 1
    return found


def _forms(value: str) -> list[bytes]:
    """Return a value in the forms in which it could lie somewhere."""
    raw = [value.encode()]
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        raw += [bytes.fromhex(value), base64.b64encode(bytes.fromhex(value)), value.upper().encode()]
    return raw


def _clear(texts: dict[str, bytes], values: dict[str, str]) -> None:
    for where, text in texts.items():
        for what, value in values.items():
            for form in _forms(value):
                assert form not in text, f"{what} lies in {where}"


def _private() -> dict[str, str]:
    words = {word for name in [*NAMES, *TYPED, *OWNERS] for word in name.split() if len(word) > 4}
    return {word: word for word in words} | {
        "an IBAN": iban(1),
        "another IBAN": iban(2),
        "a third": iban(9),
        "LEI": LEI,
    }


def _edge_files(stack: Stack) -> dict[str, bytes]:
    """Return every file of the edge; the admin socket aside, all are regular."""
    files: list[Path] = [path for path in (stack.runtime / "edge").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"bootstrap.json", "access.json"}
    return {path.name: path.read_bytes() for path in files}


def test_the_edges_files_hold_no_name_iban_or_key(used: Stack, secrets: dict[str, str]) -> None:
    wait_for(lambda: len(used.access_log.read_bytes().splitlines()) >= len(TYPED) + 7)
    _clear(_edge_files(used), _private() | secrets)


def test_envoys_admin_interface_shows_no_name_iban_or_key(used: Stack, secrets: dict[str, str]) -> None:
    pages = (
        "/config_dump?include_eds",
        "/stats",
        "/clusters",
        "/listeners",
        "/server_info",
        "/init_dump",
        "/certs",
    )
    texts = {page: (used.envoy.get(page) or "").encode() for page in pages}
    assert all(texts.values())
    _clear(texts, _private() | secrets)


def test_nothing_printed_holds_a_name_iban_or_key(used: Stack, secrets: dict[str, str]) -> None:
    heard: list[str] = used.heard  # type: ignore[attr-defined]
    _clear({"the output": "\n".join(heard).encode()}, _private() | secrets)


def test_no_command_line_holds_a_key(used: Stack, secrets: dict[str, str]) -> None:
    for child in used.children:
        commands = {
            f"a process of {child.name}": command.encode() for command in descendants(child.pid).values()
        }
        _clear(commands, secrets)


def test_outside_the_database_the_runtime_directory_holds_only_the_two_told_credentials(
    used: Stack, secrets: dict[str, str]
) -> None:
    told = {"admin-token": "admin token", "vault-root-token": "root token"}
    files = {path for path in used.runtime.iterdir() if path.is_file()}
    assert {path.name for path in files} >= told.keys()
    for path in files:
        others = {what: value for what, value in secrets.items() if told.get(path.name) != what}
        private = {} if path.name.startswith("vop.db") else _private()
        _clear({path.name: path.read_bytes()}, private | others)
