"""Many rows in one statement: an object for each would cost more than all the rest of an import.

SQLite's driver runs a statement over many rows by itself; PostgreSQL's sends them one by one, so there the
rows go as one array a column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import LargeBinary, Table, text
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


async def hold_rows(
    session: AsyncSession,
    table: Table,
    columns: Sequence[str],
    of: Mapping[str, Any],
    keys: tuple[str, Sequence[Any]],
) -> Sequence[Row]:
    """Lock the rows of ``of`` whose key is one of those given, in the order of the keys, and return them.

    ``columns`` are what stands after SELECT; values come as the driver gives them.
    """
    name, values = keys
    bound = [*of.values(), list(values)] if _is_postgresql(session) else [*of.values(), *values]
    if _is_postgresql(session):
        kind = table.c[name].type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
        conditions = [f"{other} = ${number}" for number, other in enumerate(of, start=1)]
        conditions.append(f"{name} = ANY(${len(of) + 1}::{kind}[])")
    else:
        conditions = [*(f"{other} = ?" for other in of), f"{name} IN ({_listed('?' for _ in values)})"]
    statement = (
        f"SELECT {_listed(columns)} FROM {table.name}"  # noqa: S608  (the same)
        f" WHERE {' AND '.join(conditions)} ORDER BY {name}{' FOR UPDATE' if _is_postgresql(session) else ''}"
    )
    connection = await session.connection()
    return [tuple(row) for row in await connection.exec_driver_sql(statement, tuple(bound))]


async def count_anew(session: AsyncSession, tables: Sequence[Table]) -> None:
    """Let PostgreSQL count the values of tables that have grown, or it plans as if they were still small.

    It does so by itself once a minute, which is long for an import: looking for each record, it may walk
    through all of them.
    """
    if _is_postgresql(session):
        await session.execute(text(f"ANALYZE {_listed(table.name for table in tables)}"))


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
    """Return a column's values in the driver's form; both drivers take bytes as they are."""
    kind = table.c[name].type
    if isinstance(kind, LargeBinary):
        return list(values)
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return [process(value) for value in values] if process else list(values)


def _unnested(table: Table, columns: Sequence[str]) -> str:
    types = (table.c[name].type.compile(postgresql.dialect()) for name in columns)  # type: ignore[no-untyped-call]
    return f"unnest({', '.join(f'${number}::{kind}[]' for number, kind in enumerate(types, start=1))})"


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"
