"""The bootstrap of an edge: everything of Envoy's configuration that does not change while it runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from control_plane.xds import clusters
from control_plane.xds.listener import listener
from control_plane.xds.wasm import REPLICATOR_CALLS, plugin

if TYPE_CHECKING:
    from control_plane.xds.settings import EdgeSettings

REPLICATOR = "vop_replicator"
REPLICATOR_ENVIRONMENT = ("VOP_EDGE_SECRET",)
ADMIN_SOCKET_MODE = 0o600
DOWNSTREAM_CONNECTIONS_MAX = 10_000
RUNTIME = {"re2.max_program_size.error_level": 300}
"""The pattern of a request id that may be echoed is larger than Envoy's default of 100."""


def _replicator(settings: EdgeSettings) -> dict[str, Any]:
    """Run the replicator once, on the main thread, before the listener opens."""
    configuration = {
        "edge_id": settings.edge_id,
        "boot": settings.boot,
        "buckets_log2": settings.buckets_log2,
        "directory_bytes": settings.directory_bytes,
        "cluster": clusters.CONTROL_PLANE,
    }
    code = {"filename": str(settings.replicator)}
    config = plugin(REPLICATOR, code, json.dumps(configuration), REPLICATOR_CALLS, REPLICATOR_ENVIRONMENT)
    return {
        "name": "envoy.bootstrap.wasm",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.wasm.v3.WasmService",
            "singleton": True,
            "config": config,
        },
    }


def _overload_manager(settings: EdgeSettings) -> dict[str, Any]:
    """Shed load before memory or connections run out."""
    monitors = "type.googleapis.com/envoy.extensions.resource_monitors"
    heap = "envoy.resource_monitors.fixed_heap"
    connections = "envoy.resource_monitors.global_downstream_max_connections"

    def at(value: float) -> dict[str, Any]:
        return {"name": heap, "threshold": {"value": value}}

    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            {
                "name": heap,
                "typed_config": {
                    "@type": f"{monitors}.fixed_heap.v3.FixedHeapConfig",
                    "max_heap_size_bytes": settings.heap_bytes_max,
                },
            },
            {
                "name": connections,
                "typed_config": {
                    "@type": f"{monitors}.downstream_connections.v3.DownstreamConnectionsConfig",
                    "max_active_downstream_connections": DOWNSTREAM_CONNECTIONS_MAX,
                },
            },
        ],
        "actions": [
            {"name": "envoy.overload_actions.shrink_heap", "triggers": [at(0.9)]},
            {"name": "envoy.overload_actions.disable_http_keepalive", "triggers": [at(0.92)]},
            {"name": "envoy.overload_actions.stop_accepting_requests", "triggers": [at(0.95)]},
        ],
        "loadshed_points": [
            {"name": "envoy.load_shed_points.tcp_listener_accept", "triggers": [at(0.95)]},
            {"name": "envoy.load_shed_points.http_connection_manager_decode_headers", "triggers": [at(0.97)]},
        ],
    }


def _watchdogs() -> dict[str, Any]:
    """End the process when a thread hangs for 10 s: an endless loop in Wasm can't be stopped otherwise."""
    watchdog = {
        "miss_timeout": "0.2s",
        "megamiss_timeout": "1s",
        "kill_timeout": "10s",
        "max_kill_timeout_jitter": "2s",
    }
    return {"main_thread_watchdog": watchdog, "worker_watchdog": watchdog}


def bootstrap(settings: EdgeSettings) -> dict[str, Any]:
    """Build Envoy's bootstrap as a JSON object. It holds no secret."""
    upstreams = [clusters.control_plane(settings.control_plane), clusters.fallback(settings.control_plane)]
    if settings.collector:
        upstreams.append(clusters.collector(settings.collector))
    pipe = {"path": str(settings.admin_socket), "mode": ADMIN_SOCKET_MODE}
    return {
        "node": {"id": settings.edge_id, "cluster": "vop-edge", "metadata": {"boot": settings.boot}},
        "admin": {"address": {"pipe": pipe}},
        "bootstrap_extensions": [_replicator(settings)],
        "static_resources": {
            "listeners": [listener(settings)],
            "clusters": upstreams,
            "secrets": [clusters.authorization_secret()],
        },
        "overload_manager": _overload_manager(settings),
        "watchdogs": _watchdogs(),
        "layered_runtime": {"layers": [{"name": "static", "static_layer": RUNTIME}]},
    }
