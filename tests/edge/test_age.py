"""Without its control plane an edge answers from its directory until that is too old, and never guesses."""

from __future__ import annotations

from control_plane.stack.stack import Stack, StackSettings
from tests.edge.accounts import account, iban
from tests.edge.wire import ask, identification, verification
from tests.waiting import wait_for

AGE_MS_MAX = 12_000
"""Two long polls of 5 s and some: with less, even a connected edge would be too old now and then."""
QUESTION = verification(iban(1), "Hedwig Sommerlath")
MATCH, NOT_POSSIBLE = {"partyNameMatch": "MTCH"}, {"partyNameMatch": "NOAP"}


def _age_ms(stack: Stack) -> int:
    """Return the age as of the filter's last tick; a request is judged by the age at its own time."""
    stats = stack.envoy.get("/stats?filter=vop_directory_age_ms") or ""
    return int(stats.rpartition(":")[2])


def test_an_edge_outlives_its_control_plane_up_to_the_age_limit_and_recovers() -> None:
    environment = {"VOP_WARN_AFTER_MS": "1000", "VOP_ANSWER_UNTIL_MS": str(AGE_MS_MAX)}
    with Stack(StackSettings(control_plane_environment=environment)) as stack:
        with stack.admin_api() as api:
            api.create_account(account(1, "Hedwig Sommerlath"))
        stack.wait_until_held(1)
        stack.stop_child("control plane")
        assert ask(stack.edge, QUESTION).body == MATCH
        wait_for(lambda: ask(stack.edge, QUESTION).body == NOT_POSSIBLE)
        wait_for(lambda: _age_ms(stack) >= AGE_MS_MAX)
        assert ask(stack.edge, identification(iban(1))).body == {"partyIdMatch": "NOAP"}
        assert ask(stack.edge, b"{}").status == 400
        stack.start_control_plane()
        wait_for(lambda: ask(stack.edge, QUESTION).body == MATCH)
        assert any("older than warn_after_ms" in line for line in stack.child("edge").last)
