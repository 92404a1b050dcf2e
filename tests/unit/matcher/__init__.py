"""Proofs: unit/matcher."""
