"""The conformance rules let a good reply by and catch every bad one of the scheme's list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.contract.conformance import Reply, broken_rules, kind_of

REQUEST_ID = "6b1f9d0e-3c52-4f5a-9e0b-2f6f1f1f7a11"


def _good() -> Reply:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {"content-type": "application/json", "x-request-id": REQUEST_ID, "x-response-timestamp": now}
    return Reply(200, headers, b'{"partyNameMatch":"MTCH"}', 0.01)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("name", b'{"partyNameMatch":"NOAP"}'),
        ("name", b'{"partyNameMatch":"CMTC","matchedName":"Mia Muster"}'),
        ("identification", b'{"partyIdMatch":"NMTC"}'),
    ],
)
def test_a_good_reply_breaks_no_rule(kind: str, body: bytes) -> None:
    assert broken_rules(replace(_good(), body=body), REQUEST_ID, kind) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'{"partyNameMatch":"MTCH","partyIdMatch":"MTCH"}', "both results are set, or neither"),
        (b"{}", "both results are set, or neither"),
        (b'{"partyIdMatch":"MTCH"}', "an identification result for something else"),
        (
            b'{"partyNameMatch":"CMTC"}',
            "a close match without a name, or a name without a close match",
        ),
        (
            b'{"partyNameMatch":"MTCH","matchedName":"Mia Muster"}',
            "a close match without a name, or a name without a close match",
        ),
        (
            b'{"partyNameMatch":"CMTC","matchedName":"' + b"M" * 141 + b'"}',
            "the name is too long or empty",
        ),
        (b'{"partyNameMatch":"ANNM"}', "the result is unknown"),
        (b'{"partyNameMatch":', "the body does not parse"),
        (b"[]", "the body is not an object"),
    ],
)
def test_a_bad_outcome_of_a_name_request_is_caught(body: bytes, rule: str) -> None:
    assert rule in broken_rules(replace(_good(), body=body), REQUEST_ID, "name")


def test_a_name_result_for_an_identification_is_caught() -> None:
    assert broken_rules(_good(), REQUEST_ID, "identification") == ["a name result for something else"]


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"content-type": "text/plain"}, "the content type is wrong"),
        ({"x-request-id": REQUEST_ID.upper()}, "the request id is missing or different"),
        ({"x-request-id": ""}, "the request id is missing or different"),
        ({"x-response-timestamp": ""}, "the response timestamp is missing or invalid"),
        (
            {"x-response-timestamp": "2026-11-24T09:30:00.100Z"},
            "the response timestamp is missing or invalid",
        ),
        (
            {"x-response-timestamp": "2026-11-24T09:30:00+00:00"},
            "the response timestamp is missing or invalid",
        ),
        (
            {"x-response-timestamp": "2001-01-01T00:00:00Z"},
            "the response timestamp is not the time of the response",
        ),
    ],
)
def test_a_bad_header_is_caught(headers: dict[str, str], rule: str) -> None:
    good = _good()
    assert broken_rules(replace(good, headers={**good.headers, **headers}), REQUEST_ID, "name") == [rule]


def test_a_reply_after_more_than_five_seconds_is_caught() -> None:
    assert broken_rules(replace(_good(), seconds=5.01), REQUEST_ID, "name") == [
        "the reply takes more than 5 s"
    ]


def test_an_error_in_no_form_of_the_scheme_is_caught() -> None:
    reply = replace(_good(), status=404, body=b'{"status":404,"code":"","title":""}')
    assert broken_rules(reply, REQUEST_ID, None) == [
        "the status is not one of the scheme's, or not the body's",
        "the code does not fit the status",
        "the error has no type",
        "a text of the error is too long or empty",
    ]


def test_the_kind_of_a_request_is_what_its_party_has_exactly_one_of() -> None:
    assert kind_of({"party": {"name": "Mia Muster"}}) == "name"
    assert kind_of({"party": {"identification": {}}}) == "identification"
    assert kind_of({"party": {"name": "", "identification": {}}}) is None
    assert kind_of({}) is None
    assert kind_of(None) is None
