"""Proofs: unit/edge_filter."""
