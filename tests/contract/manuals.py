"""The commands of the manuals in `docs/`, and the answers that are printed with them."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(
    r"^```sh\n(?P<command>.*?)^```\n(?:^```json\n(?P<answer>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
ROW = re.compile(
    r"^\| `(?P<iban>[A-Z0-9]+)` \| `(?P<party>\{.*?\})` \| `(?P<answer>\{.*?\})` \|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command line of a manual, and the answer printed with it, if there is one."""

    manual: str
    words: tuple[str, ...]
    answer: str | None


@dataclass(frozen=True, slots=True)
class Curl:
    """What a `curl` command sends."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None


def commands(manual: str) -> list[Command]:
    """Read the commands of a manual in their order; a block holds one command."""
    text = (DOCS / manual).read_text(encoding="utf-8")
    found = []
    for block in BLOCK.finditer(text):
        words = shlex.split(block["command"].replace("\\\n", " "))
        found.append(Command(manual, tuple(words), block["answer"].strip() if block["answer"] else None))
    return found


def outcomes() -> list[tuple[str, str, str]]:
    """Read the table of outcomes: account, party and answer."""
    text = (DOCS / "verify.md").read_text(encoding="utf-8")
    return [(row["iban"], row["party"], row["answer"]) for row in ROW.finditer(text)]


def curl(words: tuple[str, ...], replaced: dict[str, str]) -> Curl:
    """Read a `curl` command, with some texts replaced. An option that is not known here ends the program."""
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("--silent", action="store_true", required=True)
    parser.add_argument("--request")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--data")
    parser.add_argument("--json")
    given = parser.parse_args([_replace(word, replaced) for word in words[1:]])
    headers = [(name, value.strip()) for name, _, value in (header.partition(":") for header in given.header)]
    if given.json is not None:
        headers.append(("Content-Type", "application/json"))
    body = given.data if given.json is None else given.json
    method = given.request or ("GET" if body is None else "POST")
    return Curl(method, given.url, tuple(headers), body)


def _replace(word: str, replaced: dict[str, str]) -> str:
    for text, other in replaced.items():
        word = word.replace(text, other)
    return word
