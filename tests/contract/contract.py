"""The contract of the scheme's API, and a service that must keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import unsupported_method

from tests.contract import conformance

if TYPE_CHECKING:
    from schemathesis import Case

DOCUMENT = Path(__file__).parents[2] / "openapi" / "vop.yaml"
PATH = "/vop/v1/payee-verifications"
EXAMPLES_MAX = 100
"""Generated requests of a run, besides the document's examples and the systematic coverage of its limits."""

contract = schemathesis.openapi.from_path(
    DOCUMENT,
    config=SchemathesisConfig.from_dict(
        {"seed": 1, "generation": {"mode": "all", "max-examples": EXAMPLES_MAX, "deterministic": True}}
    ),
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

        One check of schemathesis is left out: for a method that the document doesn't have it wants status 405,
        and the scheme knows status 400 only.
        """
        reply = case.call(base_url=f"http://{self.address}", session=self.session, headers=self.headers)
        case.validate_response(reply, excluded_checks=[unsupported_method])
        broken = conformance.broken_rules(
            conformance.Reply(
                status=reply.status_code,
                headers={name: values[0] for name, values in reply.headers.items()},
                body=reply.content,
                seconds=reply.elapsed,
            ),
            request_id=case.headers.get("X-Request-ID"),
            kind=conformance.kind_of(case.body),
        )
        assert broken == []

    def post(self, headers: dict[str, str], body: bytes) -> conformance.Reply:
        """Send one request."""
        reply = self.session.post(
            f"http://{self.address}{PATH}",
            headers={**self.headers, **headers},
            data=body,
            timeout=conformance.SECONDS_MAX,
        )
        return conformance.Reply(
            status=reply.status_code,
            headers={name.lower(): value for name, value in reply.headers.items()},
            body=reply.content,
            seconds=reply.elapsed.total_seconds(),
        )
