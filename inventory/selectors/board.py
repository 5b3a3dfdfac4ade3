"""The stock board: what lies where, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Now

from inventory.models import Balance, HoldLine, Incoming, Reason
from inventory.models.books import Grade
from inventory.models.claims import Role
from inventory.selectors.kit_shelf import FIRST_ROW, kit_values, shelved_kits
from inventory.selectors.selling import GOOD
from inventory.selectors.wording import skus_for_words
from org.lists.counting import counted_each
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Counted, Part
from org.scope import Scope

PAGE = 100


@dataclass(frozen=True)
class Narrowing:
    """What the board is narrowed to; each empty value narrows nothing.

    `words` looks in code, name and pinyin, and for a whole barcode. `shelf` is "free" (something
    available), "sold_out" (nothing available), "frozen" (something under a claim) or "kits".
    `with_kits` puts kits among the goods; without it they are listed on their own shelf only.
    """

    words: str = ""
    warehouse_id: int | None = None
    grade: str = ""
    shelf: str = ""
    with_kits: bool = False


@dataclass(frozen=True)
class BoardRow:
    """One balance. `ordered + frozen` is all that is held: commitments, and everything else.

    A kit's row has no balance, only how many could be built now: `available`. Its `balance_id`
    is a number that no balance has.
    """

    balance_id: int
    sku_id: int
    code: str
    name: str
    unit_name: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    grade: str
    on_hand: int
    held: int
    available: int
    ordered: int = 0
    frozen: int = 0
    # Announced and not here yet: on the way from another warehouse, and from suppliers.
    in_transit: int = 0
    incoming: int = 0
    is_kit: bool = False

    @property
    def grade_name(self) -> str:
        """The grade in the reader's language."""
        return str(Grade(self.grade).label)


@dataclass(frozen=True)
class BoardPage:
    """Rows in code order, and where to go on: `after` and `before` are cursors or empty."""

    rows: list[BoardRow] = field(default_factory=list)
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class ReasonTotal:
    """What one reason keeps from being sold: open holds, units, and those past their review."""

    code: str
    label: str
    is_safety: bool
    holds: int
    units: int
    overdue: int
    # What those units cost to buy, and since when the oldest of the holds stands.
    cost: Decimal = Decimal(0)
    oldest: datetime | None = None


def frozen_by_reason(*, scope: Scope) -> list[ReasonTotal]:
    """Open freezes inside the scope, highest rank first. Two statements."""
    lines = scope.limit(HoldLine.objects.all(), "balance__warehouse__unit").filter(
        open__gt=0, hold__role=Role.FREEZE, hold__closed_at__isnull=True
    )
    sums = list(
        lines.values_list("hold__reason_id")
        .annotate(
            holds=Count("hold", distinct=True),
            units=Sum("open"),
            overdue=Count("hold", distinct=True, filter=Q(hold__review_at__lt=Now())),
            cost=Sum(
                F("open") * F("balance__sku__unit_cost"),
                output_field=DecimalField(max_digits=24, decimal_places=2),
            ),
            oldest=Min("hold__created_at"),
        )
        .order_by("-hold__reason__rank", "hold__reason_id")
    )
    reasons = Reason.objects.in_bulk([row[0] for row in sums])
    return [
        ReasonTotal(
            code=reasons[pk].code,
            label=reasons[pk].label,
            is_safety=reasons[pk].is_safety,
            holds=holds,
            units=units,
            overdue=overdue,
            cost=cost,
            oldest=oldest,
        )
        for pk, holds, units, overdue, cost, oldest in sums
    ]


