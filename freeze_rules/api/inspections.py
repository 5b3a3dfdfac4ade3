"""Inspections for programs: listed, asked for, decided; all at once when the result is known."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.models import Inspection
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import inspections
from freeze_rules.services.reports.naming import named
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org.api.describing import described
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, Spot, Wrong, number, reads, text, word
from org.callers import Caller
from org.scope import Scope
from org.selectors.attachments import files_of
from org.services.approvals import ApprovalRefused
from org.services.approvals.talking import attach

MOST_UNITS = 1_000_000_000
RESULTS = tuple(Inspection.Result.values)
DECIDED = tuple(each for each in RESULTS if each != Inspection.Result.ASKED)
INSPECTION = {
    "id": int, "number": str, "warehouse": str, "sku": str, "lot": str | None, "document": str,
    "qty": int, "sample": int, "result": RESULTS, "passed": int, "failed": int, "report": str,
    "note": str, "asked_at": str, "decided_at": str | None,
}  # fmt: skip
PASSED = Field("passed", number(0, MOST_UNITS), about="Sound units of PARTIAL; the others failed.")
REPORT = text(120, least=1)
NOTE = Field("note", text(400))
NEW = Shape(
    (
        Field("warehouse", text(32, least=1), required=True),
        Field("sku", text(64, least=1), required=True, about="Code or barcode."),
        Field("lot", text(64)),
        Field("document", text(64), about="The delivery, where only that is meant."),
        Field("qty", number(1, MOST_UNITS), required=True, about="Base units it is about."),
        Field("sample", number(0, MOST_UNITS), about="Of these so many are looked at."),
        NOTE,
        Field("result", word(*DECIDED), about="When it is known already; then `report` too."),
        PASSED,
        Field("report", REPORT, into="reference", about="Number of the report."),
    )
)
RESULT = Shape(
    (
        Field("result", word(*DECIDED), required=True),
        PASSED,
        Field("report", REPORT, into="reference", required=True, about="Number of the report."),
        NOTE,
    )
)


FILE = {"id": int, "name": str, "image": bool, "size": int, "at": str}


@reads({"type": "string", "contentEncoding": "base64", "minLength": 4})
def content(given: Any, _spot: Spot) -> bytes:
    """The bytes of a file in base64."""
    try:
        return base64.b64decode(given if isinstance(given, str) else "-", validate=True)
    except ValueError:
        raise Wrong("bad_base64") from None


PAPER = Shape(
    (
        Field("name", text(120, least=1), required=True),
        Field("base64", content, into="content", required=True, about="A photo or PDF, to 3.5 MB."),
    )
)
add_texts({"bad_base64": _("These must be the bytes of a file in base64.")})


class _OfInspections(Reporting):
    """What both addresses share."""

    permission_to_change = roles.STOCK_INSPECT
    fields_outside = {"reference": "report"}


class Inspections(_OfInspections):
    """Inspections and their results."""

    @described(
        "List inspections",
        takes={"before": int, "limit": int},
        answer={"inspections": [INSPECTION]},
    )
    def get(self, request: Request) -> Response:
        """The newest first; `before` is the id of the last one read."""
        query = Query(request, ("before", "limit"))
        rows = asked.inspections(
            scope=self.scope(), before=query.number("before"), limit=query.limit()
        )
        return Response({"inspections": [_shown(row) for row in rows]})

    @described(
        "Report an inspection",
        body=NEW,
        answer=INSPECTION,
        status=201,
        example={
            "warehouse": "WH-SH", "sku": "MILK-1", "lot": "L1", "qty": 100, "sample": 5,
            "result": "PARTIAL", "passed": 90, "report": "QC-2026-118",
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Asks for an inspection; with `result` it is decided in the same step.

        What waits for the result is let go of, turned into defects or split by itself.
        """
        told = NEW.must(request.data)

        def work() -> Response:
            row = _asked(told, key=self.attempt(), by=self.caller, scope=self.scope())
            if "result" in told:
                row = _decided(row.pk, told, self.caller)
            return Response(_shown(row), status=201)

        return self.done(work)


