"""One UPDATE for many locked rows, each with its own values."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one model; one statement, whatever the number.

    The rows must be locked by this transaction: what is written is what was read plus our change.
    For columns of plain types (text, numbers, times, keys); not for arrays and JSON.
    """
    assert connection.in_atomic_block, "Rows are locked and written in one transaction."
    if not rows:
        return
    meta = rows[0]._meta
    assert meta.pk is not None, "Rows without a key cannot be named."
    columns = [meta.pk]
    for name in fields:
        column = meta.get_field(name)
        assert isinstance(column, models.Field), "Relations from elsewhere are no columns."
        columns.append(column)
    values = [
        [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
        for column in columns
    ]
    names = [connection.ops.quote_name(str(column.column)) for column in columns]
    types = [column.rel_db_type(connection) for column in columns[:1]]
    types += [str(column.db_type(connection)) for column in columns[1:]]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    sets = ", ".join(f"{name} = v.{name}" for name in names[1:])
    with connection.cursor() as cursor:
        # Names come from the models, values travel as parameters.
        cursor.execute(
            f"UPDATE {connection.ops.quote_name(meta.db_table)} AS t SET {sets}"  # noqa: S608
            f" FROM unnest({arrays}) AS v({', '.join(names)}) WHERE t.{names[0]} = v.{names[0]}",
            values,
        )
        assert cursor.rowcount == len(rows), "A locked row cannot vanish."
