"""Which orders somebody means by a number they typed or scanned."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from oms.models import Order, OrderState
from oms.numbers import order_id_of
from org.scope import Scope
from wms import selectors as floor

# Fewer characters of a platform's number than this fit too many orders to be of use.
LEAST_PREFIX = 6
# So many numbers that begin alike are looked at for some that the person may see.
MOST_ALIKE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFound:
    """An order and the number by which it was found."""

    number: str
    by: str
    shop_name: str
    state_label: str
    exact: bool


def find_orders(*, scope: Scope, words: str, limit: int) -> list[OrderFound]:
    """Orders by our number (also only its digits), the platform's number, or a waybill.

    Whole numbers first, then platform numbers that begin like this; every way has its index. At
    most four statements.
    """
    code = words.strip()
    named = Q(platform_number=code) | Q(waybill=code.upper(), waybill__gt="")
    own = order_id_of(code if code.upper().startswith("SO-") else f"SO-{code}")
    if own is not None:
        named |= Q(pk=own)
    documents = floor.documents_of_waybill(code.upper())
    if documents:
        named |= Q(pk__in=[found for each in documents if (found := order_id_of(each))])
    seen = scope.limit(Order.objects.all(), "unit")
    # No limit in the statement: sorting a handful here keeps the planner on the indexes.
    rows = sorted(seen.filter(named), key=lambda row: -row.pk)[:limit]
    exact = {row.pk for row in rows}
    if len(rows) < limit and len(code) >= LEAST_PREFIX:
        # Unsorted and few: numbers of a day begin alike, and a million of them are not sorted here.
        alike = Order.objects.filter(platform_number__startswith=code).values_list("pk", flat=True)
        near = seen.filter(pk__in=list(alike[:MOST_ALIKE])).exclude(pk__in=exact)
        rows += near.order_by("platform_number", "pk")[: limit - len(rows)]
    return [_found(row, code, exact=row.pk in exact) for row in rows]


def _found(row: Order, code: str, *, exact: bool) -> OrderFound:
    by_waybill = bool(row.waybill) and row.waybill == code.upper()
    return OrderFound(
        number=str(row.number),
        by=row.waybill if by_waybill else row.platform_number,
        shop_name=row.shop_name or str(row.shop_id),
        state_label=str(OrderState(row.state).label),
        exact=exact,
    )
