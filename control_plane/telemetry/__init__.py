"""Traces and metrics, without personal data."""
