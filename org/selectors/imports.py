"""Imports: where each stands, and what is wrong with its rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from org.models import Import, Person


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultOfImport:
    """One fault of one row; `column` is a field name or empty for the whole row."""

    row: int
    column: str
    code: str
    asked: str
    there: str
    late: bool


def imports_of(*, person: Person, kind: str, limit: int = 20) -> list[Import]:
    """The newest imports of a person of one kind."""
    return list(Import.objects.filter(person=person, kind=kind).order_by("-id")[:limit])


def import_of(import_id: int, *, person: Person) -> Import | None:
    """One import of one's own."""
    return Import.objects.filter(pk=import_id, person=person).select_related("person").first()


def booked_before(found: Import) -> int | None:
    """Another import of the same content that was booked."""
    same = Import.objects.filter(kind=found.kind, digest=found.digest, booked__gt=0)
    return same.exclude(pk=found.pk).order_by("id").values_list("id", flat=True).first()


def import_faults(import_id: int, *, after: int = 0, limit: int = 100) -> list[FaultOfImport]:
    """Faults in row order, of rows behind `after`; at most `limit` faults."""
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS, {"import": import_id, "after": after, "limit": limit})
        names = ("row", "column", "code", "asked", "there", "late")
        return [FaultOfImport(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def fault_counts(import_id: int) -> list[tuple[str, str, int]]:
    """Column, code and number of faults, most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"import": import_id})
        return [(column, code, count) for column, code, count in cursor.fetchall()]


_FAULTS = """
SELECT (fault ->> 'row')::int, fault ->> 'column', fault ->> 'code', fault ->> 'asked',
       fault ->> 'there', late
FROM org_importrows AS block
CROSS JOIN LATERAL (
    SELECT fault, false AS late FROM jsonb_array_elements(block.faults) AS fault
    UNION ALL
    SELECT fault, true FROM jsonb_array_elements(block.refused) AS fault
) AS told
WHERE block.of_id = %(import)s AND (fault ->> 'row')::int > %(after)s
ORDER BY 1, late, 2
LIMIT %(limit)s
"""
_COUNTS = """
SELECT fault ->> 'column', fault ->> 'code', count(*)
FROM org_importrows AS block, jsonb_array_elements(block.faults || block.refused) AS fault
WHERE block.of_id = %(import)s
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
