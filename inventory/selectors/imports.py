"""Imports of stock: where each stands, and what is wrong with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from inventory.models import StockImport
from org import roles
from org.models import Person
from org.selectors import scope_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportView:
    """One import. `good` rows can be booked as they are, `adding` ones need a new place or lot."""

    id: int
    name: str
    kind: str
    kind_label: str
    person_id: int
    person_name: str
    rows: int
    checked: bool
    faulty: int
    adding: int
    take: str
    adds_places: bool
    booked: int
    check_job_id: int | None
    book_job_id: int | None
    created_at: datetime
    # Another import of the same content that was booked.
    same_as: int | None

    @property
    def number(self) -> str:
        """The document of its postings."""
        return f"IM-{self.id}"

    @property
    def good(self) -> int:
        """Rows without any fault."""
        return self.rows - self.faulty - self.adding

    @property
    def refused(self) -> int:
        """Rows that were to be booked and were not, once booking has ended."""
        return self.rows - self.faulty - (0 if self.adds_places else self.adding) - self.booked


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultView:
    """One fault of one row; `column` is a field name or empty for the whole row."""

    row: int
    column: str
    code: str
    asked: str
    there: str
    late: bool


def _visible(person: Person) -> QuerySet[StockImport]:
    """One's own; whoever corrects stock everywhere sees all."""
    rows = StockImport.objects.select_related("person")
    if person.may(roles.STOCK_IMPORT):
        if scope_of(person, permission=roles.STOCK_IMPORT).is_everything:
            return rows
        return rows.filter(person=person)
    return rows.none()


def imports(*, person: Person, limit: int = 20) -> list[ImportView]:
    """The newest imports that the person may see."""
    return [_view(row) for row in _visible(person).order_by("-id")[:limit]]


def stock_import(import_id: int, *, person: Person) -> ImportView | None:
    """One import, if the person may see it."""
    row = _visible(person).filter(pk=import_id).first()
    if row is None:
        return None
    same = StockImport.objects.filter(digest=row.digest, booked__gt=0).exclude(pk=row.pk)
    return _view(row, same_as=same.order_by("id").values_list("id", flat=True).first())


def import_faults(import_id: int, *, after: int = 0, limit: int = 100) -> list[FaultView]:
    """Faults in row order, of rows behind `after`; at most `limit` faults."""
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS, {"import": import_id, "after": after, "limit": limit})
        found = cursor.fetchall()
    return [
        FaultView(row=row, column=column, code=code, asked=asked, there=there, late=late)
        for row, column, code, asked, there, late in found
    ]


def fault_counts(import_id: int) -> list[tuple[str, str, int]]:
    """Column, code and number of faults, most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"import": import_id})
        return [(column, code, count) for column, code, count in cursor.fetchall()]


def _view(row: StockImport, same_as: int | None = None) -> ImportView:
    return ImportView(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        person_id=row.person_id,
        person_name=row.person.display_name,
        rows=row.rows,
        checked=row.checked_at is not None,
        faulty=row.faulty,
        adding=row.adding,
        take=row.take,
        adds_places=row.adds_places,
        booked=row.booked,
        check_job_id=row.check_job_id,
        book_job_id=row.book_job_id,
        created_at=row.created_at,
        same_as=same_as,
    )


_FAULTS = """
SELECT (fault ->> 'row')::int, fault ->> 'column', fault ->> 'code', fault ->> 'asked',
       fault ->> 'there', late
FROM inventory_importblock AS block
CROSS JOIN LATERAL (
    SELECT fault, false AS late FROM jsonb_array_elements(block.faults) AS fault
    UNION ALL
    SELECT fault, true FROM jsonb_array_elements(block.refused) AS fault
) AS told
WHERE block.stock_import_id = %(import)s AND (fault ->> 'row')::int > %(after)s
ORDER BY 1, late, 2
LIMIT %(limit)s
"""
_COUNTS = """
SELECT fault ->> 'column', fault ->> 'code', count(*)
FROM inventory_importblock AS block, jsonb_array_elements(block.faults || block.refused) AS fault
WHERE block.stock_import_id = %(import)s
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
