"""`vop demo`: a short show of the whole service, which checks its own answers."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from control_plane.stack.demo import (
    QUESTIONS,
    Asker,
    prove_deletion,
    prove_replacement,
    sample_accounts,
)
from control_plane.stack.foreground import foreground
from control_plane.stack.stack import StackSettings

if TYPE_CHECKING:
    from control_plane.stack.demo import Answer, Question
    from control_plane.stack.stack import Stack

_WORDS = {"MTCH": "match", "CMTC": "close match", "NMTC": "no match", "NOAP": "not possible"}
_WIDTH_MIN = 118


def _in_words(body: dict[str, Any]) -> str:
    result = body.get("partyNameMatch") or body.get("partyIdMatch")
    if result is None:
        return f"{body.get('code')}: {body.get('detail')}"
    name = f": {body['matchedName']}" if "matchedName" in body else ""
    return f"{result} {_WORDS[result]}{name}"


def _typed(question: Question) -> str:
    identification = question.party.get("identification")
    if identification:
        return f"LEI {identification['organisationId']['lei']}"
    return repr(question.party["name"]) if "name" in question.party else "(nothing)"


def _table(rows: list[tuple[Question, Answer]]) -> Table:
    table = Table(title="Verification requests through Envoy", title_justify="left")
    for column in ("what it shows", "typed", "came back", "by"):
        table.add_column(column, overflow="fold")
    table.add_column("ms", justify="right")
    table.add_column("", justify="center")
    for question, answer in rows:
        mark = "[green]✓[/]" if answer.fits(question) else "[bold red]✗[/]"
        by = answer.by if answer.by == "edge" else f"[yellow]{answer.by}[/]"
        cells = (question.shows, _typed(question), _in_words(answer.body))
        table.add_row(*cells, by, f"{answer.milliseconds:.1f}", mark)
    return table


def _show(console: Console, stack: Stack) -> bool:
    """Ask everything, print it, and say whether all was as expected."""
    asker = Asker(stack)
    try:
        rows = [(question, asker.ask(question)) for question in QUESTIONS]
        console.print(_table(rows))
        good = all(answer.fits(question) for question, answer in rows)
        console.print(
            "\nNo fixed table: two accounts change through the admin API, and the edge is asked again."
        )
        for proof in (prove_replacement(stack, asker), prove_deletion(stack, asker)):
            good = good and proof.holds
            mark = "[green]✓[/]" if proof.holds else "[bold red]✗[/]"
            console.print(f"  {mark} {proof.change}")
            console.print(f"      before: {_in_words(proof.before)}")
            console.print(
                f"      after:  {_in_words(proof.after)} — {proof.milliseconds:.0f} ms after the change"
            )
    finally:
        asker.close()
    return good


@click.command()
@click.option("--verbose", is_flag=True, help="Show what the parts print.")
def demo(verbose: bool) -> None:
    """Start everything, verify payees through Envoy, show a live change, stop.

    Ends with status 0 if every answer was the expected one, from the expected side, and with 1 otherwise.
    """
    console = Console()
    if console.width < _WIDTH_MIN:
        console = Console(width=_WIDTH_MIN)
    begin = time.monotonic()

    def hear(name: str, line: str) -> None:
        if verbose:
            console.print(f"{name}: {line}", style="dim", markup=False, highlight=False)

    console.print("Starting OpenBao, the control plane and one edge (Envoy) on loopback …")
    try:
        with foreground(StackSettings(), hear) as stack:
            console.print(f"  up after {time.monotonic() - begin:.1f} s: verify at http://{stack.edge}")
            with stack.admin_api() as api:
                count = api.import_accounts(sample_accounts())["created"]
            stack.wait_until_held(count)
            console.print(f"  {count} accounts imported, sealed and held by the edge\n")
            good = _show(console, stack)
    except KeyboardInterrupt:
        sys.exit(130)
    verdict = (
        "every answer was the expected one" if good else "[bold red]not every answer was the expected one[/]"
    )
    console.print(f"\n{verdict}; {time.monotonic() - begin:.1f} s in all")
    sys.exit(0 if good else 1)
