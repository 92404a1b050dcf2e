"""Start, hold and end all parts."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from control_plane.edge_agent.admin import Admin
from control_plane.edge_agent.agent import require_free
from control_plane.edge_agent.credentials import SECRET_VARIABLE
from control_plane.stack import vault
from control_plane.stack.admin_api import AdminApi
from control_plane.stack.child import Child
from control_plane.xds.settings import Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

TENANTS = ("VOPBDEFFXXX", "VOPBNL2AXXX")
EDGE_ID = "edge-1"
RECORDS_GAUGE = "wasmcustom.vop_replicator_records"
START_SECONDS_MAX = 60.0
"""How long a part may take to come up."""


class StackSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What may differ between stacks. A port of 0 is chosen by the system."""

    database_url: str | None = None
    """None: SQLite in the runtime directory, gone with it."""
    edge_port: int = 0
    control_plane_port: int = 0
    concurrency: int = 1
    tenants: tuple[str, ...] = TENANTS
    edge_tenants: tuple[str, ...] | None = None
    """The tenants that the edge holds; None: all."""
    control_plane_environment: dict[str, str] = {}
    edge_options: tuple[str, ...] = ()


class Stack:
    """The service on loopback. As a context manager it starts on entry and leaves nothing behind."""

    def __init__(
        self,
        settings: StackSettings | None = None,
        hear: Callable[[str, str], None] = lambda _name, _line: None,
    ) -> None:
        """`hear` gets the name of a part and a line that it prints."""
        self.settings = settings or StackSettings()
        self._hear = hear
        self._children: list[Child] = []
        self.runtime = Path()
        self.admin_token = secrets.token_hex(32)
        self.root_token = secrets.token_hex(32)
        self.edge_secret = ""
        self.vault = self.control_plane = self.edge = Address("127.0.0.1", 0)
        self._role = vault.Role("", "")

    def __enter__(self) -> Stack:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def access_log(self) -> Path:
        """The edge's access log."""
        return self.runtime / "edge" / "access.json"

    @property
    def envoy(self) -> Admin:
        """Envoy's admin interface."""
        return Admin(self.runtime / "edge" / "admin.sock")

    @property
    def children(self) -> tuple[Child, ...]:
        """The running parts, in the order of their start."""
        return tuple(self._children)

    def child(self, name: str) -> Child:
        """Return the part of that name: openbao, control plane or edge."""
        return next(child for child in self._children if child.name == name)

    def admin_api(self) -> AdminApi:
        """Make a client of the admin API."""
        return AdminApi(str(self.control_plane), self.admin_token)

    def start(self) -> None:
        """Start all parts, each once the one before it is ready.

        Raises:
            StartError: a part does not come up, or an address is taken.

        """
        self.vault = free_address(0)
        self.control_plane = free_address(self.settings.control_plane_port)
        self.edge = free_address(self.settings.edge_port)
        self.runtime = Path(tempfile.mkdtemp(prefix="vop-"))
        self._keep("admin-token", self.admin_token)
        self._keep("vault-root-token", self.root_token)
        self._children.append(vault.start(self.vault, self.root_token, self._hear))
        self._role = vault.grant(self.vault, self.root_token)
        self.start_control_plane()
        with self.admin_api() as api:
            for bic in self.settings.tenants:
                api.create_tenant(bic)
            edge_tenants = self.settings.edge_tenants
            held = self.settings.tenants if edge_tenants is None else edge_tenants
            self.edge_secret = api.register_edge(EDGE_ID, list(held))
        self.start_edge()

    def start_control_plane(self) -> None:
        """Start the control plane and wait until it is ready."""
        environment = {
            **_environment(),
            "VOP_VAULT_ADDR": f"http://{self.vault}",
            "VOP_VAULT_ROLE_ID": self._role.role_id,
            "VOP_VAULT_SECRET_ID": self._role.secret_id,
            "VOP_ADMIN_TOKEN": self.admin_token,
            "VOP_DATABASE_URL": self.settings.database_url or f"sqlite:///{self.runtime}/vop.db",
            "VOP_LISTEN_HOST": self.control_plane.host,
            "VOP_LISTEN_PORT": str(self.control_plane.port),
            **self.settings.control_plane_environment,
        }
        child = self._run("control plane", ["serve"], environment)
        with self.admin_api() as api:
            child.wait_until(api.ready, "getting ready", START_SECONDS_MAX)

    def start_edge(self, *, wait: bool = True) -> None:
        """Start the edge, and wait until its directory is complete and its listener open."""
        arguments = ["edge", "--edge-id", EDGE_ID, "--runtime", str(self.runtime / "edge")]
        arguments += ["--listen", str(self.edge), "--control-plane", str(self.control_plane)]
        arguments += ["--concurrency", str(self.settings.concurrency), *self.settings.edge_options]
        child = self._run("edge", arguments, {**_environment(), SECRET_VARIABLE: self.edge_secret})
        if wait:
            child.wait_until(self.envoy.ready, "getting ready", START_SECONDS_MAX)

    def wait_until_held(self, records: int) -> None:
        """Wait until the edge's directory holds that many accounts."""
        gauge = f"{RECORDS_GAUGE}: {records}"

        def holds() -> bool:
            return gauge in (self.envoy.get(f"/stats?filter=^{RECORDS_GAUGE}$") or "").splitlines()

        self.child("edge").wait_until(holds, "taking the accounts", START_SECONDS_MAX)

    def stop_child(self, name: str) -> None:
        """End one part."""
        child = self.child(name)
        child.stop()
        self._children.remove(child)

    def fallen(self) -> Child | None:
        """Return the first part that ended by itself, if any did."""
        return next((child for child in self._children if child.status is not None), None)

    def stop(self) -> None:
        """End all parts, last started first, and remove the runtime directory."""
        while self._children:
            self._children.pop().stop()
        if self.runtime != Path():
            shutil.rmtree(self.runtime, ignore_errors=True)
            self.runtime = Path()

    def _run(self, name: str, arguments: list[str], environment: dict[str, str]) -> Child:
        command = [sys.executable, "-m", "control_plane.cli", *arguments]
        child = Child(name, command, environment, self._hear)
        self._children.append(child)
        return child

    def _keep(self, name: str, secret: str) -> None:
        """Write a credential for the operator, readable by nobody else."""
        path = self.runtime / name
        path.touch(mode=0o600)
        path.write_text(secret)


def free_address(port: int = 0) -> Address:
    """Return a free loopback address, with the given port or one that the system chooses.

    Raises:
        StartError: the given port is taken.

    """
    if port:
        address = Address("127.0.0.1", port)
        require_free(address)
        return address
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """Return what a child needs of our environment: nothing that could change how it works."""
    return {"PATH": os.environ.get("PATH", os.defpath)}
