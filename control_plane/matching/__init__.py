"""Matching by hand and by the file: both engines, pairs of names from CSV, and how good the matcher is."""
