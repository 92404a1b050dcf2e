"""Decides a whole file of pairs: `kind,typed,registered` in, the same plus `outcome,score,reasons` out."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from control_plane.matching.rows import account_for, columns, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from control_plane.matching.engines import Decide
    from control_plane.matching.rows import Row
    from matcher import Policy

COLUMNS_IN = ("kind", "typed", "registered")
COLUMNS_OUT = ("outcome", "score", "reasons")


def decide_file(
    source: Path, target: Path, decide: Decide, policy: Policy
) -> Iterator[tuple[Row, str | None]]:
    """Decide every row of `source` into `target`; yields each row with its fault, or None, once it is done.

    Other columns are passed through. Rows with a fault are left out of the target.

    Raises:
        StartError: the header lacks a column.

    """
    header = columns(source, COLUMNS_IN)
    with target.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow((*header, *COLUMNS_OUT))
        for row in rows(source, header):
            fault = row.fault
            if fault is None:
                try:
                    writer.writerow((*row.fields.values(), *_decided(row, decide, policy)))
                except ValueError as error:
                    fault = str(error)
            yield row, fault


def _decided(row: Row, decide: Decide, policy: Policy) -> tuple[str, int, str]:
    """Decide one row; raises ValueError if its fields are no pair of names."""
    kind, typed, registered = (row.fields[column] for column in COLUMNS_IN)
    decision = decide(typed, account_for(kind, typed, registered), policy)
    return decision.outcome.name, decision.score, " ".join(reason.name for reason in decision.reasons)
