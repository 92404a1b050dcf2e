"""An edge that is told to hold one PSP only hands requests for the others over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.stack.access_log import entries
from control_plane.stack.demo import DUTCH, DUTCH_PERSON
from control_plane.stack.stack import EDGE_ID, Stack, StackSettings
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from tests.edge.accounts import GERMAN, account, iban
from tests.edge.wire import ask, new_id, verification
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD, OTHER = "Walpurga Lindwurm", "Hendrikje Zuiderzee"
HANDED_OVER = "wasmcustom.vop_hand_over_not_a_tenant"
MATCH = {"partyNameMatch": "MTCH"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Run a stack with two tenants and an edge that holds the German one."""
    settings = StackSettings(tenants=(GERMAN, DUTCH), edge_tenants=(GERMAN,))
    with Stack(settings) as running:
        with running.admin_api() as api:
            api.create_account(account(1, HELD))
            api.create_account(account(1, OTHER) | {"bic": DUTCH, "iban": DUTCH_PERSON})
        running.wait_until_held(1)
        yield running


def _ask(stack: Stack, iban: str, name: str, agent: str) -> tuple[dict[str, object], str | None]:
    """Return the answer and the upstream that gave it; None: the edge itself."""
    request_id = new_id()
    reply = ask(stack.edge, verification(iban, name, agent), request_id=request_id)
    assert reply.status == 200

    def find() -> tuple[str | None] | None:
        found = (entry for entry in entries(stack.access_log) if entry.request_id == request_id)
        return next(((entry.upstream,) for entry in found), None)

    return reply.body, wait_for(find)[0]


def _heartbeat(stack: Stack) -> dict[str, Any]:
    """Return the edge's last heartbeat."""
    with stack.admin_api() as api:
        (edge,) = api.list_edges()
    heartbeat: dict[str, Any] = edge["heartbeat"]
    return heartbeat


def _handed_over(stack: Stack) -> int:
    """Return how many requests the filter handed over because it does not hold their PSP."""
    return int((stack.envoy.get(f"/stats?filter=^{HANDED_OVER}$") or "").rpartition(":")[2] or 0)


def test_the_held_psp_is_answered_by_the_edge_and_the_other_by_the_fallback(stack: Stack) -> None:
    before = _handed_over(stack)
    assert _ask(stack, iban(1), HELD, GERMAN) == (MATCH, None)
    assert _handed_over(stack) == before
    assert _ask(stack, DUTCH_PERSON, OTHER, DUTCH) == (MATCH, "fallback")
    assert _handed_over(stack) == before + 1


def test_nothing_of_the_other_psp_comes_to_the_edge(stack: Stack) -> None:
    heartbeat = wait_for(lambda: _heartbeat(stack) if _heartbeat(stack)["records"] else None)
    assert [stream["bic"] for stream in heartbeat["streams"]] == [GERMAN]
    assert heartbeat["records"] == 1
    credentials = envoy_environment({SECRET_VARIABLE: stack.edge_secret}, EDGE_ID)
    generation = heartbeat["generation"]
    statuses = {
        bic: httpx.get(
            f"http://{stack.control_plane}/edge/v1/feed/{bic}?generation={generation}&mode=snapshot",
            headers={"authorization": credentials[AUTHORIZATION_VARIABLE], "x-vop-nonce": "00" * 16},
            trust_env=False,
        ).status_code
        for bic in (GERMAN, DUTCH)
    }
    assert statuses == {GERMAN: 200, DUTCH: 404}


def test_without_a_fallback_the_held_psp_is_still_answered_and_the_other_is_not_possible(
    stack: Stack,
) -> None:
    stack.stop_child("control plane")
    assert _ask(stack, iban(1), HELD, GERMAN) == (MATCH, None)
    assert _ask(stack, DUTCH_PERSON, OTHER, DUTCH)[0] == {"partyNameMatch": "NOAP"}
    stack.start_control_plane()
