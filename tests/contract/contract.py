"""The contract of the scheme's API, and a service that must keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance, unsupported_method

from tests.contract import conformance

if TYPE_CHECKING:
    from schemathesis import Case

    from tests.contract.examples import Example

DOCUMENT = Path(__file__).parents[2] / "openapi" / "vop.yaml"
PATH = "/vop/v1/payee-verifications"
EXAMPLES_MAX = 200
"""Generated requests of a run, besides the document's examples and the systematic coverage of its limits."""

LEVELS_MAX, ENTRIES_MAX, NAME_BYTES_MAX = 8, 32, 128

contract = schemathesis.openapi.from_path(
    DOCUMENT,
    config=SchemathesisConfig.from_dict(
        {"seed": 1, "generation": {"mode": "all", "max-examples": EXAMPLES_MAX, "deterministic": True}}
    ),
)


def within_limits(value: object, level: int = 1) -> bool:
    """Tell whether a JSON value keeps the limits of formats section 8 on levels, entries and names."""
    if not isinstance(value, dict | list):
        return True
    if level > LEVELS_MAX or len(value) > ENTRIES_MAX:
        return False
    names = value.keys() if isinstance(value, dict) else ()
    members = value.values() if isinstance(value, dict) else value
    return all(len(name.encode()) <= NAME_BYTES_MAX for name in names) and all(
        within_limits(member, level + 1) for member in members
    )


@dataclass(frozen=True, slots=True)
class Service:
    """Something that answers verification requests at `host:port`; `headers` go with every request."""

    address: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def must_keep_the_contract(self, case: Case[Any]) -> None:
        """Send a generated request, and check the reply by schemathesis and by the scheme's rules.

        For a method that the document doesn't have schemathesis wants status 405; the scheme knows 400 only.
        A body beyond the limits of JSON must be refused; the document tells them in words, its schema can't.
        """
        response = case.call(base_url=f"http://{self.address}", session=self.session, headers=self.headers)
        excluded = [unsupported_method]
        if not within_limits(case.body):
            excluded.append(positive_data_acceptance)
            assert response.status_code == HTTPStatus.BAD_REQUEST
        case.validate_response(response, excluded_checks=excluded)
        headers = {name: values[0] for name, values in response.headers.items()}
        reply = conformance.Reply(response.status_code, headers, response.content, response.elapsed)
        request_id = case.headers.get("X-Request-ID")
        assert conformance.broken_rules(reply, request_id, conformance.kind_of(case.body)) == []

    def must_break_no_rule(self, example: Example) -> None:
        """Send a request that is known to be good or bad, and check the reply by the scheme's rules."""
        response = self.session.post(
            f"http://{self.address}{PATH}",
            headers={**self.headers, **example.sent_headers},
            data=example.body,
            timeout=2 * conformance.SECONDS_MAX,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        seconds = response.elapsed.total_seconds()
        reply = conformance.Reply(response.status_code, headers, response.content, seconds)
        assert reply.status == example.status
        request_id = example.sent_headers.get("X-Request-ID")
        assert conformance.broken_rules(reply, request_id, example.kind) == []
