"""The suite is what it says: large enough, with every kind of request, and in step with the contract."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import schemathesis

from tests.parity import suite

CONTRACT = Path(__file__).parents[2] / "openapi" / "vop.yaml"
document: dict[str, Any] = schemathesis.openapi.from_path(CONTRACT).raw_schema

requests = suite.requests()


def test_no_two_requests_have_the_same_title() -> None:
    assert [
        title for title, count in Counter(request.title for request in requests).items() if count > 1
    ] == []


def test_at_least_sixty_requests_are_verified_and_every_outcome_is_among_them() -> None:
    verified = [json.loads(request.answer) for request in requests if request.status == 200]
    assert len(verified) >= 60
    assert {answer.get("partyNameMatch") for answer in verified} == {"MTCH", "CMTC", "NMTC", "NOAP", None}
    assert {answer.get("partyIdMatch") for answer in verified} == {"MTCH", "NMTC", "NOAP", None}
    assert all(("matchedName" in answer) == (answer.get("partyNameMatch") == "CMTC") for answer in verified)


def test_both_ways_of_answering_are_in_it() -> None:
    assert {request.answered_by for request in requests} == {"edge", "fallback"}


def test_every_account_is_asked_about() -> None:
    bodies = [request.body for request in requests]
    unused = [
        account["iban"]
        for account in suite.accounts()
        if not any(account["iban"].encode() in body.upper() for body in bodies)
    ]
    assert unused == []


def test_every_iban_of_an_account_has_valid_check_digits() -> None:
    for account in suite.accounts():
        turned = account["iban"][4:] + account["iban"][:4]
        assert int("".join(str(int(character, 36)) for character in turned)) % 97 == 1, account["iban"]


def test_the_contract_accepts_every_body_that_is_verified_and_every_answer() -> None:
    body = _validator("VerificationRequest")
    answers = {200: _validator("VerificationResponse"), 400: _validator("BadRequest")}
    for request in requests:
        assert answers[request.status].is_valid(json.loads(request.answer)), request.title
        assert request.status != 200 or body.is_valid(json.loads(request.body)), request.title


def test_the_contract_refuses_every_body_with_a_fault_in_a_field() -> None:
    body = _validator("VerificationRequest")
    for request in requests:
        detail = json.loads(request.answer).get("detail", "")
        if detail.startswith(("party", "requestingAgent", "unstructured")):
            assert not body.is_valid(json.loads(request.body)), request.title


def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    )
