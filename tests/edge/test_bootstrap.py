"""The bootstrap is one that Envoy accepts, holds no secret, and allows each module just what it needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import wasmtime

from control_plane.edge_agent.credentials import SECRET_VARIABLE, envoy_environment
from control_plane.xds import listener, publisher, wasm
from control_plane.xds.bootstrap import bootstrap
from control_plane.xds.listener import FILTER
from control_plane.xds.modules import module
from control_plane.xds.settings import (
    DIRECTORY_BYTES_DEFAULT,
    DIRECTORY_BYTES_MAX,
    DIRECTORY_BYTES_MIN,
    Address,
    EdgeSettings,
)
from control_plane.xds.validate import RefusedError, validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "5e" * 32


def _settings(
    runtime: Path, collector: Address | None = None, directory_bytes: int = DIRECTORY_BYTES_DEFAULT
) -> EdgeSettings:
    return EdgeSettings(
        edge_id="edge-1",
        boot="0b" * 16,
        listen=Address("127.0.0.1", 18_443),
        control_plane=Address("127.0.0.1", 18_080),
        runtime=runtime,
        access_log=runtime / "access.json",
        replicator=module("replicator"),
        collector=collector,
        directory_bytes=directory_bytes,
    )


@pytest.mark.parametrize("collector", [None, Address("127.0.0.1", 4318)])
def test_envoy_accepts_the_bootstrap(tmp_path: Path, collector: Address | None) -> None:
    environment = envoy_environment({SECRET_VARIABLE: SECRET}, "edge-1")
    validate(bootstrap(_settings(tmp_path, collector)), environment)


@pytest.mark.parametrize(
    ("directory_bytes", "buckets_log2"),
    [
        (DIRECTORY_BYTES_MIN, 5),
        (DIRECTORY_BYTES_DEFAULT, 15),
        (DIRECTORY_BYTES_DEFAULT + 1, 15),
        (DIRECTORY_BYTES_DEFAULT + 2_048, 16),
        (DIRECTORY_BYTES_MAX, 24),
    ],
)
def test_the_ceiling_of_the_directory_fixes_its_buckets_and_envoys_heap(
    tmp_path: Path, directory_bytes: int, buckets_log2: int
) -> None:
    config = bootstrap(_settings(tmp_path, directory_bytes=directory_bytes))
    plugin = config["bootstrap_extensions"][0]["typed_config"]["config"]
    told = json.loads(plugin["configuration"]["value"])
    assert (told["directory_bytes"], told["buckets_log2"]) == (directory_bytes, buckets_log2)
    heap = config["overload_manager"]["resource_monitors"][0]["typed_config"]["max_heap_size_bytes"]
    assert heap > 2 * directory_bytes


@pytest.mark.parametrize("directory_bytes", [DIRECTORY_BYTES_MIN, DIRECTORY_BYTES_MAX])
def test_the_replicator_takes_both_ends_of_the_ceilings_range(tmp_path: Path, directory_bytes: int) -> None:
    environment = envoy_environment({SECRET_VARIABLE: SECRET}, "edge-1")
    validate(bootstrap(_settings(tmp_path, directory_bytes=directory_bytes)), environment)


def test_envoy_refuses_a_bootstrap_with_an_unknown_field(tmp_path: Path) -> None:
    config = bootstrap(_settings(tmp_path)) | {"no_such_field": 1}
    with pytest.raises(RefusedError, match="no_such_field"):
        validate(config, envoy_environment({SECRET_VARIABLE: SECRET}, "edge-1"))


def test_envoy_refuses_to_start_without_the_edges_secret(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        validate(bootstrap(_settings(tmp_path)))


def test_the_bootstrap_holds_no_secret(tmp_path: Path) -> None:
    text = json.dumps(bootstrap(_settings(tmp_path)))
    authorization = envoy_environment({SECRET_VARIABLE: SECRET}, "edge-1")["VOP_EDGE_AUTHORIZATION"]
    assert SECRET not in text
    assert authorization.partition(":")[2] not in text


@pytest.mark.parametrize(
    ("name", "plugin"), [("filter", wasm.FILTER_CALLS), ("replicator", wasm.REPLICATOR_CALLS)]
)
def test_each_module_may_call_exactly_what_it_imports(name: str, plugin: tuple[str, ...]) -> None:
    compiled = wasmtime.Module.from_file(wasmtime.Engine(), str(module(name)))
    assert sorted(entry.name or "" for entry in compiled.imports) == sorted(plugin)


@pytest.mark.parametrize("name", ["filter", "replicator"])
def test_each_callback_that_a_module_exports_is_allowed(name: str) -> None:
    compiled = wasmtime.Module.from_file(wasmtime.Engine(), str(module(name)))
    callbacks = {entry.name for entry in compiled.exports if entry.name.startswith("proxy_on_")}
    assert callbacks - {"proxy_on_memory_allocate"} <= set(wasm.CALLBACKS)


def _members(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)


def test_only_the_marked_route_leads_to_a_cluster(tmp_path: Path) -> None:
    routes = [member for member in _members(bootstrap(_settings(tmp_path))) if "match" in member]
    leading = [route for route in routes if "route" in route]
    assert [route["route"]["cluster"] for route in leading] == ["fallback"]
    marked = {"name": "x-vop-route", "string_match": {"exact": "fallback"}}
    assert leading[0]["match"] == {"path": listener.VERIFICATION_PATH, "headers": [marked]}


def test_the_filter_comes_by_discovery_without_a_time_limit_and_a_poll_outlasts_the_hold(
    tmp_path: Path,
) -> None:
    (source,) = [
        member["config_discovery"]["config_source"]
        for member in _members(bootstrap(_settings(tmp_path)))
        if member.get("name") == FILTER and "config_discovery" in member
    ]
    assert source["initial_fetch_timeout"] == "0s"
    assert float(source["api_config_source"]["request_timeout"].rstrip("s")) > publisher.HOLD_SECONDS
