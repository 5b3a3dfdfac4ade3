"""Damage, leaks and repairs for programs: listed, reported, mended."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.models import Incident
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import incidents
from freeze_rules.services.reports.naming import named
from org import roles
from org.api.describing import described
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, number, text, word

KINDS = tuple(Incident.Kind.values)
INCIDENT = {
    "id": int, "number": str, "kind": KINDS, "warehouse": str, "location": str | None,
    "sku": str | None, "lot": str | None, "qty": int, "note": str, "at": str,
    "mended_at": str | None,
}  # fmt: skip
NEW = Shape(
    (
        Field("kind", word(*KINDS), required=True),
        Field("warehouse", text(32, least=1), required=True),
        Field("location", text(32), about="Needed for damage and leaks."),
        Field("sku", text(64), about="Code or barcode; needed for damage and repairs."),
        Field("lot", text(64)),
        Field("qty", number(1, 1_000_000_000), about="Units; needed for damage and repairs."),
        Field("note", text(400, least=1), required=True, about="What was seen or done."),
    )
)


class Incidents(Reporting):
    """Damage, leaks and repairs."""

    permission_to_change = roles.STOCK_INSPECT

    @described(
        "List incidents",
        takes={"before": int, "limit": int},
        answer={"incidents": [INCIDENT]},
    )
    def get(self, request: Request) -> Response:
        """The newest first; `before` is the id of the last one read."""
        query = Query(request, ("before", "limit"))
        rows = asked.incidents(
            scope=self.scope(), before=query.number("before"), limit=query.limit()
        )
        return Response({"incidents": [_shown(row) for row in rows]})

    @described(
        "Report an incident",
        body=NEW,
        answer=INCIDENT,
        status=201,
        example={
            "kind": "DAMAGE", "warehouse": "WH-SH", "location": "A-01-02", "sku": "WINE-1",
            "lot": "L1", "qty": 100, "note": "Pallet fell over",
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Damage at a place, a leak at a place, or a repair that is done: the rules hear of it."""
        told = NEW.must(request.data)

        def work() -> Response:
            what = named(
                scope=self.scope(),
                **{name: told.get(name, "") for name in ("warehouse", "location", "sku", "lot")},
            )
            row = incidents.report(
                key=self.attempt(), kind=told["kind"], what=what, qty=told.get("qty", 0),
                note=told["note"], by=self.caller,
            )  # fmt: skip
            return Response(_shown(row), status=201)

        return self.done(work)


class IncidentMended(Reporting):
    """A leak is mended."""

    permission = roles.STOCK_INSPECT

    @described("Say that a leak is mended", body={}, answer=INCIDENT, also=(404,))
    def post(self, request: Request, incident_id: int) -> Response:
        """What waits for it is let go of."""
        return self.done(
            lambda: Response(_shown(incidents.mend(incident_id=incident_id, by=self.caller)))
        )


def _shown(row: Incident) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "id": row.pk, "number": row.number, "kind": row.kind,
            "warehouse": row.warehouse.code,
            "location": row.location.code if row.location else None,
            "sku": row.sku.code if row.sku else None, "lot": row.lot.code if row.lot else None,
            "qty": row.qty, "note": row.note, "at": row.at, "mended_at": row.mended_at,
        }
    )  # fmt: skip
    return said
