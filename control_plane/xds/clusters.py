"""Upstream clusters: the control plane as source of truth, the same as fallback, and a trace collector."""

from __future__ import annotations

from typing import Any

from control_plane.xds.settings import Address  # noqa: TC001

CONTROL_PLANE = "control_plane"
FALLBACK = "fallback"
COLLECTOR = "otel"

AUTHORIZATION_SECRET = "edge_authorization"  # noqa: S105  (the secret's name, not the secret)
AUTHORIZATION_VARIABLE = "VOP_EDGE_AUTHORIZATION"
"""What Envoy's environment calls the value of the edge's `Authorization`."""

FALLBACK_CONNECTIONS_MAX = 100
FALLBACK_PENDING_MAX = 64
FALLBACK_REQUESTS_MAX = 256
FALLBACK_RETRIES_MAX = 8


def _cluster(name: str, address: Address) -> dict[str, Any]:
    socket_address = {"address": address.host, "port_value": address.port}
    endpoint = {"endpoint": {"address": {"socket_address": socket_address}}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "0.5s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def _authorized() -> dict[str, Any]:
    """Make every request of a cluster carry the edge's `Authorization`, whatever header it came with."""
    options = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    injector = "type.googleapis.com/envoy.extensions.filters.http.credential_injector.v3.CredentialInjector"
    generic = "type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic"
    codec = "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec"
    credential = {
        "name": "envoy.http.injected_credentials.generic",
        "typed_config": {
            "@type": generic,
            "credential": {"name": AUTHORIZATION_SECRET},
            "header": "authorization",
        },
    }
    return {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": options,
            "explicit_http_config": {"http_protocol_options": {}},
            "http_filters": [
                {
                    "name": "envoy.filters.http.credential_injector",
                    "typed_config": {"@type": injector, "overwrite": True, "credential": credential},
                },
                {"name": "envoy.filters.http.upstream_codec", "typed_config": {"@type": codec}},
            ],
        }
    }


def authorization_secret() -> dict[str, Any]:
    """Build the static secret behind the credential injector; its value comes from the environment."""
    secret = {"environment_variable": AUTHORIZATION_VARIABLE}
    return {"name": AUTHORIZATION_SECRET, "generic_secret": {"secret": secret}}


def control_plane(address: Address) -> dict[str, Any]:
    """Build the cluster of the feed, the keys, the heartbeat and the filter's configuration."""
    return {**_cluster(CONTROL_PLANE, address), "typed_extension_protocol_options": _authorized()}


def fallback(address: Address) -> dict[str, Any]:
    """Build the cluster of the fallback, with its own circuit breakers: its load must not starve the feed."""
    thresholds = {
        "max_connections": FALLBACK_CONNECTIONS_MAX,
        "max_pending_requests": FALLBACK_PENDING_MAX,
        "max_requests": FALLBACK_REQUESTS_MAX,
        "max_retries": FALLBACK_RETRIES_MAX,
        "track_remaining": True,
    }
    return {
        **_cluster(FALLBACK, address),
        "typed_extension_protocol_options": _authorized(),
        "circuit_breakers": {"thresholds": [thresholds]},
    }


def collector(address: Address) -> dict[str, Any]:
    """Build the cluster that takes spans by OTLP over HTTP."""
    return _cluster(COLLECTOR, address)
