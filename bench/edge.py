"""The edge against an empty filter, the fallback and Envoy itself: `python -m bench --only edge`.

All run on one core, with one Envoy worker each; the load comes from another core if there is one.
They are measured in turn, round after round, so that what else the machine does touches them alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import httpx
from rich.progress import track

from bench import load, report, traffic, yardstick
from bench.pace import Latencies, Paced
from bench.processes import envoy_of
from control_plane.edge_agent.admin import Admin
from control_plane.edge_agent.agent import new_boot
from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.stack.child import Child
from control_plane.stack.stack import EDGE_ID, TENANTS, Stack, StackSettings, free_address
from control_plane.xds.clusters import AUTHORIZATION_VARIABLE
from control_plane.xds.settings import Address, EdgeSettings
from edge_filter.build import BUILT, build, build_variant

if TYPE_CHECKING:
    from rich.console import Console

SERVING_CPU, LOADING_CPU = 0, 1
WARM_SECONDS = 1
START_SECONDS_MAX = 120.0
ACCOUNT_BYTES = 250
"""Room in the directory for one account; what the edge refuses beyond it would be missed at once."""
RECORD_LINES = 512
"""Lines of the access log that tell how long a sealed decision is."""
HALF, HIGH = 0.5, 0.7
"""Shares of the edge's highest rate at which latencies are measured."""
SECOND_EDGE = "edge-2"


class WrongAnswerError(Exception):
    """Something that was to be measured gives wrong answers, so that its speed says nothing."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to measure: where it listens, the process that works, what it is sent and must answer."""

    address: Address
    pid: int
    exchanges: list[traffic.Exchange]

    def check(self, client: httpx.Client) -> None:
        """Send each kind of request once.

        Raises:
            WrongAnswerError: one is not answered as it must be.

        """
        for exchange in self.exchanges[:: len(self.exchanges) // traffic.PLACES or 1] + self.exchanges[:16]:
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


def _unpin(pid: int) -> None:
    """Let each worker have a core of its own again."""
    if hasattr(os, "sched_setaffinity"):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), range(os.cpu_count() or 1))