def board(*, scope: Scope, narrowing: Narrowing, cursor: str = "", limit: int = PAGE) -> BoardPage:
    """One page of the board in code order. Five statements, whatever the number of rows.

    Args:
        scope: whose warehouses.
        narrowing: search words, warehouse, tab.
        cursor: ">code row-id" for the rows behind it, "<..." for those before it, or empty;
            a cursor that says nothing starts at the beginning.
        limit: rows on a page.
    """
    backwards, code, row_id = _place(cursor)
    order = ("-code", "-id") if backwards else ("code", "id")
    first, *others = [
        _behind(rows, column, backwards, code, row_id)
        .order_by(*order)
        .values_list("id", "code")[: limit + 1]
        for rows, column in _arms(scope, narrowing)
    ]
    if others:
        first = first.union(*others, all=True).order_by(*order)[: limit + 1]
    found = [row[0] for row in first]
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    shown = _shown(found)
    if not shown:
        return BoardPage()
    return BoardPage(
        rows=shown,
        after=_cursor(">", shown[-1]) if more or backwards else "",
        before=_cursor("<", shown[0]) if (more if backwards else bool(code)) else "",
    )


def _arms(scope: Scope, narrowing: Narrowing) -> list[tuple[QuerySet[Any], str]]:
    """The rows of a board: goods, kits or both, and the column of the code in each."""
    arms: list[tuple[QuerySet[Any], str]] = []
    only_kits = narrowing.shelf == "kits"
    if not only_kits:
        goods = narrowed_board(scope, narrowing).annotate(code=F("sku__code"))
        arms.append((goods, "sku__code"))
    if only_kits or narrowing.with_kits:
        kits = shelved_kits(
            scope=scope, words=" ".join(narrowing.words.split()), grade=narrowing.grade,
            warehouse_id=narrowing.warehouse_id, shelf=narrowing.shelf,
        )  # fmt: skip
        arms.append((kits, "kit__code"))
    return arms


def _behind(
    rows: QuerySet[Any], column: str, backwards: bool, code: str, row_id: int
) -> QuerySet[Any]:
    if not code:
        return rows
    compare = "lt" if backwards else "gt"
    # Two conditions, so that the index on the code is walked from the cursor on.
    return rows.filter(
        Q(**{f"{column}__{compare}e": code})
        & (Q(**{f"{column}__{compare}": code}) | Q(**{f"id__{compare}": row_id}))
    )


_COLUMNS = (
    "id", "sku_id", "sku__code", "sku__name", "sku__unit_name", "warehouse_id",
    "warehouse__code", "warehouse__name", "grade", "on_hand", "held", "available",
)  # fmt: skip
# Orders of the board besides that by code.
SORTS = {"on_hand": By("on_hand"), "held": By("held"), "available": By("available")}


def board_sorted(
    *, scope: Scope, narrowing: Narrowing, sort: str, cursor: str = "", limit: int = PAGE
) -> Part[BoardRow]:
    """One page of the board by a figure. Four statements.

    Args:
        sort: a key of `SORTS`, with "-" for the largest first.
    """
    by = sorted_by(SORTS, sort)
    (first, _), *others = _arms(scope, narrowing)
    also = [rows for rows, _ in others]
    part = slice_of(first, by=by, cursor=cursor, limit=limit, also=also)
    return Part(_shown(part.ids), part.after, part.before)


def _shown(ids: Sequence[int]) -> list[BoardRow]:
    """Rows in this order, with what holds them and what is on its way. Four statements."""
    goods = [pk for pk in ids if pk < FIRST_ROW]
    rows = Balance.objects.filter(id__in=goods).values_list(*_COLUMNS)
    found = {row[0]: row for row in rows}
    kits = kit_values([pk for pk in ids if pk >= FIRST_ROW], scope=Scope.everything())
    claims = _claims(goods)
    coming = _coming({row[1] for row in found.values()})
    shown = []
    for pk in ids:
        if pk in found:
            row = found[pk]
            whole = (*row, *claims.get(pk, (0, 0)), *coming.get((row[5], row[1], row[8]), (0, 0)))
            shown.append(BoardRow(*whole))
        elif pk in kits:
            *about, free = kits[pk]
            kit = (pk, *about, GOOD, 0, 0, free, 0, 0, 0, 0, True)
            shown.append(BoardRow(*kit))
    return shown


def board_row(*, balance_id: int, scope: Scope) -> BoardRow | None:
    """One balance as the board shows it; None outside the scope."""
    inside = scope.limit(Balance.objects.filter(pk=balance_id), "warehouse__unit")
    rows = _shown([balance_id]) if inside.exists() else []
    return rows[0] if rows else None


