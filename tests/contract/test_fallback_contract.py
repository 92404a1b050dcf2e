"""The fallback keeps the contract: what the control plane answers to an edge, to good and bad requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.stack.stack import EDGE_ID
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from tests.contract.contract import Service, contract
from tests.contract.examples import EXAMPLES, Example

if TYPE_CHECKING:
    from schemathesis import Case

    from control_plane.stack.stack import Stack


@pytest.fixture(scope="module")
def fallback(stack: Stack) -> Service:
    environment = envoy_environment({SECRET_VARIABLE: stack.edge_secret}, EDGE_ID)
    return Service(str(stack.control_plane), {"Authorization": environment[AUTHORIZATION_VARIABLE]})


@contract.parametrize()
def test_the_fallback_keeps_the_contract(case: Case[Any], fallback: Service) -> None:
    fallback.must_keep_the_contract(case)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_fallback_breaks_no_rule_that_counterparties_check(fallback: Service, example: Example) -> None:
    fallback.must_break_no_rule(example)
