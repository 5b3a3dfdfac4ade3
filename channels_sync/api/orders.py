"""Orders are handed in: one and wait for its stock, one or many and go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from channels_sync.api.lane import Lane
from channels_sync.api.shapes import ORDER
from channels_sync.services import handing_in
from channels_sync.services.handing_in import HandedIn
from oms import selectors as orders
from oms.api.orders import TROUBLE, OrderList
from oms.selectors.names import WAITING, Standing
from org import roles
from org.api.batches import Item, bodies_in, read_items
from org.api.batches import answered as answered_each
from org.api.describing import Raw, described, results
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.idempotency import Asked, keep, seen_before
from org.scope import Scope

MOST = 500
add_texts(
    {
        "unknown_shop": _("There is no such shop of your own systems among yours."),
        "which_shop": _("You have several shops: say which one."),
        "twice_in_batch": _("This number stands in the batch more than once."),
    }
)


OUTCOMES = (handing_in.CREATED, handing_in.CHANGED, handing_in.KNOWN, handing_in.OLDER)
TAKEN = {
    "number": str | None, "shop_number": str, "outcome": OUTCOMES, "state": str | None,
    "stock": str, "warehouse": str | None, "troubles": [TROUBLE],
}  # fmt: skip
STORED = {"shop_number": str, "outcome": OUTCOMES}
EXAMPLE = {
    "number": "POS-2026-0001",
    "lines": [{"sku": "TEA", "qty": 2, "price": "64.00"}],
    "receiver": {"name": "王小明", "phone": "13800138000", "country": "CN", "province": "浙江省",
                 "city": "杭州市", "district": "西湖区", "address": "文一路 1 号"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handed:
    """An order, and the request that brings it."""

    order: HandedIn
    asked: Asked


def _carry(many: Sequence[Handed]) -> list[Response | Faulty]:
    """Many orders to stock, in one transaction with the answers they are given."""

    def work(fresh: Sequence[HandedIn]) -> list[Response]:
        taken = handing_in.take_now(fresh)
        ids = [each.order_id for each in taken if each.order_id is not None]
        standing = orders.standings(ids=ids)
        return [
            _answer(told, each.outcome, standing.get(each.order_id or 0))
            for told, each in zip(fresh, taken, strict=True)
        ]

    return _together(many, work)


def _store(many: Sequence[Handed]) -> list[Response | Faulty]:
    """Many orders into the inbox, likewise."""

    def work(fresh: Sequence[HandedIn]) -> list[Response]:
        return [
            Response({"shop_number": told.number, "outcome": outcome}, status=202)
            for told, outcome in zip(fresh, handing_in.store(fresh), strict=True)
        ]

    return _together(many, work)


def _together(
    many: Sequence[Handed], work: Callable[[Sequence[HandedIn]], list[Response]]
) -> list[Response | Faulty]:
    """Those whose keys are new are done; the others get what their key says."""
    with transaction.atomic(durable=True):
        before = seen_before([each.asked for each in many])
        fresh = [each for each, known in zip(many, before, strict=True) if known is None]
        made = work([each.order for each in fresh]) if fresh else []
        keep([(each.asked, answer) for each, answer in zip(fresh, made, strict=True)])
    answers = iter(made)
    return [known if known is not None else next(answers) for known in before]


LANE: Lane[Handed, Response | Faulty] = Lane(_carry)
INBOX: Lane[Handed, Response | Faulty] = Lane(_store)


def read(bodies: Sequence[Any], *, scope: Scope) -> tuple[list[Item], list[Item]]:
    """All items, and the good ones, whose `made` is what was handed in. Two statements.

    An item of no shop of the caller's, or of a number that stands there twice, is refused.
    """
    items = read_items(bodies, ORDER)
    shops = handing_in.shops_of(scope=scope)
    now = handing_in.moment_of_now()
    seen: set[tuple[int, str]] = set()
    good = []
    for item in items:
        if item.faults:
            continue
        body = dict(item.made)
        code = body.pop("shop", None)
        shop_id = shops.get(code) if code else next(iter(shops.values()), None)
        if shop_id is None:
            item.refuse(Fault(code="unknown_shop", field="shop", asked=code))
        elif code is None and len(shops) > 1:
            item.refuse(Fault(code="which_shop", field="shop", there=", ".join(shops)))
        elif (shop_id, body["number"]) in seen:
            item.refuse(Fault(code="twice_in_batch", field="number", asked=body["number"]))
        else:
            seen.add((shop_id, body["number"]))
            item.made = HandedIn(shop_id, handing_in.complete(body, now=now))
            good.append(item)
    return items, good


class Orders(OrderList):
    """All orders; and the door for one more."""

    permission_to_change = roles.ORDERS_CREATE

    @described(
        "Hand in an order",
        body=ORDER,
        answer=TAKEN,
        status=201,
        more_answers={200: TAKEN, 202: STORED},
        headers=("Prefer",),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Hand in one order and wait until it has its stock, or is stopped.

        201 when it is new, 200 when it was known. With the header `Prefer: respond-async` (RFC
        7240) it is only stored, and answered 202.
        """
        items, good = read([request.data], scope=self.scope())
        if not good:
            raise Faulty(*(replace(fault, item=None) for fault in items[0].faults))
        handed = Handed(good[0].made, self.asked)
        waits = "respond-async" not in request.headers.get("Prefer", "")
        answer = (LANE if waits else INBOX).through(handed)
        if isinstance(answer, Faulty):
            raise answer
        if not waits:
            answer["Preference-Applied"] = "respond-async"
        return answer


class OrderBatch(Endpoint):
    """Many orders at once, stored and answered each; the lane takes them from there."""

    permission = roles.ORDERS_CREATE

    @described(
        "Hand in many orders",
        body={"items": Raw({"type": "array", "items": ORDER.schema, "minItems": 1,
                            "maxItems": MOST})},
        answer=results(STORED),
        status=202,
        example={"items": [EXAMPLE]},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """202 with `results`; an item that is refused is not stored, the others are."""
        items, good = read(bodies_in(request, most=MOST), scope=self.scope())
        return self.once(lambda: self._stored(items, good))

    def _stored(self, items: Sequence[Item], good: Sequence[Item]) -> Response:
        outcomes = handing_in.store([item.made for item in good]) if good else []
        for item, outcome in zip(good, outcomes, strict=True):
            item.status = 202
            item.answer = {"shop_number": item.made.number, "outcome": outcome}
        answer = answered_each(items)
        answer.status_code = 202
        return answer


def _answer(told: HandedIn, outcome: str, standing: Standing | None) -> Response:
    """What one order that was waited for is answered."""
    status = 201 if outcome == handing_in.CREATED else 200
    return Response(_shown(told, outcome, standing), status=status)


def _shown(told: HandedIn, outcome: str, standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        # It lies in the inbox from before, and the lane has not taken it yet.
        return {
            "number": None, "shop_number": told.number, "outcome": outcome,
            "state": None, "stock": WAITING, "warehouse": None, "troubles": [],
        }  # fmt: skip
    return {
        "number": standing.number,
        "shop_number": standing.platform_number,
        "outcome": outcome,
        "state": standing.state,
        "stock": standing.stock,
        "warehouse": standing.warehouse,
        "troubles": [
            {"code": each.code, "field": each.field, "blocks": each.blocks}
            for each in standing.troubles
        ],
    }
