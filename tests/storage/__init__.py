"""Proofs: storage."""
