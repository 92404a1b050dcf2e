"""The filter as an edge gets it over ECDS: code, configuration and version in one resource."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec

from control_plane.xds.listener import FILTER
from control_plane.xds.modules import module
from control_plane.xds.wasm import FILTER_CALLS, plugin
from matcher import DEFAULT_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from control_plane.settings import Settings
    from matcher import Policy

_CONFIG_TYPE = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig"
_WASM_TYPE = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"


class Release(msgspec.Struct, frozen=True):
    """One version of the filter for one edge."""

    version: str
    """SHA-256 in hex of everything below, the version itself aside."""
    filter: dict[str, Any]
    """Envoy's `Wasm` message."""

    def response(self) -> bytes:
        """Encode the xDS `DiscoveryResponse` in JSON."""
        resource = {"@type": _CONFIG_TYPE, "name": FILTER, "typed_config": self.filter}
        body = {"version_info": self.version, "type_url": _CONFIG_TYPE, "resources": [resource]}
        return msgspec.json.encode(body)


def release(
    code: bytes, *, edge_id: str, policy: Policy, warn_after_ms: int, answer_until_ms: int
) -> Release:
    """Build the filter's resource (formats section 6); equal input gives the equal version."""
    configuration: dict[str, Any] = {
        "edge_id": edge_id,
        "policy": policy.encode().hex(),
        "warn_after_ms": warn_after_ms,
        "answer_until_ms": answer_until_ms,
    }
    inline = {"inline_bytes": base64.b64encode(code).decode()}
    unversioned = json.dumps(plugin(FILTER, inline, json.dumps(configuration), FILTER_CALLS), sort_keys=True)
    version = hashlib.sha256(unversioned.encode()).hexdigest()
    config = plugin(FILTER, inline, json.dumps({"version": version, **configuration}), FILTER_CALLS)
    return Release(version=version, filter={"@type": _WASM_TYPE, "config": config})


def release_builder(settings: Settings) -> Callable[[str], Release]:
    """Return the function that builds the release for an edge id: the built filter with the default policy.

    Raises:
        StartError: the filter has not been built.

    """
    code = module("filter").read_bytes()

    def build(edge_id: str) -> Release:
        return release(
            code,
            edge_id=edge_id,
            policy=DEFAULT_POLICY,
            warn_after_ms=settings.warn_after_ms,
            answer_until_ms=settings.answer_until_ms,
        )

    return build
