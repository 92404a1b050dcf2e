"""Edges: who they are, the keys they get, and what they report."""
