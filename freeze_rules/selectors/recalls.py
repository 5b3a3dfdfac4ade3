"""Questions about recalls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from freeze_rules.models import Recall, RecallHold
from freeze_rules.selectors.numbers import id_in
from inventory import selectors as stock
from inventory.selectors.genealogy import cone_of
from org.lists.days import within_days
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class RecallView:
    """A recall; `open` units are frozen under it now."""

    id: int
    number: str
    root: str
    root_label: str
    # What it starts from, in words: "L1 · MILK Milk 1 l" or "PO-7".
    start: str
    lot_id: int | None
    document: str
    why: str
    policy: str
    person: str
    at: datetime
    units: int
    at_customers: int
    freezes: int
    open: int
    lifted_at: datetime | None
    lifted_by: str
    lift_why: str

    @property
    def state_label(self) -> str:
        """In force, or lifted."""
        return _("Lifted") if self.lifted_at else pgettext("recall", "In force")


@dataclass(frozen=True, kw_only=True)
class RecallNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `state` is "open" or "lifted". `words` is a number, a lot, a SKU code or a document, whole, or
    a part of the reason. Days are local days on which it was laid, both included.
    """

    state: str = ""
    words: str = ""
    root: str = ""
    since: date | None = None
    until: date | None = None


def recalls_of(narrowing: RecallNarrowing) -> QuerySet[Recall]:
    """The recalls of a filter, unordered."""
    rows = Recall.objects.all()
    if narrowing.state:
        rows = rows.filter(lifted_at__isnull=narrowing.state == "open")
    if narrowing.root:
        rows = rows.filter(root=narrowing.root)
    rows = within_days(rows, "at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    if (number := id_in(words, "RC")) is not None:
        return rows.filter(pk=number)
    return rows.filter(
        Q(lot__code__iexact=words)
        | Q(lot__sku__code__iexact=words)
        | Q(document__iexact=words)
        | Q(why__icontains=words)
    )


def recalls(
    *,
    ids: Collection[int] | None = None,
    open_only: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[RecallView]:
    """Recalls, newest first. They concern every warehouse: whoever sees stock sees them all.

    A constant number of statements.
    """
    rows = Recall.objects.select_related("person", "lifted_by")
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if open_only:
        rows = rows.filter(lifted_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[:limit])
    holds = _hold_ids([row.pk for row in found])
    every = [each for ids_of in holds.values() for each in ids_of]
    units = {hold.id: hold.open for hold in _views(every)}
    starts = _starts([row.lot_id for row in found if row.lot_id is not None])
    return [
        RecallView(
            id=row.pk,
            number=row.number,
            root=row.root,
            root_label=str(Recall.Root(row.root).label),
            start=starts.get(row.lot_id or 0, row.document),
            lot_id=row.lot_id,
            document=row.document,
            why=row.why,
            policy=row.policy,
            person=str(row.person),
            at=row.at,
            units=row.units,
            at_customers=row.at_customers,
            freezes=len(holds.get(row.pk, ())),
            open=sum(units.get(each, 0) for each in holds.get(row.pk, ())),
            lifted_at=row.lifted_at,
            lifted_by=str(row.lifted_by or ""),
            lift_why=row.lift_why,
        )
        for row in found
    ]


def holds_of(recall_id: int) -> list[stock.HoldView]:
    """The freezes of a recall."""
    return _views(_hold_ids([recall_id]).get(recall_id, []))


def _views(ids: list[int]) -> list[stock.HoldView]:
    if not ids:
        return []
    return stock.holds(scope=Scope.everything(), ids=ids, closed=True, limit=len(ids))


def _hold_ids(recall_ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = RecallHold.objects.filter(recall_id__in=recall_ids).order_by("id")
    for recall, hold in rows.values_list("recall_id", "hold_id"):
        found.setdefault(recall, []).append(hold)
    return found


def _starts(lot_ids: Collection[int]) -> dict[int, str]:
    lots = stock.lots(lot_ids)
    skus = stock.skus({lot.sku_id for lot in lots.values()})
    return {
        pk: f"{lot.code} · {skus[lot.sku_id].code} {skus[lot.sku_id].name}"
        for pk, lot in lots.items()
    }


def documents_of(number: str) -> frozenset[str] | None:
    """Documents that suspect goods of a recall left under, such as "SO-7"; None: no such recall.

    "SO-7/2", the second round of an order, is told as the order. Documents of every warehouse:
    whoever lists orders by them shows those of the reader only.
    """
    known = id_in(number, "RC")
    row = None if known is None else Recall.objects.filter(pk=known).first()
    if row is None:
        return None
    roots = {Recall.Root.RECEIPT: "receipt", Recall.Root.ORDER: "order"}
    named = {roots[Recall.Root(row.root)]: row.document} if row.document else {}
    cone = cone_of(
        lot_ids=[row.lot_id] if row.lot_id else [], scope=Scope.everything(), **named
    )  # fmt: skip
    return frozenset(each.document.partition("/")[0] for each in cone.shipped)


def newest(*, limit: int = 20) -> list[tuple[str, str]]:
    """Number and reason of the newest recalls, to choose from. One statement."""
    rows = Recall.objects.order_by("-id")[:limit]
    return [(row.number, f"{row.number} {row.why}"[:60]) for row in rows]
