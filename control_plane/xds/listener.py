"""The edge's listener: connection manager, filters, routes and access log.

Plain HTTP/1.1 and HTTP/2 with prior knowledge on loopback; TLS and client certificates join in a later issue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from control_plane.xds import clusters, fallback_replies, headers
from control_plane.xds.replies import local_reply_config

if TYPE_CHECKING:
    from control_plane.xds.settings import EdgeSettings

FILTER = "vop"
"""The name of the filter's ECDS resource."""
VERIFICATION_PATH = "/vop/v1/payee-verifications"

REQUEST_ID_BYTES = 36

BUFFER_BYTES_MAX = 65_536
HEADERS_MAX = 64
HEADERS_KIB_MAX = 16
STREAMS_MAX = 100
REQUEST_TIMEOUT = "5s"
HEADERS_TIMEOUT = "5s"
STREAM_IDLE_TIMEOUT = "15s"
CONNECTION_IDLE_TIMEOUT = "60s"
FALLBACK_TIMEOUT = "4s"
POLL_TIMEOUT = "30s"
"""Longer than the control plane holds a poll (`controller.HOLD_SECONDS`)."""
POLL_DELAY = "0.05s"

_HTTP = "type.googleapis.com/envoy.extensions"


def _typed(name: str, kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": name, "typed_config": {"@type": f"{_HTTP}.{kind}", **fields}}


def _filter() -> dict[str, Any]:
    """Name the Wasm filter, to be had by REST long poll; until it comes the listener stays closed."""
    source = {
        "resource_api_version": "V3",
        "initial_fetch_timeout": "0s",
        "api_config_source": {
            "api_type": "REST",
            "transport_api_version": "V3",
            "cluster_names": [clusters.CONTROL_PLANE],
            "refresh_delay": POLL_DELAY,
            "request_timeout": POLL_TIMEOUT,
        },
    }
    return {
        "name": FILTER,
        "config_discovery": {"config_source": source, "type_urls": [f"{_HTTP}.filters.http.wasm.v3.Wasm"]},
    }


def _routes() -> dict[str, Any]:
    """Lead to the fallback what the filter marked for it, and nothing else to any upstream."""
    marked = {"name": headers.ROUTE, "string_match": {"exact": headers.ROUTE_FALLBACK}}
    retry = {
        "retry_on": "connect-failure,refused-stream,reset-before-request",
        "num_retries": 1,
        "retry_back_off": {"base_interval": "0.025s", "max_interval": "0.1s"},
    }
    fallback = {
        "name": "fallback",
        "match": {"path": VERIFICATION_PATH, "headers": [marked]},
        "route": {"cluster": clusters.FALLBACK, "timeout": FALLBACK_TIMEOUT, "retry_policy": retry},
        "typed_per_filter_config": fallback_replies.route_config(),
    }
    closed = {"name": "closed", "match": {"prefix": "/"}, "direct_response": {"status": 503}}
    host = {"name": "vop", "domains": ["*"], "routes": [fallback, closed]}
    return {"name": "vop", "validate_clusters": True, "virtual_hosts": [host]}


def _usual() -> list[dict[str, Any]]:
    """Match what a request usually has, header by header: our path, and an id of the scheme's length."""
    identifier = {"safe_regex": {"regex": f"[0-9A-Fa-f-]{{{REQUEST_ID_BYTES}}}"}}
    return [
        {"name": ":path", "string_match": {"exact": VERIFICATION_PATH}},
        {"name": headers.REQUEST_ID, "string_match": identifier, "treat_missing_header_as_empty": True},
    ]


def _access_log(settings: EdgeSettings) -> list[dict[str, Any]]:
    """Write one JSON line a request (formats section 7).

    Other paths than ours, and ids of another length, are left out: they could name a person. The two
    expressions that see to it cost a tenth of a request's time: only what `_usual` doesn't match meets them.
    """
    plain = {"request_id": f"%REQ(X-REQUEST-ID):{REQUEST_ID_BYTES}%", "path": VERIFICATION_PATH}
    careful = {
        "request_id": f"%CEL(size(request.id) == {REQUEST_ID_BYTES} ? request.id : '')%",
        "path": f"%CEL(request.url_path == '{VERIFICATION_PATH}' ? request.url_path : 'other')%",
    }
    usual = [{"header_filter": {"header": header}} for header in _usual()]
    unusual = [{"header_filter": {"header": {**header, "invert_match": True}}} for header in _usual()]
    return [
        {**_log_file(settings, plain), "filter": {"and_filter": {"filters": usual}}},
        {**_log_file(settings, careful), "filter": {"or_filter": {"filters": unusual}}},
    ]


def _log_file(settings: EdgeSettings, identity: dict[str, str]) -> dict[str, Any]:
    """Write lines to the edge's file, with `identity` for the members that come from the requester."""
    line = {
        "ts": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        **identity,
        "method": "%REQ(:METHOD):16%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "flags": "%RESPONSE_FLAGS%",
        "bytes_sent": "%BYTES_SENT%",
        "duration_us": "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%",
        "upstream": "%UPSTREAM_CLUSTER%",
        "route": "%ROUTE_NAME%",
        "decision": "%FILTER_STATE(wasm.vop_decision:PLAIN)%",
    }
    return _typed(
        "file",
        "access_loggers.file.v3.FileAccessLog",
        path=str(settings.access_log),
        log_format={"json_format": line},
    )


def _tracing(settings: EdgeSettings) -> dict[str, Any]:
    """Send spans to the collector; nothing of the request's body or identity is in them."""
    uri = f"http://{settings.collector}/v1/traces"
    provider = {
        "name": "envoy.tracers.opentelemetry",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
            "service_name": "vop-edge",
            "http_service": {"http_uri": {"uri": uri, "cluster": clusters.COLLECTOR, "timeout": "1s"}},
        },
    }
    return {"tracing": {"provider": provider}}