class InspectionResult(_OfInspections):
    """The result of an inspection that was asked for."""

    permission = roles.STOCK_INSPECT

    @described(
        "Decide an inspection", body=RESULT, answer=INSPECTION, also=(404,),
        example={"result": "PASSED", "report": "QC-2026-118"},
    )  # fmt: skip
    def post(self, request: Request, inspection_id: int) -> Response:
        """Written once; PARTIAL says in `passed` how many units are sound."""
        told = RESULT.must(request.data)
        return self.done(lambda: Response(_shown(_decided(inspection_id, told, self.caller))))


class InspectionFiles(_OfInspections):
    """The report of an inspection, or photos: no release is approved without."""

    @described("List the files of an inspection", answer={"files": [FILE]}, also=(404,))
    def get(self, request: Request, inspection_id: int) -> Response:
        """Those of the inspection, the oldest first."""
        Query(request, ())
        return Response({"files": _files(self._row(inspection_id))})

    @described(
        "Attach a file to an inspection", body=PAPER, answer={"files": [FILE]}, status=201,
        also=(404,), example={"name": "QC-2026-118.pdf", "base64": "JVBERi0xLjQ="},
    )  # fmt: skip
    def post(self, request: Request, inspection_id: int) -> Response:
        """A photo (JPEG, PNG, WebP) or a PDF; the same bytes again are the same file."""
        told = PAPER.must(request.data)

        def work() -> Response:
            row, paper = self._row(inspection_id), told["content"]
            attach(
                document=row.number, actor=self.caller.actor, name=told["name"],
                file=io.BytesIO(paper), size=len(paper),
            )  # fmt: skip
            return Response({"files": _files(row)}, status=201)

        try:
            return self.done(work)
        except ApprovalRefused as refused:
            fault = Fault(code=refused.code, field="base64", said=str(refused))
            raise Faulty(fault) from None

    def _row(self, inspection_id: int) -> Inspection:
        found = asked.inspections(scope=self.scope(), ids=[inspection_id])
        if not found:
            raise Faulty(Fault(code="unknown_inspection", status=404))
        return found[0]


def _files(row: Inspection) -> Any:
    return plain(
        [
            {
                "id": each.id, "name": each.name, "image": each.is_image, "size": each.size,
                "at": each.at,
            }
            for each in files_of([row.number])
        ]
    )  # fmt: skip


def _asked(told: Mapping[str, Any], *, key: str, by: Caller, scope: Scope) -> Inspection:
    goods = named(
        scope=scope, warehouse=told["warehouse"], sku=told["sku"], lot=told.get("lot", "")
    )
    sample = inspections.Sample(
        goods=goods, qty=told["qty"], sample=told.get("sample", 0),
        document=told.get("document", ""), note=told.get("note", ""),
    )  # fmt: skip
    return inspections.ask(key=key, sample=sample, by=by)


def _decided(inspection_id: int, told: Mapping[str, Any], by: Caller) -> Inspection:
    passed = told.get("passed")
    if passed is not None and told["result"] != Inspection.Result.PARTIAL:
        # PASSED with fewer sound units says two things.
        raise ReportRefused("parts_wrong", field="passed")
    return inspections.decide(
        inspection_id=inspection_id, result=told["result"], reference=told.get("reference", ""),
        passed=passed, note=told.get("note", ""), by=by,
    )  # fmt: skip


def _shown(row: Inspection) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "id": row.pk, "number": row.number, "warehouse": row.warehouse.code,
            "sku": row.sku.code, "lot": row.lot.code if row.lot else None,
            "document": row.document, "qty": row.qty, "sample": row.sample,
            "result": row.result, "passed": row.passed, "failed": row.failed,
            "report": row.reference, "note": row.note, "asked_at": row.asked_at,
            "decided_at": row.decided_at,
        }
    )  # fmt: skip
    return said
