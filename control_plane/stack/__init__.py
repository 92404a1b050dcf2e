"""The whole service on one machine: OpenBao, control plane and edge, started in order and ended together."""
