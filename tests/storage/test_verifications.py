"""The fallback: the scheme's API from the database, each decision sealed before it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from control_plane.decisions.models import FallbackDecision
from control_plane.decisions.record import DecisionOutcome, NoapCause, RequestKind
from control_plane.decisions.sealing import OpenedDecision, open_decision
from matcher import Reason
from tests.storage.running import BIC, Running, account, authorization, iban

if TYPE_CHECKING:
    import httpx

    from control_plane.edges.credentials import EdgeCredentials

pytestmark = pytest.mark.anyio

PATH = "/vop/v1/payee-verifications"
REQUEST_ID = "0f8fad5b-d9cb-469f-a165-70867728950E"
HEADERS = {
    "x-request-id": REQUEST_ID,
    "x-request-timestamp": "2026-11-24T10:00:00Z",
    "content-type": "application/json",
}


def request(of_iban: str, name: str = "Petra Beispiel", **members: Any) -> dict[str, Any]:
    """A request of the scheme."""
    return {
        "party": {"name": name},
        "partyAccount": {"iban": of_iban},
        "partyAgent": {"financialInstitutionId": {"bicfi": BIC}},
        "requestingAgent": {"financialInstitutionId": {"bicfi": "ASKBFRPP"}},
        **members,
    }


def by_identification(of_iban: str, **other: Any) -> dict[str, Any]:
    """A request by one identification."""
    entry = {"organisationId": {"others": [other]}}
    return request(of_iban, party={"identification": entry})


async def verify(
    running: Running, edge: EdgeCredentials, body: dict[str, Any] | bytes, **headers: str
) -> httpx.Response:
    """Send a request as an edge hands it over."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    proof = {"authorization": authorization(edge)}
    return await running.client.post(PATH, content=content, headers=HEADERS | proof | headers)


async def decisions(running: Running) -> list[OpenedDecision]:
    """All decisions of the fallback, opened with the audit key."""
    async with running.app.state.database.read() as session:
        rows = await session.scalars(select(FallbackDecision).order_by(col(FallbackDecision.n)))
        return [
            open_decision(running.app.state.keyring.audit_private_key, "fallback", row.sealed) for row in rows
        ]


async def test_each_outcome_is_answered_and_sealed_with_what_explains_it(running: Running) -> None:
    edge = await running.register_edge()
    await running.create(account(1, identifications=[{"scheme": "TXID", "value": "DE1"}]))
    closed = await running.create(account(2))
    await running.admin("POST", f"/accounts/{closed['id']}/close")
    other_bic: dict[str, Any] = {"partyAgent": {"financialInstitutionId": {"bicfi": "OTHRDEFF"}}}
    cases: list[tuple[dict[str, Any], str, DecisionOutcome, int]] = [
        (request(iban(1)), '{"partyNameMatch":"MTCH"}', DecisionOutcome.MTCH, 0),
        (
            request(iban(1), "P Beispiel"),
            '{"partyNameMatch":"CMTC","matchedName":"Petra Beispiel"}',
            DecisionOutcome.CMTC,
            0,
        ),
        (request(iban(1), "Karl Anders"), '{"partyNameMatch":"NMTC"}', DecisionOutcome.NMTC, 0),
        (request(iban(3)), '{"partyNameMatch":"NOAP"}', DecisionOutcome.NOAP, NoapCause.UNKNOWN_ACCOUNT),
        (request(iban(2)), '{"partyNameMatch":"NOAP"}', DecisionOutcome.NOAP, NoapCause.CLOSED),
        (
            request(iban(1), **other_bic),
            '{"partyNameMatch":"NOAP"}',
            DecisionOutcome.NOAP,
            NoapCause.NOT_A_TENANT,
        ),
        (
            by_identification(iban(1), schemeNameCode="TXID", identification="DE1"),
            '{"partyIdMatch":"MTCH"}',
            DecisionOutcome.MTCH,
            0,
        ),
        (
            by_identification(iban(1), schemeNameCode="TXID", identification="DE2"),
            '{"partyIdMatch":"NMTC"}',
            DecisionOutcome.NMTC,
            0,
        ),
        (
            by_identification(iban(1), schemeNameCode="DUNS", identification="1"),
            '{"partyIdMatch":"NOAP"}',
            DecisionOutcome.NOAP,
            NoapCause.IDENTIFICATION_NOT_HELD,
        ),
    ]
    for body, answer, _outcome, _cause in cases:
        reply = await verify(running, edge, body)
        assert (reply.status_code, reply.text) == (200, answer)
        assert reply.headers["x-request-id"] == REQUEST_ID
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["x-response-timestamp"].endswith("Z")
    opened = await decisions(running)
    assert [entry.n for entry in opened] == list(range(1, len(cases) + 1))
    assert [(entry.record.outcome, entry.record.cause) for entry in opened] == [
        (outcome, cause) for _body, _answer, outcome, cause in cases
    ]
    first = opened[0].record
    assert (first.request, first.typed, first.iban) == (RequestKind.NAME, "Petra Beispiel", iban(1))
    assert (first.requesting_bic, first.party_bic, first.request_id) == ("ASKBFRPPXXX", BIC, REQUEST_ID)
    assert (first.reasons, first.revision, first.holder, first.name) == ((Reason.EXACT,), 1, 0, 0)
    assert opened[1].record.matched_name == "Petra Beispiel"
    assert opened[6].record.typed == "3:TXID::DE1"


