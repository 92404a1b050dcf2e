"""Many rows in one statement: an object for each would cost more than all the rest of an import.

SQLite's driver runs a statement over many rows by itself; PostgreSQL's sends them one by one, so there the
rows go as one array a column.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession

Row = tuple[Any, ...]


async def insert_rows(
    session: AsyncSession, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Insert rows whose values are in the order of ``columns``.

    Raises:
        IntegrityError: one of them is there already.

    """
    if _is_postgresql(session):
        values = f"SELECT * FROM {_unnested(table, columns)}"  # noqa: S608  (names of our own tables)
    else:
        values = f"VALUES ({_listed('?' for _ in columns)})"
    await _execute(session, f"INSERT INTO {table.name} ({_listed(columns)}) {values}", table, columns, rows)


async def update_rows(
    session: AsyncSession, table: Table, columns: Sequence[str], keys: Sequence[str], rows: Sequence[Row]
) -> None:
    """Give ``columns`` of the rows with these keys their values; a row's values are those, then its keys."""
    if _is_postgresql(session):
        changes = _listed(f"{name} = new.{name}" for name in columns)
        source = f"FROM {_unnested(table, [*columns, *keys])} AS new ({_listed([*columns, *keys])})"
        found = " AND ".join(f"{table.name}.{name} = new.{name}" for name in keys)
    else:
        changes, source = _listed(f"{name} = ?" for name in columns), ""
        found = " AND ".join(f"{name} = ?" for name in keys)
    statement = f"UPDATE {table.name} SET {changes} {source} WHERE {found}"  # noqa: S608  (the same)
    await _execute(session, statement, table, [*columns, *keys], rows)


async def _execute(
    session: AsyncSession, statement: str, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    if not rows:
        return
    connection = await session.connection()
    values = [
        _bound(table, name, connection.dialect, of)
        for name, of in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    if _is_postgresql(session):
        await connection.exec_driver_sql(statement, tuple(values))
    else:
        await connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


def _bound(table: Table, name: str, dialect: Dialect, values: Iterable[Any]) -> list[Any]:
    """Return a column's values in the driver's form."""
    process: Callable[[Any], Any] | None = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return [process(value) for value in values] if process else list(values)


def _unnested(table: Table, columns: Sequence[str]) -> str:
    types = (table.c[name].type.compile(postgresql.dialect()) for name in columns)  # type: ignore[no-untyped-call]
    return f"unnest({', '.join(f'${number}::{kind}[]' for number, kind in enumerate(types, start=1))})"


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"