def _connection_manager(settings: EdgeSettings) -> dict[str, Any]:
    strip = [{"remove_on_match": {"key_matcher": {"prefix": prefix}}} for prefix in headers.STRIPPED_PREFIXES]
    return _typed(
        "http",
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="edge",
        codec_type="AUTO",
        use_remote_address=True,
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        request_timeout=REQUEST_TIMEOUT,
        request_headers_timeout=HEADERS_TIMEOUT,
        stream_idle_timeout=STREAM_IDLE_TIMEOUT,
        max_request_headers_kb=HEADERS_KIB_MAX,
        # A 400 ends no HTTP/1.1 connection; broken framing and a body that was not read to its end still do.
        stream_error_on_invalid_http_message=True,
        common_http_protocol_options={
            "idle_timeout": CONNECTION_IDLE_TIMEOUT,
            "max_requests_per_connection": 10_000,
            "headers_with_underscores_action": "REJECT_REQUEST",
            "max_headers_count": HEADERS_MAX,
        },
        http2_protocol_options={
            "max_concurrent_streams": STREAMS_MAX,
            "initial_stream_window_size": BUFFER_BYTES_MAX,
            "initial_connection_window_size": 1_048_576,
        },
        server_header_transformation="PASS_THROUGH",
        generate_request_id=False,
        preserve_external_request_id=True,
        request_id_extension={
            "typed_config": {
                "@type": f"{_HTTP}.request_id.uuid.v3.UuidRequestIdConfig",
                "pack_trace_reason": False,
            }
        },
        early_header_mutation_extensions=[
            _typed(
                "strip",
                "http.early_header_mutation.header_mutation.v3.HeaderMutation",
                mutations=strip,
            )
        ],
        local_reply_config=local_reply_config(),
        access_log=_access_log(settings),
        http_filters=[
            _filter(),
            fallback_replies.http_filter(),
            _typed("envoy.filters.http.router", "filters.http.router.v3.Router", suppress_envoy_headers=True),
        ],
        route_config=_routes(),
        **(_tracing(settings) if settings.collector else {}),
    )


def listener(settings: EdgeSettings) -> dict[str, Any]:
    """Build the one listener of an edge."""
    address = {"address": settings.listen.host, "port_value": settings.listen.port}
    return {
        "name": "edge",
        "address": {"socket_address": address},
        "per_connection_buffer_limit_bytes": BUFFER_BYTES_MAX,
        "enable_reuse_port": False,
        "connection_balance_config": {"exact_balance": {}},
        "filter_chains": [{"filters": [_connection_manager(settings)]}],
    }
