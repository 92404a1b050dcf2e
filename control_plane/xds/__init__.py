"""Envoy's configuration: the bootstrap of an edge, and the filter served to it by REST long poll (ECDS)."""
