"""The edge keeps the contract: what Envoy and the filter answer together, to good and bad requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.contract import Service, contract
from tests.contract.examples import EXAMPLES, Example

if TYPE_CHECKING:
    from schemathesis import Case

    from control_plane.stack.stack import Stack


@pytest.fixture(scope="module")
def edge(stack: Stack) -> Service:
    return Service(str(stack.edge))


@contract.parametrize()
def test_the_edge_keeps_the_contract(case: Case[Any], edge: Service) -> None:
    edge.must_keep_the_contract(case)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_edge_breaks_no_rule_that_counterparties_check(edge: Service, example: Example) -> None:
    edge.must_break_no_rule(example)
