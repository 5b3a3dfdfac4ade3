"""Stock out of a file or a list of rows, by a program."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.queries import StockQuery
from inventory.importing.stock import STOCK
from org import roles
from org import selectors as org_selectors
from org.api.describing import Raw, described, schema_of
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, shown
from org.api.shapes import Wrong, or_null, text
from org.importing.booking import start_booking
from org.importing.files import ImportRefused
from org.importing.storing import import_file, import_rows
from org.importing.texts import about_file, about_row
from org.models import Import, Person
from org.selectors import imports as asked

MOST_ROWS = 10_000
FIELDS = tuple(STOCK.fields)


IMPORT = {
    "import": int, "document": str, "rows": int, "checked": bool, "good": int | None,
    "adding": int, "faulty": int, "booked": int, "same_as": int | None,
    "job": Raw(or_null(schema_of({"id": int, "state": str, "done": int, "total": int | None}))),
    "faults": [
        {
            "row": int, "field": str | None, "code": str, "message": str, "asked": str,
            "there": str,
        }
    ],
}  # fmt: skip


class Imports(Endpoint):
    """Send rows to be checked; nothing is booked yet."""

    permission = roles.STOCK_IMPORT
    parser_classes = (JSONParser, MultiPartParser)
    # The rows are known by the key in the body; the same rows again are the same import.
    needs_key = False

    @described(
        "Send stock to be checked",
        body={
            "key": str,
            "rows": [Raw({"type": "object", "properties": {name: {} for name in FIELDS},
                          "additionalProperties": False})],
        },
        answer=IMPORT,
        status=201,
        example={
            "key": "opening-1",
            "rows": [{"warehouse": "WH1", "location": "A-01", "sku": "TEA", "qty": 5}],
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A file as multipart `file`, or JSON {"key", "rows": [{"warehouse": ...}]}."""
        person = _person(request)
        body: Any = request.data
        if not isinstance(body, dict):
            raise Faulty(Fault(code="bad_object", asked=body))
        key = request.headers.get("Idempotency-Key") or body.get("key", "")
        try:
            word = text(64, least=1)(key, None)  # type: ignore[arg-type]
        except Wrong:
            raise Faulty(Fault(code="bad_key", field="key", asked=key)) from None
        own = f"api:{person.actor}:{word}"
        file = request.FILES.get("file")
        try:
            with transaction.atomic(durable=True):
                if isinstance(file, UploadedFile) and file.file is not None:
                    number = import_file(
                        kind=STOCK, key=own, name=file.name or "", file=file.file,
                        size=file.size or 0, person=person, mapped_later=False,
                    )  # fmt: skip
                else:
                    number = import_rows(kind=STOCK, key=own, rows=_rows(body), person=person)
        except ImportRefused as refused:
            raise Faulty(_fault(refused)) from None
        return Response(_shown(number, person), status=201)


class ImportOne(Endpoint):
    """How far one import is."""

    permission = roles.STOCK_IMPORT

    @described("Read an import", takes={"after": int, "limit": int}, answer=IMPORT)
    def get(self, request: Request, import_id: int) -> Response:
        """?after=<row> goes on with the faults behind that row."""
        query = StockQuery(request, self.scope(), ("after", "limit"))
        after, limit = query.number("after") or 0, query.limit()
        return Response(_shown(import_id, _person(request), after=after, limit=limit))


class ImportBooking(Endpoint):
    """Book what was checked."""

    # Asked again it is the same booking.
    needs_key = False

    permission = roles.STOCK_IMPORT

    @described(
        "Book an import",
        body=Raw(
            {
                "type": "object",
                "properties": {
                    "take": {"type": "string", "enum": ["ALL", "GOOD"]},
                    "adds_places": {"type": "boolean"},
                },
                "required": ["take"],
                "additionalProperties": False,
            }
        ),
        answer=IMPORT,
        status=202,
        example={"take": "GOOD", "adds_places": False},
    )
    def post(self, request: Request, import_id: int) -> Response:
        """{"take": "ALL" | "GOOD", "adds_places": false}; asked again it is the same booking."""
        body = request.data if isinstance(request.data, dict) else {}
        unknown = sorted(set(body) - {"take", "adds_places"})
        if unknown:
            raise Faulty(Fault(code="unknown_field", field=unknown[0]))
        if body.get("take") not in ("ALL", "GOOD"):
            raise Faulty(Fault(code="bad_choice", field="take", there="ALL, GOOD"))
        adds = body.get("adds_places", False)
        if not isinstance(adds, bool):
            raise Faulty(Fault(code="bad_flag", field="adds_places", asked=adds))
        person = _person(request)
        _mine(import_id, person)
        try:
            with transaction.atomic(durable=True):
                start_booking(import_id=import_id, take=body["take"], adds=adds, person=person)
        except ImportRefused as refused:
            raise Faulty(_fault(refused, status=409)) from None
        return Response(_shown(import_id, person), status=202)


def _person(request: Request) -> Person:
    """Imports belong to people: their job acts with the rights of one."""
    if not isinstance(request.user, Person):
        raise Faulty(Fault(code="people_only", status=403))
    return request.user


def _rows(body: Any) -> list[dict[str, str]]:
    rows = body.get("rows") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not rows or len(rows) > MOST_ROWS:
        raise Faulty(Fault(code="bad_list", field="rows", there=MOST_ROWS))
    found = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Faulty(Fault(code="bad_object", item=number))
        unknown = sorted(set(row) - set(FIELDS))
        if unknown:
            raise Faulty(Fault(code="unknown_field", item=number, field=unknown[0][:64]))
        found.append({name: _cell(value) for name, value in row.items()})
    return found


def _cell(value: Any) -> str:
    """As a cell of a sheet would show it; what is no text or whole number shows as itself."""
    return "" if value is None else str(value)[:1_000]


def _fault(refused: ImportRefused, status: int = 422) -> Fault:
    text = about_file(refused.code, refused.there)
    return Fault(
        code=refused.code, asked=shown(refused.asked), there=shown(refused.there), status=status,
        said=text,
    )  # fmt: skip


def _mine(import_id: int, person: Person) -> Import:
    """An import of stock of one's own."""
    found = asked.import_of(import_id, person=person)
    if found is None or found.kind != STOCK.key:
        raise Http404
    return found


def _shown(import_id: int, person: Person, *, after: int = 0, limit: int = 100) -> dict[str, Any]:
    found = _mine(import_id, person)
    job_id = found.book_job_id or found.check_job_id
    job = org_selectors.job(job_id, person=person) if job_id else None
    faults = asked.import_faults(import_id, after=after, limit=limit)
    return {
        "import": import_id,
        "document": str(found),
        "rows": found.rows,
        "checked": found.checked_at is not None,
        "good": None if found.checked_at is None else found.rows - found.faulty - found.adding,
        "adding": found.adding,
        "faulty": found.faulty,
        "booked": found.booked,
        "same_as": asked.booked_before(found),
        "job": None
        if job is None
        else {"id": job.id, "state": job.state, "done": job.done, "total": job.total},
        "faults": [
            {
                "row": fault.row,
                "field": fault.column or None,
                "code": fault.code,
                "message": about_row(STOCK, fault.code),
                "asked": fault.asked,
                "there": fault.there,
            }
            for fault in faults
        ],
    }
