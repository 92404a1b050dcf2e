"""Nothing that an edge writes or shows holds a name, an IBAN or a key."""

from __future__ import annotations

import base64
import json
import sqlite3
from typing import TYPE_CHECKING

import httpx
import hvac
import pytest

from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.stack.stack import EDGE_ID, Stack
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from tests.edge.accounts import GERMAN, account, iban
from tests.edge.wire import PATH, ask, exchange, http1, identification, new_id, usual_headers, verification
from tests.processes import descendants
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ["Mirtzunde Ehrensperger", "Quentrebald Quellmalz"]
TYPED = [
    "Mirtzunde Ehrensperger",
    "M. Ehrensperger",
    "Mirtzunda Ehrensperger",
    "Zebulfrid Trautweynl",
    "Quentrebald Quellmalz",
]
ACCOUNTS = 2
LEI = "9999VOPEXAMPLE000163"
OWNERS = [f"Zwentibold{letter} Querfurtner" for letter in "abcdefghijklmnopqr"]
REQUEST_IDS = [f"DE93999999030000000001-{'x' * 13}", f"Mirtzunde-{'x' * 20}"]


@pytest.fixture(scope="module")
def used() -> Iterator[Stack]:
    heard: list[str] = []
    with Stack(hear=lambda name, line: heard.append(f"{name}: {line}")) as stack:
        with stack.admin_api() as api:
            api.create_account(account(1, *NAMES, identifications=[{"scheme": "LEI", "value": LEI}]))
            api.create_account(account(2, *OWNERS))
        stack.wait_until_held(ACCOUNTS)
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


def _base64(value: bytes) -> list[bytes]:
    """Return what a value's base64 has in common wherever it begins in a longer text: three forms."""
    forms = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + value)
        forms.append(text[-(-before * 8 // 6) : (before + len(value)) * 8 // 6])
    return forms


def _forms(value: str) -> list[bytes]:
    """Return a value in the forms in which it could lie somewhere."""
    clear = [value.encode(), value.encode("utf-16-le"), value.encode("utf-16-be")]
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        clear += [bytes.fromhex(value), value.upper().encode()]
    hexadecimal = [form.hex().encode() for form in clear]
    coded = [text for form in clear for text in _base64(form)]
    return [*clear, *hexadecimal, *(text.upper() for text in hexadecimal), *coded]


def _clear(texts: dict[str, bytes], values: dict[str, str]) -> None:
    for where, text in texts.items():
        for what, value in values.items():
            for form in _forms(value):
                assert form not in text, f"{what} lies in {where}"


def _private() -> dict[str, str]:
    words = {word for name in [*NAMES, *TYPED, *OWNERS] for word in name.split() if len(word) > 6}
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


def test_a_value_is_found_in_every_form() -> None:
    value = "Mirtzunde"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for before in ("", "a", "ab", "abc"):
            raw = f"{before}{value}xyz".encode(encoding)
            for text in (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw)):
                with pytest.raises(AssertionError, match="a name lies in a text"):
                    _clear({"a text": text}, {"a name": value})


def test_the_feed_holds_no_name_iban_or_key(used: Stack, secrets: dict[str, str]) -> None:
    credentials = envoy_environment({SECRET_VARIABLE: used.edge_secret}, EDGE_ID)
    with used.admin_api() as api:
        (edge,) = api.list_edges()
    pages = {}
    for question in ("mode=snapshot", "mode=changes&after=0"):
        reply = httpx.get(
            f"http://{used.control_plane}/edge/v1/feed/{GERMAN}"
            f"?generation={edge['heartbeat']['generation']}&{question}",
            headers={"authorization": credentials[AUTHORIZATION_VARIABLE], "x-vop-nonce": "5e" * 16},
            trust_env=False,
        )
        assert int.from_bytes(reply.content[112:116], "little") == ACCOUNTS
        pages[question] = reply.content
    _clear(pages, _private() | secrets)


def test_the_feeds_table_in_the_database_holds_no_name_iban_or_key(
    used: Stack, secrets: dict[str, str]
) -> None:
    database = sqlite3.connect(used.runtime / "vop.db", timeout=20)
    rows = database.execute("SELECT * FROM feed_record").fetchall()
    database.close()
    assert len(rows) == ACCOUNTS
    values = {f"column {n} of row {m}": row[n] for m, row in enumerate(rows) for n in range(len(row))}
    texts = {
        where: value if isinstance(value, bytes) else str(value).encode() for where, value in values.items()
    }
    _clear(texts, _private() | secrets)
