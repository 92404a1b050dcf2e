"""An edge takes no request before it can answer it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import msgspec

from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.stack.access_log import entries
from control_plane.stack.stack import Stack, StackSettings
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from tests.edge.accounts import account, iban
from tests.edge.bare import BareEdge, filter_release
from tests.edge.wire import Reply, ask, verification
from tests.waiting import wait_for

ACCOUNTS = 400
BOOTS = ("0b" * 16, "1b" * 16)


def _try(stack: Stack, number: int) -> Reply | None:
    try:
        return ask(stack.edge, verification(iban(number), "Hedwig Sommerlath"))
    except ConnectionError:
        return None


def test_the_listener_refuses_until_the_filter_is_served() -> None:
    served = threading.Event()
    with BareEdge(discovery=lambda: filter_release() if served.is_set() else None, ready=False) as edge:
        wait_for(
            lambda: edge.counter("http.edge.downstream_cx_total") is not None and edge.admin.get("/stats")
        )
        wait_for(lambda: edge.counter("cluster.control_plane.upstream_rq_total") > 2)
        assert not edge.admin.ready()
        try:
            ask(edge.address, b"{}")
        except ConnectionError:
            refused = True
        else:
            refused = False
        assert refused
        served.set()
        wait_for(edge.admin.ready)
        assert ask(edge.address, b"{}").status == 400


def test_the_first_request_that_a_restarted_edge_accepts_is_answered_from_its_whole_directory() -> None:
    with Stack(StackSettings()) as stack:
        lines = [msgspec.json.encode(account(number, "Hedwig Sommerlath")) for number in range(ACCOUNTS)]
        with stack.admin_api() as api:
            api.import_accounts(b"\n".join(lines), "application/x-ndjson")
        stack.wait_until_held(ACCOUNTS)
        for _ in range(2):
            stack.stop_child("edge")
            stack.access_log.unlink()
            stack.start_edge(wait=False)
            first = wait_for(lambda: _try(stack, ACCOUNTS - 1))
            assert first.body == {"partyNameMatch": "MTCH"}
            (line,) = wait_for(lambda: entries(stack.access_log) or None)
            assert line.upstream is None, "the edge itself answered"


def _poll(stack: Stack, authorization: str, boot: str, edge_id: str = "edge-gate") -> httpx.Response:
    node = {"id": edge_id, "metadata": {"boot": boot}, "extensions": [{"name": "x" * 100}] * 500}
    return httpx.post(
        f"http://{stack.control_plane}/v3/discovery:extension_configs",
        json={"node": node, "resource_names": ["vop"], "type_url": "t", "version_info": ""},
        headers={"authorization": authorization},
        timeout=30,
        trust_env=False,
    )


def _register(stack: Stack, edge_id: str) -> str:
    with stack.admin_api() as api:
        secret = api.register_edge(edge_id, ["VOPBDEFFXXX"])
    return envoy_environment({SECRET_VARIABLE: secret}, edge_id)[AUTHORIZATION_VARIABLE]


def _heartbeat(stack: Stack, authorization: str, boot: str, *, complete: bool) -> None:
    counts = ("layout", "records", "buckets", "bytes", "refused_pages", "refused_records", "errors")
    report: dict[str, Any] = dict.fromkeys(counts, 0)
    report |= {"boot": boot, "complete": complete, "generation": "00" * 16, "streams": [], "vms": []}
    reply = httpx.post(
        f"http://{stack.control_plane}/edge/v1/heartbeat",
        json=report,
        headers={"authorization": authorization},
        trust_env=False,
    )
    assert reply.status_code == 204


def test_the_filter_is_withheld_until_this_very_boot_reports_complete(stack: Stack) -> None:
    authorization, open_one = _register(stack, "edge-gate"), _register(stack, "edge-open")
    _heartbeat(stack, open_one, BOOTS[0], complete=True)
    with ThreadPoolExecutor(1) as pool:
        poll: Future[httpx.Response] = pool.submit(_poll, stack, authorization, BOOTS[1])
        _heartbeat(stack, authorization, BOOTS[0], complete=True)
        _heartbeat(stack, authorization, BOOTS[1], complete=False)
        # Releases are looked at one after the other: after this later answer the poll is at the gate.
        assert _poll(stack, open_one, BOOTS[0], "edge-open").status_code == 200
        assert not poll.done()
        _heartbeat(stack, authorization, BOOTS[1], complete=True)
        reply = poll.result(timeout=10)
    assert reply.status_code == 200
    (resource,) = reply.json()["resources"]
    assert resource["name"] == "vop"
    assert reply.json()["version_info"] in resource["typed_config"]["config"]["configuration"]["value"]


def test_a_poll_needs_the_credentials_of_the_edge_that_it_names(stack: Stack) -> None:
    assert _poll(stack, "Bearer edge-1:" + "00" * 32, BOOTS[0]).status_code == 401
    authorization = envoy_environment({SECRET_VARIABLE: stack.edge_secret}, "edge-1")[AUTHORIZATION_VARIABLE]
    assert _poll(stack, authorization, BOOTS[0], edge_id="edge-2").status_code == 400
