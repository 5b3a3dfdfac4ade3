"""What happened: the past at a moment, two moments compared, the journal, the feed, the proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory.api.figures import Asked
from inventory.api.queries import StockQuery
from inventory.models.books import Grade
from inventory.selectors import reach
from inventory.selectors.feed import ChangeRow
from inventory.selectors.journal_views import JournalRow
from inventory.selectors.moments import BalanceDifference, PastBalance
from inventory.selectors.proof import ProofView, proof
from org import roles
from org.api.describing import Needed, described, sparse
from org.api.faults import Fault, Faulty
from org.api.queries import plain

NARROWS = {
    "sku": [str], "warehouse": [str], "grade": tuple(Grade.values), "owner": str,
    "axis": tuple(str(each) for each in stock.Axis), "known_at": datetime, "after": int,
    "limit": int, "fields": str,
}  # fmt: skip
NARROWED = ("sku", "warehouse", "grade", "owner", "axis", "known_at", "after", "limit", "fields")


def _narrowed(query: StockQuery) -> dict[str, Any]:
    axis = stock.Axis(query.one_of("axis", stock.Axis.RECORDED.value, stock.Axis.OCCURRED.value))
    known_at = query.moment("known_at")
    if known_at is not None and axis is stock.Axis.RECORDED:
        raise Faulty(Fault(code="known_needs_occurred", field="known_at"))
    return {
        "axis": axis,
        "known_at": known_at,
        "sku_ids": query.skus(),
        "warehouse_ids": query.some_houses(),
        "grade": query.grade(""),
        "owner": query.owner(""),
        "scope": query.scope,
        "after": query.number("after"),
        "limit": query.limit(),
    }


class AsOf(Asked):
    """?at=2026-01-31T00:00:00Z&axis=recorded|occurred&known_at=&sku=&warehouse=&after=&limit=&fields="""

    @described(
        "Stock at a moment",
        takes={"at": Needed(datetime), **NARROWS},
        answer={"rows": [sparse(PastBalance)], "after": int | None},
    )
    def get(self, request: Request) -> Response:
        """Balances as they were."""
        query = StockQuery(request, self.scope(), ("at", *NARROWED))
        page = stock.as_of(at=query.must("at", query.moment("at")), **_narrowed(query))
        return Response({"rows": query.rows(page.rows, PastBalance), "after": page.after})


class Difference(Asked):
    """?since=...&until=... and what `as-of` takes."""

    @described(
        "Compare two moments",
        takes={"since": Needed(datetime), "until": Needed(datetime), **NARROWS},
        answer={"rows": [sparse(BalanceDifference)], "after": int | None},
    )
    def get(self, request: Request) -> Response:
        """What changed between two moments."""
        query = StockQuery(request, self.scope(), ("since", "until", *NARROWED))
        page = stock.difference(
            since=query.must("since", query.moment("since")),
            until=query.must("until", query.moment("until")),
            **_narrowed(query),
        )
        return Response({"rows": query.rows(page.rows, BalanceDifference), "after": page.after})


class Journal(Asked):
    """?document=SO-1 or ?sku=TEA&warehouse=WH1&grade=&owner=; before=&limit=&fields="""

    @described(
        "Read the ledger",
        takes={
            "document": str, "sku": str, "warehouse": str, "grade": tuple(Grade.values),
            "owner": str, "before": int, "limit": int, "fields": str,
        },
        answer={"rows": [sparse(JournalRow)], "after": int | None},
        also=(404,),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Postings, newest first, with the running balance when one balance is asked for."""
        known = ("document", "sku", "warehouse", "grade", "owner", "before", "limit", "fields")
        query = StockQuery(request, self.scope(), known)
        document = query.text("document")
        balance = None
        if not document:
            balance = reach.balance_id(
                warehouse_id=query.needed("warehouse"), sku_id=query.needed("sku"),
                grade=query.grade(), owner=query.owner(),
            )  # fmt: skip
            if balance is None:
                raise Faulty(Fault(code="not_found", status=404))
        page = stock.journal(
            balance_id=balance, document=document, scope=self.scope(),
            before=query.number("before"), limit=query.limit(50),
        )  # fmt: skip
        return Response({"rows": query.rows(page.rows, JournalRow), "after": page.after})


class Changes(Asked):
    """?cursor=&limit=&fields= : every posting once, also those that committed late."""

    @described(
        "Follow every change",
        takes={"cursor": str, "limit": int, "fields": str},
        answer={"changes": [sparse(ChangeRow)], "cursor": str},
    )
    def get(self, request: Request) -> Response:
        """The next postings; keep the cursor, also when there were none."""
        query = StockQuery(request, self.scope(), ("cursor", "limit", "fields"))
        cursor = query.text("cursor") or stock.FEED_START
        try:
            page = stock.changes(cursor=cursor, limit=query.limit(), scope=self.scope())
        except stock.BadCursor:
            raise Faulty(Fault(code="bad_cursor", field="cursor", asked=cursor)) from None
        return Response({"changes": query.rows(page.rows, ChangeRow), "cursor": page.cursor})


class Audit(Asked):
    """The last sweeps, each law, and the open differences of the caller's warehouses."""

    permission = roles.AUDIT_VIEW

    @described("Read what the audit found", answer=ProofView)
    def get(self, request: Request) -> Response:
        """What the books say of themselves."""
        StockQuery(request, self.scope(), ())
        return Response(plain(proof(scope=self.scope())))
