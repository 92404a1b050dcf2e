"""`vop keys rotate` takes exactly one key to rotate."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from control_plane.cli import main


@pytest.mark.parametrize(
    "options", [[], ["--now"], ["--bic", "VOPBDEFF", "--now"], ["--bic", "VOPBDEFF", "--index"]]
)
def test_options_that_name_no_key_or_two_are_refused_with_the_rule(options: list[str]) -> None:
    run = CliRunner().invoke(main, ["keys", "rotate", *options])
    assert run.exit_code == 2
    assert "give either --bic or --index; --now goes with --index only" in run.output
