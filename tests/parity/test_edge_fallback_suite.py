"""Edge and fallback answer the whole suite alike: the expected status and bytes, whoever is asked."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import httpx
import pytest

from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.stack.stack import EDGE_ID
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from tests.parity import suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from control_plane.stack.stack import Stack

PATH = "/vop/v1/payee-verifications"
SECONDS_MAX = 20.0
REQUEST_ID = re.compile(r"[!-~]{1,128}")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,2}[1-9])?Z")
requests = {request.title: request for request in suite.requests()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back for every request of the suite, by title."""

    edge: dict[str, httpx.Response]
    fallback: dict[str, httpx.Response]
    answered_by: dict[str, str]
    """Who answered the request that was sent to the edge, as its access log tells."""


def _await(condition: Callable[[], bool], what: str) -> None:
    deadline = monotonic() + SECONDS_MAX
    while not condition():
        assert monotonic() < deadline, what


def _import(stack: Stack) -> None:
    """Import the accounts, and wait until the edge knows every one of them that is not closed."""
    reply = httpx.post(
        f"http://{stack.control_plane}/admin/v1/imports",
        headers={"authorization": f"Bearer {stack.admin_token}", "content-type": "application/x-ndjson"},
        content="\n".join(map(json.dumps, suite.accounts())).encode(),
        trust_env=False,
    )
    assert reply.status_code == 200, reply.text
    probe = next(request for request in requests.values() if request.status == 200)
    with httpx.Client(base_url=f"http://{stack.edge}", trust_env=False) as client:
        for account in suite.accounts():
            if account.get("status") == "closed":
                continue
            body = json.loads(probe.body)
            body["partyAccount"]["iban"] = account["iban"]
            _await(
                partial(_is_known, client, list(probe.headers), body), "the edge does not learn of an account"
            )


def _is_known(client: httpx.Client, headers: list[tuple[str, str]], body: dict[str, object]) -> bool:
    return b"NOAP" not in client.post(PATH, headers=headers, json=body).content


def _send_all(address: str, headers: dict[str, str]) -> dict[str, httpx.Response]:
    """Send the suite one request after the other over one connection."""
    with httpx.Client(base_url=f"http://{address}", trust_env=False) as client:
        return {
            title: client.request(
                request.method, PATH, headers=[*headers.items(), *request.headers], content=request.body
            )
            for title, request in requests.items()
        }


def _lines_after(access_log: Path, request_id: str, count: int) -> list[dict[str, str | None]]:
    """Wait for `count` lines of the access log after the one of a request."""

    def read() -> list[dict[str, str | None]]:
        lines = [json.loads(line) for line in access_log.read_text(encoding="utf-8").splitlines()]
        marks = [index for index, line in enumerate(lines) if line["request_id"] == request_id]
        return lines[marks[0] + 1 :] if marks else []

    _await(lambda: len(read()) >= count, "the access log lacks requests")
    return read()


@pytest.fixture(scope="module")
def answers(stack: Stack) -> Answers:
    """Send the whole suite to both."""
    _import(stack)
    mark = str(uuid.uuid4())
    httpx.get(f"http://{stack.edge}/", headers={"X-Request-ID": mark}, trust_env=False)
    edge = _send_all(str(stack.edge), {})
    lines = _lines_after(stack.access_log, mark, len(requests))
    assert len(lines) == len(requests)
    authorization = envoy_environment({SECRET_VARIABLE: stack.edge_secret}, EDGE_ID)[AUTHORIZATION_VARIABLE]
    return Answers(
        edge=edge,
        fallback=_send_all(str(stack.control_plane), {"Authorization": authorization}),
        answered_by={
            title: "fallback" if line["upstream"] == "fallback" else "edge"
            for title, line in zip(requests, lines, strict=True)
        },
    )


@pytest.mark.parametrize("title", requests)
def test_the_edge_gives_the_expected_answer(answers: Answers, title: str) -> None:
    request, response = requests[title], answers.edge[title]
    assert (response.status_code, response.content) == (request.status, request.answer)


@pytest.mark.parametrize("title", requests)
def test_the_fallback_gives_the_same_answer_and_headers(answers: Answers, title: str) -> None:
    request, edge, fallback = requests[title], answers.edge[title], answers.fallback[title]
    assert (fallback.status_code, fallback.content) == (edge.status_code, edge.content)
    for response in (edge, fallback):
        echo = request.request_id if REQUEST_ID.fullmatch(request.request_id or "") else None
        assert response.headers.get("x-request-id") == echo
        assert response.headers["content-type"] == "application/json"
        assert TIMESTAMP.fullmatch(response.headers["x-response-timestamp"])


@pytest.mark.parametrize("title", requests)
def test_the_access_log_tells_who_answered(answers: Answers, title: str) -> None:
    assert answers.answered_by[title] == requests[title].answered_by
