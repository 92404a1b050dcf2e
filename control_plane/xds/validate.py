"""Ask Envoy itself whether it would accept a configuration; this runs the Wasm module's start, too."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from control_plane.errors import StartError
from control_plane.xds.modules import envoy_program

VALIDATE_SECONDS_MAX = 30


class RefusedError(Exception):
    """Envoy does not accept the configuration; the text is its reason."""


def validate(bootstrap: dict[str, Any], environment: dict[str, str] | None = None) -> None:
    """Run `envoy --mode validate`. Blocks for about half a second.

    Raises:
        RefusedError: Envoy does not accept it.
        StartError: Envoy is missing, or was ended before it could answer.
        OSError: it can't be started now.

    """
    with tempfile.TemporaryDirectory(prefix="vop-validate-") as directory:
        path = Path(directory) / "bootstrap.json"
        path.write_text(json.dumps(bootstrap))
        command = [str(envoy_program()), "--mode", "validate", "--reject-unknown-dynamic-fields"]
        command += ["--log-level", "warn", "--config-path", str(path)]
        try:
            run = subprocess.run(
                command,
                env=environment or {},
                capture_output=True,
                text=True,
                timeout=VALIDATE_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise StartError("Envoy did not finish in time") from None
    if run.returncode < 0:
        raise StartError(f"Envoy was ended by signal {-run.returncode}")
    if run.returncode != 0:
        raise RefusedError(run.stderr.strip().splitlines()[-1] if run.stderr.strip() else "no reason given")


def probe(filter_config: dict[str, Any]) -> dict[str, Any]:
    """Build the smallest bootstrap that loads one HTTP filter, to validate the filter alone."""
    extensions = "type.googleapis.com/envoy.extensions.filters"
    router = {"name": "router", "typed_config": {"@type": f"{extensions}.http.router.v3.Router"}}
    manager = {
        "@type": f"{extensions}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "probe",
        "route_config": {"name": "none"},
        "http_filters": [{"name": "probed", "typed_config": filter_config}, router],
    }
    listener = {
        "name": "probe",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    return {"static_resources": {"listeners": [listener]}}