def board_skus(*, scope: Scope, ids: Sequence[int]) -> set[int]:
    """The SKUs of these rows, goods and kits, as far as they are inside the scope."""
    goods = scope.limit(Balance.objects.filter(pk__in=ids), "warehouse__unit")
    kits = kit_values([pk for pk in ids if pk >= FIRST_ROW], scope=scope)
    return {*goods.values_list("sku_id", flat=True), *(kit[0] for kit in kits.values())}


def board_matching(*, scope: Scope, narrowing: Narrowing, ids: Sequence[int]) -> set[int]:
    """Which of these rows are still in the filter."""
    kept: set[int] = set()
    for rows, _ in _arms(scope, narrowing):
        kept.update(rows.filter(pk__in=ids).values_list("pk", flat=True))
    return kept


def board_counts(*, scope: Scope, narrowing: Narrowing) -> dict[str, Counted]:
    """Counts for the tabs ("", "free", "sold_out", "frozen", "kits") under the same search."""
    return counted_each(
        {
            shelf: board_ids(scope, replace(narrowing, shelf=shelf))
            for shelf in ("", "free", "sold_out", "frozen", "kits")
        }
    )


def board_ids(scope: Scope, narrowing: Narrowing) -> QuerySet[Any, Any]:
    """The ids of all rows of a filter, goods and kits, unordered."""
    first, *others = [rows.values("pk") for rows, _ in _arms(scope, narrowing)]
    return first.union(*others, all=True) if others else first


def narrowed_board(scope: Scope, narrowing: Narrowing) -> QuerySet[Balance]:
    """The balances of a filter, unordered; kits have none."""
    rows = scope.limit(Balance.objects.all(), "warehouse__unit")
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    if narrowing.grade:
        rows = rows.filter(grade=narrowing.grade)
    if narrowing.shelf == "free":
        rows = rows.filter(available__gt=0)
    elif narrowing.shelf == "sold_out":
        rows = rows.filter(available=0)
    elif narrowing.shelf == "frozen":
        rows = rows.filter(held__gt=0)
    words = " ".join(narrowing.words.split())
    if words:
        rows = rows.filter(sku__in=skus_for_words(words).values("id"))
    return rows


def _claims(balance_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Units under commitments, and under freezes, by balance. One statement."""
    sums = (
        HoldLine.objects.filter(balance_id__in=balance_ids, open__gt=0)
        .values_list("balance_id")
        .annotate(
            ordered=Sum("open", filter=Q(hold__role=Role.COMMITMENT), default=0),
            frozen=Sum("open", filter=~Q(hold__role=Role.COMMITMENT), default=0),
        )
    )
    return {balance_id: (ordered, frozen) for balance_id, ordered, frozen in sums}


def _coming(sku_ids: Collection[int]) -> dict[tuple[int, int, str], tuple[int, int]]:
    """Units on the way by transfer, and from suppliers, by warehouse, SKU and grade."""
    left = F("qty") - F("arrived") - F("missed")
    sums = (
        Incoming.objects.filter(
            sku_id__in=sku_ids, closed_at__isnull=True, qty__gt=F("arrived") + F("missed")
        )
        .values_list("warehouse_id", "sku_id", "grade")
        .annotate(
            in_transit=Sum(left, filter=Q(kind=Incoming.Kind.TRANSFER), default=0),
            incoming=Sum(left, filter=Q(kind=Incoming.Kind.RECEIPT), default=0),
        )
    )
    return {
        (warehouse, sku, grade): (transit, receipt)
        for warehouse, sku, grade, transit, receipt in sums
    }


def _cursor(direction: str, row: BoardRow) -> str:
    return f"{direction}{row.code} {row.balance_id}"


def _place(cursor: str) -> tuple[bool, str, int]:
    """Direction, code and balance id of a cursor; an empty code for one that makes no sense."""
    code, _, number = cursor[1:].rpartition(" ")
    if cursor[:1] not in ("<", ">") or not code or not number.isdecimal() or len(number) > 18:
        return False, "", 0
    return cursor[0] == "<", code, int(number)
