"""Events told by programs: what rules and holds listen to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.selectors import rule_views
from freeze_rules.services import events
from freeze_rules.triggers import KINDS
from inventory import selectors as stock
from inventory.selectors import reach
from org import roles
from org.api.batches import Item, answered, bodies_in, read_items
from org.api.describing import Raw, described, results
from org.api.endpoints import Endpoint
from org.api.faults import Fault, add_texts
from org.api.shapes import Field, Shape, facts, lines, moment, number, text, word

add_texts(events.SENTENCES)
GOODS = Shape(
    (
        Field("sku", text(64, least=1), required=True),
        Field("qty", number(0, events.MOST_UNITS)),
        Field("lot", text(64)),
        Field("location", text(32), about="A code of the event's warehouse."),
        Field("grade", text(2)),
    )
)
HAPPENING = Shape(
    (
        Field("kind", word(*sorted(KINDS)), required=True),
        Field("key", text(120, least=1), required=True),
        Field("occurred_at", moment),
        Field("document", text(64)),
        Field("warehouse", text(32)),
        Field("facts", facts),
        Field("goods", lines(GOODS)),
    )
)


@dataclass(frozen=True)
class _Codes:
    """Ids behind the codes of a batch."""

    skus: Mapping[str, int]
    houses: Mapping[str, int]
    lots: Mapping[tuple[int, str], int]
    places: Mapping[tuple[int, str], int]


class RuleEvents(Endpoint):
    """Something happened. The key is the event's own: told again it changes nothing."""

    permission = roles.RULES_TELL
    needs_key = False

    @described(
        "Tell events",
        body=Raw({"type": "object", "properties": {"items": {"type": "array", "minItems": 1,
             "maxItems": 1000, "items": HAPPENING.schema}}, "required": ["items"],
             "additionalProperties": False}),
        answer=results({"new": bool}),
        example={"items": [{"kind": "external", "key": "erp:4711", "warehouse": "WH1",
                            "facts": {"event.external": "quality alarm"},
                            "goods": [{"sku": "MILK", "qty": 10}]}]},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Up to 1,000, each judged by itself; rules and holds that listen act within a second."""
        items = read_items(bodies_in(request), HAPPENING)
        told = {item.number: self._read(item, known) for known in [self._known(items)]
                for item in items if item.made is not None}  # fmt: skip
        waiting = {at: each for at, each in told.items() if each is not None}
        with transaction.atomic(durable=True):
            seen = rule_views.known_events([each.key for each in waiting.values()])
            self._note(items, waiting)
        for at in waiting:
            if not items[at].faults:
                items[at].answer = {"new": waiting[at].key not in seen}
                seen.add(waiting[at].key)
        return answered(items)

    def _note(self, items: list[Item], waiting: dict[int, events.Happening]) -> None:
        """Keep all that can be kept; each refusal is its item's own."""
        left = list(waiting)
        while left:
            try:
                events.note([waiting[at] for at in left], told_by=self.caller.actor)
            except events.EventRefused as refused:
                items[left.pop(refused.at)].refuse(Fault(code=refused.code))
            else:
                return

    def _known(self, items: list[Item]) -> _Codes:
        made = [item.made for item in items if item.made is not None]
        goods = [each for one in made for each in one.get("goods", ())]
        skus = reach.skus(sorted({each["sku"] for each in goods})).by_code
        named = sorted({each["lot"] for each in goods if each.get("lot")})
        houses = {view.code: view.id for view in stock.warehouses(scope=self.scope())}
        places = sorted({each["location"] for each in goods if each.get("location")})
        return _Codes(
            skus=skus,
            houses=houses,
            places=reach.locations(places, warehouse_ids=list(houses.values())).by_code
            if places
            else {},
            lots=reach.lots(named, sku_ids=list(skus.values())).by_code if named else {},
        )

    def _read(self, item: Item, known: _Codes) -> events.Happening | None:
        """The event with ids for codes; None and a fault where one is not known."""
        told, goods = item.made, []
        house = told.get("warehouse", "")
        if house and house not in known.houses:
            item.refuse(Fault(code="unknown_warehouse", field="warehouse", asked=house))
            return None
        for line, each in enumerate(told.get("goods", ())):
            sku, lot = known.skus.get(each["sku"]), each.get("lot", "")
            if sku is None:
                item.refuse(Fault(code="unknown_sku", line=line, field="sku", asked=each["sku"]))
                return None
            if lot and (sku, lot) not in known.lots:
                item.refuse(Fault(code="unknown_lot", line=line, field="lot", asked=lot))
                return None
            place = each.get("location", "")
            if place and (known.houses.get(house, 0), place) not in known.places:
                item.refuse(
                    Fault(code="unknown_location", line=line, field="location", asked=place)
                )
                return None
            goods.append(
                events.Goods(
                    sku_id=sku, qty=each.get("qty", 0), lot_id=known.lots.get((sku, lot)),
                    location_id=known.places.get((known.houses.get(house, 0), place)),
                    grade=each.get("grade") or "ZP",
                )
            )  # fmt: skip
        return events.Happening(
            kind=told["kind"], key=told["key"], occurred_at=told.get("occurred_at"),
            document=told.get("document", ""), warehouse_id=known.houses.get(house),
            facts=told.get("facts", {}), goods=goods,
        )  # fmt: skip
