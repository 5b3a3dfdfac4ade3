"""Writes many rows of one table in one statement, and names many, faster than the ORM.

Each column travels as one array literal, or as a single value where all rows agree; `unnest` makes
the rows. That is a few percent of the work of an object and a placeholder for every value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Q
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from django.db.models.sql.compiler import _AsSqlType

# Types whose array elements PostgreSQL can read without quoting.
_BARE = {"bigint", "integer", "smallint"}


def reserve_ids(wanted: Mapping[type[models.Model], int]) -> list[list[int]]:
    """So many fresh ids of each table, in one statement."""
    if not any(wanted.values()):
        return [[] for _ in wanted]
    column = "ARRAY(SELECT nextval('{}_id_seq') FROM generate_series(1, {}))"
    columns = [column.format(model._meta.db_table, count) for model, count in wanted.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}")
        return list(cursor.fetchone())


def insert(
    model: type[models.Model],
    count: int,
    columns: Mapping[str, Sequence[Any] | Any],
    *,
    skip_known: bool = False,
) -> None:
    """Insert `count` rows.

    Args:
        columns: by column name; a list holds a value per row, anything else is every row's value.
            A column left out gets its default.
        skip_known: pass over rows whose unique columns exist already.
    """
    if not count:
        return
    kinds, left_out = _columns(model)
    names, picked, arrays, params = [], [], [], []
    fixed: list[str | None] = []
    for name, given in {**left_out, **columns}.items():
        kind = kinds[name]
        values = given if isinstance(given, list) else [given]
        names.append(f'"{name}"')
        if len(values) == 1 or values.count(values[0]) == count:
            picked.append(f"%s::{kind}")
            fixed.append(_text(values[0]))
        else:
            element = kind if kind in _BARE else "text"
            picked.append(f'd."{name}"' if kind == element else f'd."{name}"::{kind}')
            arrays.append((f'"{name}"', f"%s::{element}[]"))
            params.append(_array(values, bare=kind in _BARE))
    rows = f"generate_series(1, {count})"
    if arrays:
        literals = ", ".join(literal for _, literal in arrays)
        rows = f"unnest({literals}) AS d({', '.join(name for name, _ in arrays)})"
    known = " ON CONFLICT DO NOTHING" if skip_known else ""
    into = f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)})'
    with connection.cursor() as cursor:
        # Names are the model's own; values travel as parameters.
        statement = f"{into} SELECT {', '.join(picked)} FROM {rows}{known}"  # noqa: S608
        cursor.execute(statement, [*fixed, *params])


def literal(values: Sequence[int | None]) -> str:
    """Numbers as PostgreSQL writes an array; quicker than a list as a parameter."""
    return _array(values, bare=True)


class _OneOf(Lookup):
    """`column = ANY('{1,2,...}')`: PostgreSQL plans it like IN, which costs a parameter each."""

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> _AsSqlType:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", (*params, self.rhs)


def one_of(column: str, numbers: Iterable[int]) -> Q:
    """A filter: the column is one of the numbers. For hundreds of them; quicker than `__in`."""
    return Q(_OneOf(F(column), literal(list(numbers))))


def defaults(model: type[models.Model]) -> Mapping[str, Any]:
    """What columns that are left out get, by column name."""
    return _columns(model)[1]


@cache
def _columns(model: type[models.Model]) -> tuple[dict[str, str], dict[str, Any]]:
    """Column types, and the defaults that Django, not the database, gives."""
    kinds: dict[str, str] = {}
    left_out: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.generated or field.column is None:
            continue
        kind = str(field.db_type(connection))
        # A cast to varchar(n) would cut silently; text is refused when it is too long.
        kinds[field.column] = "text" if kind.startswith("varchar") else kind
        if field.db_default is models.NOT_PROVIDED and not field.primary_key:
            default = field.get_default()
            left_out[field.column] = tuple(default) if isinstance(default, list) else default
    return kinds, left_out


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return _array(value, bare=True)
    return value if value is None else str(value)


def _array(values: Sequence[Any], *, bare: bool) -> str:
    if bare:
        return "{" + ",".join(["NULL" if one is None else str(one) for one in values]) + "}"
    return "{" + ",".join([_quoted(_text(one)) for one in values]) + "}"


def _quoted(text: str | None) -> str:
    if text is None:
        return "NULL"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
