"""What the edge is measured against: its listener with an empty filter, and a bare `direct_response`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from control_plane.edge_agent.admin import Admin
from control_plane.stack.child import Child
from control_plane.xds import clusters
from control_plane.xds.bootstrap import bootstrap
from control_plane.xds.modules import envoy_program
from control_plane.xds.wasm import FILTER_CALLS, plugin

if TYPE_CHECKING:
    from pathlib import Path

    from control_plane.xds.settings import Address, EdgeSettings

EMPTY_ANSWER = b'{"partyNameMatch":"MTCH"}'
"""What the empty filter answers to everything."""
START_SECONDS_MAX = 20.0
FLUSH_MS = 100

_EXTENSIONS = "type.googleapis.com/envoy.extensions.filters"


def _direct(address: Address) -> dict[str, Any]:
    """Build the barest listener that answers with a body of the same length."""
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": EMPTY_ANSWER.decode()}},
    }
    router = {
        "name": "router",
        "typed_config": {"@type": f"{_EXTENSIONS}.http.router.v3.Router"},
    }
    manager = {
        "@type": f"{_EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "direct",
        "route_config": {"virtual_hosts": [{"name": "direct", "domains": ["*"], "routes": [route]}]},
        "http_filters": [router],
    }
    return {
        "name": "direct",
        "address": {"socket_address": {"address": address.host, "port_value": address.port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def configuration(
    settings: EdgeSettings, direct: Address, module: Path, record_length: int
) -> dict[str, Any]:
    """Take the edge's own bootstrap, put the empty filter in the place of ours, and add the bare listener."""
    whole = bootstrap(settings)
    edge = whole["static_resources"]["listeners"][0]
    manager = edge["filter_chains"][0]["filters"][0]["typed_config"]
    manager["http_filters"][0] = {
        "name": "empty",
        "typed_config": {
            "@type": f"{_EXTENSIONS}.http.wasm.v3.Wasm",
            "config": plugin("empty", {"filename": str(module)}, str(record_length), FILTER_CALLS),
        },
    }
    whole["static_resources"]["listeners"].append(_direct(direct))
    del whole["bootstrap_extensions"]
    return whole


def start(settings: EdgeSettings, direct: Address, module: Path, record_length: int) -> Child:
    """Start an Envoy with one worker and wait until it listens.

    Raises:
        StartError: it does not come up.

    """
    path = settings.runtime / "bootstrap.json"
    path.write_text(json.dumps(configuration(settings, direct, module, record_length)))
    command = [str(envoy_program()), "--config-path", str(path), "--concurrency", "1"]
    command += ["--disable-hot-restart", "--log-level", "error", "--file-flush-interval-msec", str(FLUSH_MS)]
    child = Child("yardstick", command, {clusters.AUTHORIZATION_VARIABLE: "none"}, lambda _name, _line: None)
    child.wait_until(Admin(settings.admin_socket).ready, "getting ready", START_SECONDS_MAX)
    return child
