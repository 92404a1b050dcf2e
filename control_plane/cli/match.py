"""`vop match`: decide over one pair of names, or a file of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from control_plane.cli.progress import bar
from control_plane.errors import StartError
from control_plane.matching.engines import ENGINES, engine, explainer
from control_plane.matching.pairs import decide_file
from control_plane.matching.policy_file import read_policy
from control_plane.matching.rows import KINDS, account_for
from matcher import DEFAULT_POLICY
from matcher.explanation_text import write

if TYPE_CHECKING:
    from control_plane.matching.engines import Decide, EngineName
    from matcher import Decision, Policy


@click.command()
@click.argument("typed", required=False)
@click.argument("registered", required=False)
@click.option("--kind", type=click.Choice(tuple(KINDS)), help="What the registered holder is.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns kind, typed, registered.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="CSV to write.")
@click.option("--engine", "name", type=click.Choice(ENGINES), default="python", show_default=True)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='TOML with knobs by name, as in initial_typed = "NMTC".',
)
@click.option("--explain", is_flag=True, help="Print words, what fits what, rules and the knob that decided.")
def match(
    typed: str | None,
    registered: str | None,
    kind: str | None,
    file: Path | None,
    output: Path | None,
    name: EngineName,
    policy_file: Path | None,
    explain: bool,
) -> None:
    """Decide whether TYPED, the payer's input, may stand for REGISTERED, the bank's record.

    Knobs that the --policy doesn't name keep their defaults (docs/matching.md). With --explain, the answer
    comes with the words of both names and what each is, what fits what, the rules that fired, and the knob
    that decided.

    With --file, every row of the file is decided into --output: the same columns plus outcome, score and
    reasons. A malformed row is reported with its line and left out; then the command ends with status 1.
    """
    policy = read_policy(policy_file) if policy_file else DEFAULT_POLICY
    if file and output and not (typed or registered or kind or explain):
        sys.exit(_decide_rows(file, output, engine(name), policy))
    if typed is not None and registered is not None and kind and not (file or output):
        try:
            account = account_for(kind, typed, registered)
            click.echo(
                write(explainer(name)(typed, account, policy))
                if explain
                else _summary(engine(name)(typed, account, policy))
            )
        except ValueError as error:
            raise StartError(str(error)) from None
        return
    raise click.UsageError("give TYPED, REGISTERED and --kind, or --file and --output")


def _summary(decision: Decision) -> str:
    lines = [
        f"outcome  {decision.outcome.name}",
        f"score    {decision.score}",
        f"reasons  {' '.join(reason.name for reason in decision.reasons)}",
    ]
    if decision.matched_name is not None:
        lines.append(f"matched  {decision.matched_name}")
    return "\n".join(lines)


def _decide_rows(source: Path, target: Path, decide: Decide, policy: Policy) -> int:
    """Decide a file, report its faults, and return the exit status."""
    if target.exists() and target.samefile(source):
        raise StartError("--output must be another file than --file")
    done = faults = 0
    console = Console(stderr=True)
    try:
        with bar(console, "deciding", source.stat().st_size) as advance:
            for row, fault in decide_file(source, target, decide, policy):
                if fault is None:
                    done += 1
                else:
                    faults += 1
                    console.print(f"line {row.line}: {fault}", markup=False, highlight=False, soft_wrap=True)
                advance(row.size)
    except OSError as error:
        raise StartError(f"{target}: {error.strerror}") from None
    click.echo(f"{done} decided, {faults} malformed")
    return 1 if faults else 0
