"""Writing many rows that are stored already, or may be."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of the rows, all of one model: one short statement, run once for each row.

    `bulk_update` writes them in one statement with a CASE for each value, which takes Django ten
    times as long to compose as either database takes to carry it out.
    """
    if not rows:
        return
    meta, quote = rows[0]._meta, connection.ops.quote_name
    columns: list[models.Field[Any, Any]] = [
        field for field in meta.concrete_fields if field.name in fields
    ]
    changes = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    key = quote(str(meta.pk.column))
    statement = f"UPDATE {quote(meta.db_table)} SET {changes} WHERE {key} = %s"  # noqa: S608 - names of our own
    values = [[*_values(row, columns), row.pk] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _values(row: models.Model, columns: "Sequence[models.Field[Any, Any]]") -> list[Any]:
    return [column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns]


def add_to_rows(
    model: type[models.Model], key: Sequence[str], counted: str, by: Mapping[tuple[Any, ...], int]
) -> None:
    """Add to the number in the column `counted` of the rows with these keys, and make the rows that
    are missing. `key` names the columns of one unique constraint; `by` is what is added to each."""
    rows = [(*values, number) for values, number in sorted(by.items()) if number]
    if not rows:
        return
    quote = connection.ops.quote_name
    table, column = quote(model._meta.db_table), quote(counted)
    fields = [_column(model, name) for name in (*key, counted)]
    names = [quote(str(field.column)) for field in fields]
    marks = ", ".join(["%s"] * len(names))
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) "  # noqa: S608 - names of our own
        f"ON CONFLICT ({', '.join(names[:-1])}) "
        f"DO UPDATE SET {column} = {table}.{column} + excluded.{column}"
    )
    values = [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _column(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return next(each for each in model._meta.concrete_fields if name in {each.name, each.attname})
