"""What of the fallback's replies may pass: the scheme's, by status, content type and framing.

Anything else (a 401 for an edge that was dismissed, a problem body, the ASGI server's own error) is no
decision of the matcher and no error of the scheme. It is replaced by a 503 of Envoy's own, which
`local_reply_config` turns into NOAP, as it does when the fallback is down.
"""

from __future__ import annotations

from typing import Any

FILTER = "envoy.filters.http.custom_response"

STATUSES = (200, 400, 500)
CONTENT_TYPE = "application/json"

_TYPES = "type.googleapis.com/envoy"
_CUSTOM_RESPONSE = f"{_TYPES}.extensions.filters.http.custom_response.v3.CustomResponse"
_LOCAL_RESPONSE = f"{_TYPES}.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy"


def _property(kind: str, match: dict[str, Any], **of: str) -> dict[str, Any]:
    """Compare one property of the response; one that is missing never matches."""
    source = {"name": kind, "typed_config": {"@type": f"{_TYPES}.type.matcher.v3.{kind}", **of}}
    return {"single_predicate": {"input": source, "value_match": match}}


def http_filter() -> dict[str, Any]:
    """Build the filter, idle but on a route that configures it; so it stands behind the one that answers."""
    return {"name": FILTER, "typed_config": {"@type": _CUSTOM_RESPONSE}}


def _header(name: str, match: dict[str, Any]) -> dict[str, Any]:
    return _property("HttpResponseHeaderMatchInput", match, header_name=name)


def route_config() -> dict[str, Any]:
    """Build the `typed_per_filter_config` of the route to the fallback.

    A body without a length could break off unseen, so a reply of the scheme has one.
    """
    codes = [_property("HttpResponseStatusCodeMatchInput", {"exact": str(code)}) for code in STATUSES]
    ours = [
        {"or_matcher": {"predicate": codes}},
        _header("content-type", {"exact": CONTENT_TYPE}),
        _header("content-length", {"safe_regex": {"google_re2": {}, "regex": "[0-9]+"}}),
    ]
    foreign = {"not_matcher": {"and_matcher": {"predicate": ours}}}
    unavailable = {"name": "unavailable", "typed_config": {"@type": _LOCAL_RESPONSE, "status_code": 503}}
    matcher = {"matcher_list": {"matchers": [{"predicate": foreign, "on_match": {"action": unavailable}}]}}
    return {FILTER: {"@type": _CUSTOM_RESPONSE, "custom_response_matcher": matcher}}
