"""Proofs: edge."""
