"""The edge agent: starts one Envoy with its replicator and filter, and watches both."""
