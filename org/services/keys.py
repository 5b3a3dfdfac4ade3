"""Bring encrypted values under the newest key."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from django.db.models.functions import Cast

from org.secrets import EncryptedTextField, resealed


@dataclass(frozen=True)
class Rotated:
    """A batch: the id after which the next one starts, rows looked at, rows re-encrypted."""

    last_id: int
    seen: int
    changed: int


def fields_with_secrets() -> list[tuple[type[models.Model], str]]:
    """Every encrypted column of every app, as (model, field name)."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField) and model._meta.managed
    ]


def rotate_batch(
    *, model: type[models.Model], field: str, after: int = 0, limit: int = 500
) -> Rotated:
    """Re-encrypt up to `limit` rows above the id `after`. Joins the caller's transaction.

    Raises:
        NoKeyFits: a row was written with a key that is no longer there; nothing is changed.
    """
    where = f"{model._meta.label}.{field}"
    rows = list(
        model._default_manager.select_for_update(no_key=True)
        .filter(pk__gt=after, **{f"{field}__isnull": False})
        .annotate(sealed_text=Cast(field, models.TextField()))
        .order_by("pk")
        .values_list("pk", "sealed_text")[:limit]
    )
    fresh = {row_id: resealed(token, where=f"{where} of row {row_id}") for row_id, token in rows}
    changed = {row_id: token for row_id, token in fresh.items() if token is not None}
    if changed:
        quote = connection.ops.quote_name
        columns = {each.name: str(each.column) for each in model._meta.local_concrete_fields}
        column, key = columns[field], columns[model._meta.pk.name]
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quote(model._meta.db_table)} AS old SET {quote(column)} = new.token"  # noqa: S608
                " FROM unnest(%s::bigint[], %s::text[]) AS new(id, token)"
                f" WHERE old.{quote(key)} = new.id",
                [list(changed), list(changed.values())],
            )
    return Rotated(rows[-1][0] if rows else after, len(rows), len(changed))