async def test_an_account_too_large_for_the_edge_is_answered_here(running: Running) -> None:
    edge = await running.register_edge()
    holders = [{"kind": "person", "name": f"Holder Number{'abcdefghijklmnopqrst'[n]}"} for n in range(20)]
    await running.create(account(1) | {"holders": holders})
    reply = await verify(running, edge, request(iban(1), "Holder Numbert"))
    assert reply.content == b'{"partyNameMatch":"MTCH"}'


async def test_an_iban_in_lower_case_is_the_same_account(running: Running) -> None:
    edge = await running.register_edge()
    body = account(1) | {"iban": "GB82WEST12345698765432"}
    await running.create(body)
    assert (await verify(running, edge, request("GB82west12345698765432"))).json() == {
        "partyNameMatch": "MTCH"
    }


async def test_a_refused_request_is_sealed_with_its_fault(running: Running) -> None:
    edge = await running.register_edge()
    reply = await verify(running, edge, request(iban(1), ""))
    assert reply.status_code == 400
    assert reply.json()["detail"] == "party.name: must have 1 to 140 characters"
    (decision,) = await decisions(running)
    assert (decision.record.outcome, decision.record.cause) == (DecisionOutcome.REFUSED, 13)
    assert decision.record.request is RequestKind.NOT_UNDERSTOOD
    assert decision.record.request_id == REQUEST_ID


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("PUT", PATH),
        ("POST", f"{PATH}/"),
        ("POST", "/vop"),
        ("POST", "/vop/v1"),
        ("DELETE", "/vop/x"),
    ],
)
async def test_anything_else_below_vop_has_the_schemes_form(running: Running, method: str, path: str) -> None:
    edge = await running.register_edge()
    headers = HEADERS | {"authorization": authorization(edge)}
    reply = await running.client.request(method, path, headers=headers)
    assert reply.status_code == 400
    assert reply.json()["detail"] == "request: must be POST /vop/v1/payee-verifications"
    assert reply.headers["x-request-id"] == REQUEST_ID


@pytest.mark.parametrize("length", [16_384, 16_385, 5_000_000])
async def test_a_body_beyond_its_limit_is_refused_in_the_schemes_form(running: Running, length: int) -> None:
    edge = await running.register_edge()
    body = json.dumps(request(iban(1))).encode().ljust(length)
    reply = await verify(running, edge, body)
    expected = (200, None) if length == 16_384 else (400, "body: is larger than 16384 bytes")
    assert (reply.status_code, reply.json().get("detail")) == expected


async def test_whoever_is_no_edge_is_not_answered(running: Running) -> None:
    await running.register_edge()
    for headers in (
        {},
        {"authorization": "Bearer edge-1:00"},
        {"authorization": "Bearer admin-token-of-the-tests"},
    ):
        reply = await running.client.post(PATH, json=request(iban(1)), headers=HEADERS | headers)
        assert reply.status_code == 401
        assert reply.content == (
            b'{"type":"urn:vop:fault:client-invalid","code":"CLIENT_INVALID",'
            b'"title":"The caller is not accepted","status":401}'
        )
        assert reply.headers["x-request-id"] == REQUEST_ID
    assert await decisions(running) == []


async def test_a_fault_of_ours_is_the_schemes_500_without_a_trace(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    edge = await running.register_edge()
    await running.create(account(1))

    def fail(*_arguments: object) -> None:
        raise RuntimeError("Petra Beispiel")

    monkeypatch.setattr("matcher.decide", fail)
    reply = await verify(running, edge, request(iban(1)))
    assert reply.status_code == 500
    assert reply.content == b'{"type":"urn:vop:fault:internal","title":"Internal error","status":500}'
    assert "RuntimeError" in caplog.text
    assert "Petra" not in caplog.text