def _fill(stack: Stack, accounts: int, directory: Path) -> None:
    """Import the accounts and wait until the edge holds them.

    Raises:
        WrongAnswerError: they are not taken.

    """
    file = directory / "accounts.ndjson"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(account) + "\n" for account in traffic.accounts(accounts))
    arguments = ["accounts", "import", str(file), "--control-plane", f"http://{stack.control_plane}"]
    done = subprocess.run(
        [sys.executable, "-m", "control_plane.cli", *arguments],
        env={"PATH": os.environ.get("PATH", os.defpath), "VOP_ADMIN_TOKEN": stack.admin_token},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise WrongAnswerError(f"the accounts are not taken: {done.stderr.strip()}")
    stack.wait_until_held(accounts)


def _room(accounts: int) -> tuple[str, str]:
    return "--directory-bytes", str(max(2**20, accounts * ACCOUNT_BYTES))


def _two_workers(stack: Stack, accounts: int, directory: Path) -> tuple[Child, Address]:
    """Start an edge like the stack's with two workers, and wait until it holds the directory and listens."""
    address = free_address()
    with stack.admin_api() as api:
        secret = api.register_edge(SECOND_EDGE, list(TENANTS))
    arguments = ["edge", "--edge-id", SECOND_EDGE, "--listen", str(address), "--concurrency", "2"]
    arguments += ["--control-plane", str(stack.control_plane), "--runtime", str(directory), *_room(accounts)]
    environment = {"PATH": os.environ.get("PATH", os.defpath), SECRET_VARIABLE: secret}
    command = [sys.executable, "-m", "control_plane.cli", *arguments]
    child = Child(SECOND_EDGE, command, environment, lambda _name, _line: None)
    child.wait_until(Admin(directory / "admin.sock").ready, "getting ready", START_SECONDS_MAX)
    _unpin(envoy_of(child))
    return child, address


def _record_length(access_log: Path) -> int:
    """Tell how long the sealed decisions in the edge's access log are on average, as base64 has it."""
    lines = access_log.read_text(encoding="utf-8").splitlines()[-RECORD_LINES:]
    return round(mean(len(json.loads(line)["decision"] or "") for line in lines) / 4) * 4


def _subjects(
    stack: Stack, accounts: int, around: ExitStack, client: httpx.Client, directory: Path
) -> dict[str, Subject]:
    """Bring up all subjects, each answering rightly."""
    exchanges = traffic.exchanges(accounts)
    _fill(stack, accounts, directory)
    edge = Subject(stack.edge, envoy_of(stack.child("edge")), exchanges)
    edge.check(client)
    settings = EdgeSettings(
        edge_id="yardstick",
        boot=new_boot(),
        listen=free_address(),
        control_plane=stack.control_plane,
        runtime=directory,
        access_log=directory / "access.json",
        replicator=BUILT / "replicator.wasm",
    )
    direct = free_address()
    module = build_variant("empty", directory)
    child = yardstick.start(settings, direct, module, _record_length(stack.access_log))
    around.callback(child.stop)
    second, two = _two_workers(stack, accounts, directory / SECOND_EDGE)
    around.callback(second.stop)
    authorization = envoy_environment({SECRET_VARIABLE: stack.edge_secret}, EDGE_ID)[AUTHORIZATION_VARIABLE]
    asked = [_with(exchange, "Authorization", authorization) for exchange in exchanges]
    get = traffic.Exchange(load.Call("GET", "/", (), b""), yardstick.EMPTY_ANSWER)
    empty = [replace(exchange, answer=yardstick.EMPTY_ANSWER) for exchange in exchanges]
    subjects = {
        report.EMPTY: Subject(settings.listen, envoy_of(child), empty),
        report.EDGE: edge,
        report.TWO: Subject(two, envoy_of(second), exchanges),
        report.FALLBACK: Subject(stack.control_plane, stack.child("control plane").pid, asked),
        report.DIRECT: Subject(direct, envoy_of(child), [get]),
    }
    for subject in subjects.values():
        subject.check(client)
    return subjects


def _with(exchange: traffic.Exchange, name: str, value: str) -> traffic.Exchange:
    call = exchange.call
    return replace(exchange, call=replace(call, headers=(*call.headers, (name, value))))


@dataclass(frozen=True, slots=True)
class Session:
    """All subjects, up and answering, and how they are loaded."""

    subjects: dict[str, Subject]
    client: httpx.Client
    directory: Path
    seconds: int
    cpu: int | None

    def saturate(self, rounds: int) -> report.Rounds:
        """Measure all in turn, every other round backwards, after a short run of each that doesn't count."""
        wrk = load.find_wrk()
        programs = {}
        for number, (name, subject) in enumerate(self.subjects.items()):
            programs[name] = self.directory / f"{number}.lua"
            programs[name].write_text(load.script([exchange.call for exchange in subject.exchanges]))

        def once(name: str, seconds: int) -> load.Measurement:
            subject = self.subjects[name]
            # Two workers need the core that the load has elsewhere.
            cpu = None if name == report.TWO else self.cpu
            measured = load.run(wrk, str(subject.address), subject.pid, programs[name], seconds, cpu)
            # Comes after what is still waiting there, so the next subject has the core.
            subject.check(self.client)
            return measured

        for name in self.subjects:
            once(name, WARM_SECONDS)
        orders = [list(self.subjects), list(reversed(self.subjects))]
        turns = track(range(rounds), "measuring", disable=not sys.stderr.isatty(), transient=True)
        return [{name: once(name, self.seconds) for name in orders[number % 2]} for number in turns]

    def latencies(self, rounds: int, highest: float) -> report.Paces:
        """Measure edge and empty filter in turn at half the edge's highest rate, and the edge at 70 %."""
        return [
            report.Pace(
                self._pace(report.EMPTY, HALF * highest),
                self._pace(report.EDGE, HALF * highest),
                self._pace(report.EDGE, HIGH * highest),
            )
            for _ in range(rounds)
        ]

    def _pace(self, name: str, rate: float) -> Latencies:
        """Ask one subject for a close match at a steady rate."""
        asked = self.subjects[report.EDGE].exchanges
        body = next(exchange.call.body for exchange in asked if b"matchedName" in exchange.answer)
        return Paced(self.subjects[name].address, body, self.seconds, round(rate), self.cpu).finish()


def measure(console: Console, accounts: int, rounds: int, seconds: int) -> dict[str, float]:
    """Measure, print the table and give the figures.

    Raises:
        LoadError, PaceError, MeasureError, WrongAnswerError: something failed or answered wrongly.
        StartError, BuildError, httpx.HTTPError: a part doesn't come up.

    """
    load.find_wrk()
    build()
    cpu = _spread()
    with (
        tempfile.TemporaryDirectory(prefix="vop-bench-") as name,
        Stack(StackSettings(edge_options=_room(accounts))) as stack,
        httpx.Client(trust_env=False, timeout=30) as client,
        ExitStack() as around,
    ):
        directory = Path(name)
        subjects = _subjects(stack, accounts, around, client, directory)
        session = Session(subjects, client, directory, seconds, cpu)
        measured = session.saturate(rounds)
        paces = session.latencies(rounds, report.rate(measured, report.EDGE))
    console.print(report.table(measured))
    return report.figures(measured, paces)
