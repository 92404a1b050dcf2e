"""Labelled pairs made out of real names, one kind of variation at a time: `python -m bench.variations`."""
