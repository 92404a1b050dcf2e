"""Measure the edge against an empty filter, the fallback and Envoy itself, and print one table.

All four run on one core, with one Envoy worker each; the load comes from another core if there is one.
They are measured in turn, round after round, so that what else the machine does touches them alike.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import click
import httpx
from rich.console import Console
from rich.progress import track

from bench import load, report, traffic, yardstick
from control_plane.edge_agent.agent import new_boot
from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.errors import StartError
from control_plane.stack.stack import EDGE_ID, Stack
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from control_plane.xds.settings import Address, EdgeSettings
from edge_filter.build import BUILT, BuildError, build, build_variant

RESULTS = Path(__file__).with_name("results.json")
SERVING_CPU, LOADING_CPU = 0, 1
WARM_SECONDS = 1


class WrongAnswerError(Exception):
    """Something that was to be measured gives wrong answers, so that its speed says nothing."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to measure: where it listens, and what it is sent and must answer."""

    address: Address
    exchanges: list[traffic.Exchange]

    def check(self, client: httpx.Client) -> None:
        """Send each request once.

        Raises:
            WrongAnswerError: one is not answered as it must be.

        """
        for exchange in self.exchanges:
            call = exchange.call
            url = f"http://{self.address}{call.path}"
            reply = client.request(call.method, url, headers=list(call.headers), content=call.body)
            if not reply.is_success or reply.content != exchange.answer:
                want = exchange.answer.decode()
                raise WrongAnswerError(f"{self.address} answers {reply.status_code} {reply.text} for {want}")


def _spread() -> int | None:
    """Keep this process and all that it starts on one core, and name the other one for the load."""
    if not hasattr(os, "sched_setaffinity") or not {SERVING_CPU, LOADING_CPU} <= os.sched_getaffinity(0):
        return None
    os.sched_setaffinity(0, {SERVING_CPU})
    return LOADING_CPU


def _free_address() -> Address:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", probe.getsockname()[1])


def _fill(stack: Stack, client: httpx.Client) -> None:
    """Import the accounts and wait until the edge holds them."""
    reply = client.post(
        f"http://{stack.control_plane}/admin/v1/imports",
        headers={"authorization": f"Bearer {stack.admin_token}", "content-type": "application/x-ndjson"},
        content="\n".join(map(json.dumps, traffic.accounts())).encode(),
    )
    reply.raise_for_status()
    stack.wait_until_held(traffic.ACCOUNTS)


def _record_length(access_log: Path) -> int:
    """Tell how long the sealed decisions in the edge's access log are on average, as base64 has it."""
    lengths = [
        len(json.loads(line)["decision"] or "")
        for line in access_log.read_text(encoding="utf-8").splitlines()
    ]
    return round(mean(lengths) / 4) * 4


def _subjects(stack: Stack, around: ExitStack, client: httpx.Client, directory: Path) -> dict[str, Subject]:
    """Bring up all four subjects, each answering rightly."""
    exchanges = traffic.exchanges()
    _fill(stack, client)
    edge = Subject(stack.edge, exchanges)
    edge.check(client)
    settings = EdgeSettings(
        edge_id="yardstick",
        boot=new_boot(),
        listen=_free_address(),
        control_plane=stack.control_plane,
        runtime=directory,
        access_log=directory / "access.json",
        replicator=BUILT / "replicator.wasm",
    )
    direct = _free_address()
    module = build_variant("empty", directory)
    child = yardstick.start(settings, direct, module, _record_length(stack.access_log))
    around.callback(child.stop)
    authorization = envoy_environment({SECRET_VARIABLE: stack.edge_secret}, EDGE_ID)[AUTHORIZATION_VARIABLE]
    get = load.Call("GET", "/", (), b"")
    empty = [replace(exchange, answer=yardstick.EMPTY_ANSWER) for exchange in exchanges]
    subjects = {
        report.EMPTY: Subject(settings.listen, empty),
        report.EDGE: edge,
        report.FALLBACK: Subject(
            stack.control_plane, [_with(exchange, "Authorization", authorization) for exchange in exchanges]
        ),
        report.DIRECT: Subject(direct, [traffic.Exchange(get, yardstick.EMPTY_ANSWER)]),
    }
    for subject in subjects.values():
        subject.check(client)
    return subjects


def _with(exchange: traffic.Exchange, name: str, value: str) -> traffic.Exchange:
    call = exchange.call
    return replace(exchange, call=replace(call, headers=(*call.headers, (name, value))))


def _measure(
    subjects: dict[str, Subject],
    client: httpx.Client,
    directory: Path,
    rounds: int,
    seconds: int,
    cpu: int | None,
) -> report.Rounds:
    """Measure all in turn, every other round backwards, after one short run of each that doesn't count."""
    wrk = load.find_wrk()
    programs = {}
    for number, (name, subject) in enumerate(subjects.items()):
        programs[name] = directory / f"{number}.lua"
        programs[name].write_text(load.script([exchange.call for exchange in subject.exchanges]))

    def once(name: str, seconds: int) -> load.Measurement:
        measured = load.run(wrk, str(subjects[name].address), programs[name], seconds, cpu)
        subjects[name].check(
            client
        )  # comes after what is still waiting there, so the next subject has the core
        return measured

    for name in subjects:
        once(name, WARM_SECONDS)
    orders = [list(subjects), list(reversed(subjects))]
    return [
        {name: once(name, seconds) for name in orders[number % 2]}
        for number in track(range(rounds), "measuring", disable=not sys.stderr.isatty(), transient=True)
    ]


@click.command(help=__doc__)
@click.option("--rounds", type=click.IntRange(1, 50), default=6, show_default=True)
@click.option(
    "--seconds", type=click.IntRange(1, 30), default=3, show_default=True, help="Of each measurement."
)
def main(rounds: int, seconds: int) -> None:
    """Measure, print the table and keep the figures in `bench/results.json`."""
    console = Console()
    try:
        load.find_wrk()
        build()
        cpu = _spread()
        with (
            tempfile.TemporaryDirectory(prefix="vop-bench-") as name,
            Stack() as stack,
            httpx.Client(trust_env=False, timeout=30) as client,
            ExitStack() as around,
        ):
            directory = Path(name)
            subjects = _subjects(stack, around, client, directory)
            measured = _measure(subjects, client, directory, rounds, seconds, cpu)
    except (load.LoadError, StartError, BuildError, WrongAnswerError, httpx.HTTPError) as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(1)
    figures = report.figures(measured)
    RESULTS.write_text(json.dumps({**figures, "subjects": report.detail(measured)}, indent=2) + "\n")
    console.print(report.table(measured))
    for figure, value in figures.items():
        console.print(f"{figure} {value}")


if __name__ == "__main__":
    main()
