"""Headers between the filter and Envoy's routes (formats section 9), in lower case as Envoy has them."""

from __future__ import annotations

REQUEST_ID = "x-request-id"

ROUTE = "x-vop-route"
ROUTE_FALLBACK = "fallback"
KIND = "x-vop-kind"
ANSWERED = "x-vop-answered"

STRIPPED_PREFIXES = ("x-vop-", "x-envoy-")
