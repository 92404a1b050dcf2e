"""The contract of the scheme's API is valid OpenAPI 3.1, and every example in it fits its own schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

CONTRACT = Path(__file__).parents[2] / "openapi" / "vop.yaml"
PATH = "/vop/v1/payee-verifications"

contract = schemathesis.openapi.from_path(CONTRACT)
document: dict[str, Any] = contract.raw_schema
operation: dict[str, Any] = document["paths"][PATH]["post"]


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference inside the document, if the node is one."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Make a validator of a schema that may refer to the document's components."""
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": document["components"]}, validate_formats=True
    )


def _examples(media: dict[str, Any]) -> list[tuple[str, dict[str, Any], Any]]:
    return [(name, media["schema"], example["value"]) for name, example in media["examples"].items()]


def _bodies() -> list[tuple[str, dict[str, Any], Any]]:
    found = _examples(operation["requestBody"]["content"]["application/json"])
    for response in operation["responses"].values():
        found += _examples(response["content"]["application/json"])
    return found


def _headers() -> list[tuple[str, dict[str, Any]]]:
    found = [(node["name"], node) for node in map(_resolve, operation["parameters"])]
    for status, response in operation["responses"].items():
        found += [(f"{status} {name}", _resolve(node)) for name, node in response["headers"].items()]
    return found


def test_the_document_is_a_valid_openapi_description() -> None:
    assert document["openapi"].startswith("3.1.")
    contract.validate()
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_every_reference_leads_to_a_component_and_every_component_is_used() -> None:
    references: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                references.add(node["$ref"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    components = {
        f"#/components/{kind}/{name}" for kind, members in document["components"].items() for name in members
    }
    assert references == components


@pytest.mark.parametrize(("schema", "value"), [pytest.param(s, v, id=n) for n, s, v in _bodies()])
def test_every_example_body_fits_its_schema(schema: dict[str, Any], value: object) -> None:
    assert [str(error.message) for error in _validator(schema).iter_errors(value)] == []


@pytest.mark.parametrize("header", [pytest.param(node, id=name) for name, node in _headers()])
def test_every_example_header_fits_its_schema(header: dict[str, Any]) -> None:
    assert _validator(header["schema"]).is_valid(header["example"])


@pytest.mark.parametrize("status", ["200", "400", "401", "500"])
def test_every_response_carries_the_request_id_and_a_timestamp(status: str) -> None:
    headers = operation["responses"][status]["headers"]
    assert set(headers) == {"X-Request-ID", "X-Response-Timestamp"}
    assert _resolve(headers["X-Response-Timestamp"])["required"] is True


def test_every_code_of_an_outcome_and_of_an_error_has_an_example() -> None:
    answers = [
        example["value"]
        for response in operation["responses"].values()
        for example in response["content"]["application/json"]["examples"].values()
    ]
    by_name = {answer.get("partyNameMatch") for answer in answers}
    by_identification = {answer.get("partyIdMatch") for answer in answers}
    assert by_name - {None} == {"MTCH", "CMTC", "NMTC", "NOAP"}
    assert by_identification - {None} == {"MTCH", "NMTC", "NOAP"}
    codes = {answer.get("code") for answer in answers} - {None}
    assert codes == {"FORMAT_ERROR", "TIMESTAMP_INVALID", "CLIENT_INVALID"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"partyNameMatch": "MTCH", "partyIdMatch": "MTCH"},
        {"partyIdMatch": "CMTC"},
        {"partyIdMatch": "CMTC", "matchedName": "Mia Muster"},
        {"partyNameMatch": "CMTC"},
        {"partyNameMatch": "CMTC", "matchedName": ""},
        {"partyNameMatch": "CMTC", "matchedName": "M" * 141},
        {"partyNameMatch": "NMTC", "matchedName": "Mia Muster"},
        {"partyNameMatch": "MAYBE"},
    ],
)
def test_an_answer_that_the_scheme_forbids_breaks_the_schema(answer: dict[str, Any]) -> None:
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert not _validator(schema).is_valid(answer)
