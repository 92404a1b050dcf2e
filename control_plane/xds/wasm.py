"""How Envoy is told to run our two Wasm modules.

Both share `vm_id` "vop", because shared data belongs to a `vm_id`: the replicator writes the directory there,
and the filter reads it. A module may call only the host functions listed for it, and Envoy calls only these
callbacks.
"""

from __future__ import annotations

from typing import Any

VM_ID = "vop"
RELOAD_BACK_OFF = "0.05s"

CALLBACKS = (
    "proxy_on_configure",
    "proxy_on_context_create",
    "proxy_on_delete",
    "proxy_on_done",
    "proxy_on_http_call_response",
    "proxy_on_request_body",
    "proxy_on_request_headers",
    "proxy_on_request_trailers",
    "proxy_on_tick",
    "proxy_on_vm_start",
)
BOTH_CALLS = (
    "clock_time_get",
    "proxy_define_metric",
    "proxy_get_buffer_bytes",
    "proxy_get_header_map_pairs",
    "proxy_get_shared_data",
    "proxy_increment_metric",
    "proxy_log",
    "proxy_record_metric",
    "proxy_set_shared_data",
    "proxy_set_tick_period_milliseconds",
    "random_get",
)
FILTER_CALLS = (
    *BOTH_CALLS,
    "proxy_call_foreign_function",
    "proxy_remove_header_map_value",
    "proxy_replace_header_map_value",
    "proxy_send_local_response",
    "proxy_set_property",
)
REPLICATOR_CALLS = (*BOTH_CALLS, "environ_get", "environ_sizes_get", "proxy_http_call")


def plugin(
    name: str,
    code: dict[str, Any],
    configuration: str,
    calls: tuple[str, ...],
    environment: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Build a `PluginConfig`.

    `code` is a `DataSource`, `calls` names the host functions that the module may call, and `environment` the
    host's variables that it may read. FAIL_RELOAD, so that a trap costs one request and a back-off instead of
    a worker: every other policy answers 503, or skips verification, for ever.
    """
    vm_config: dict[str, Any] = {
        "vm_id": VM_ID,
        "runtime": "envoy.wasm.runtime.v8",
        "code": {"local": code},
        "capability_restriction_config": {
            "allowed_capabilities": {capability: {} for capability in CALLBACKS + calls}
        },
    }
    if environment:
        vm_config["environment_variables"] = {"host_env_keys": list(environment)}
    return {
        "name": name,
        "root_id": name,
        "failure_policy": "FAIL_RELOAD",
        "reload_config": {"backoff": {"base_interval": RELOAD_BACK_OFF}},
        "allow_on_headers_stop_iteration": True,
        "vm_config": vm_config,
        "configuration": {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": configuration},
    }
