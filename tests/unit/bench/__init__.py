"""Proofs: unit/bench."""
