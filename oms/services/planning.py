"""What the pipeline would do with due orders, thought out without a lock.

The plan that is checked is the plan that is held: `pipeline` locks the orders, sees that none
changed since (their `stamp`), and lets the ledger decide about the stock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from freeze_rules.selectors.reserves import Buyer, Reserve, locks_of, promised_to
from inventory import selectors as stock
from oms import routing
from oms.codes import policy
from oms.facts import Finding, LineFacts, OrderFacts, ReceiverFacts
from oms.geography import Point, point_of_province
from oms.models import Order, OrderException, OrderLine, Receiver
from oms.steps import examine
from oms.wording import plain_code
from org.scope import Scope

# Goods on the road or only on paper are not sent from.
_SENDS_NOTHING = {"TRANSIT", "VIRTUAL"}
# The steps whose exceptions the pipeline itself opens and clears.
STEPS = frozenset({"permitted", "complete", "mapped", "priced", "routed", "processed"})


@dataclass(eq=False)
class Plan:
    """One due order: what was found, where it would go."""

    order: Order
    lines: list[OrderLine]
    receiver: Receiver | None
    facts: OrderFacts
    findings: list[tuple[str, Finding]]
    # Something that the intake found stands open.
    blocked: bool = False
    # Lines whose SKU was found by merchant code just now.
    newly_mapped: list[OrderLine] = field(default_factory=list)
    warehouse_id: int | None = None
    # What must lie in one warehouse: the needs with kits taken apart. Set when it is routed.
    parts: Mapping[int, int] = field(default_factory=dict)
    # What rules keep for it: its own lock, or its promotion's reserve.
    reserve: Reserve | None = None
    # Warehouses that said no while this order was being placed.
    avoid: set[int] = field(default_factory=set)

    @property
    def stamp(self) -> tuple[object, ...]:
        """Differs when anybody touched the order: everybody who changes it makes it due anew."""
        return stamp_of(self.order)

    @property
    def sound(self) -> bool:
        """Nothing found so far stands in its way."""
        return not self.blocked and not any(policy(found.code).blocks for _, found in self.findings)


def stamp_of(order: Order) -> tuple[object, ...]:
    """What tells two readings of an order apart."""
    return (order.state, order.due_at, order.modified_at, order.version, order.round)


def look(*, order_ids: Sequence[int]) -> list[Plan]:
    """Read these orders and run every check; five statements. Routing comes separately."""
    orders = list(Order.objects.filter(id__in=order_ids).order_by("id"))
    lines: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in OrderLine.objects.filter(order__in=orders).order_by("order", "position"):
        lines[line.order_id].append(line)
    receivers = Receiver.objects.in_bulk(list(lines))
    accepted, blocked = _judged(orders)
    mapped = _map_by_code(line for its_lines in lines.values() for line in its_lines)
    plans = []
    for order in orders:
        receiver = receivers.get(order.pk)
        facts = facts_of(order, lines[order.pk], receiver)
        findings = [
            (step, finding)
            for step, finding in examine(facts)
            if (order.pk, finding.code, finding.field) not in accepted
        ]
        plan = Plan(order, lines[order.pk], receiver, facts, findings, order.pk in blocked)
        plan.newly_mapped = [line for line in plan.lines if line.pk in mapped]
        plans.append(plan)
    return plans


def _judged(orders: Sequence[Order]) -> tuple[set[tuple[int, str, str]], set[int]]:
    """What people accepted (order, code, field), and orders stopped by what no step here clears."""
    rows = OrderException.objects.filter(order__in=orders).filter(
        Q(state="OPEN", blocks=True) | Q(resolution="ACCEPTED")
    )
    accepted, blocked = set(), set()
    for row in rows:
        if row.state == "RESOLVED":
            accepted.add((row.order_id, row.code, row.field))
        elif row.step not in STEPS:
            blocked.add(row.order_id)
    return accepted, blocked


def route(plans: Sequence[Plan]) -> None:
    """Choose a warehouse for every sound plan, the earliest paid first; four statements.

    Kits are routed as their parts, so an order for a kit and one for a part of it never count the
    same unit. A plan that no single warehouse can serve gets the finding out_of_stock with what is
    missing.
    """
    sound = sorted((plan for plan in plans if plan.sound), key=paid_first)
    if not sound:
        return
    _take_apart(sound)
    kept = _kept_for(sound)
    for plan in sound:
        plan.reserve = kept.get(str(plan.order.number))
    choices = _choose(
        [
            routing.Wanted(
                order_id=plan.order.pk,
                needs=plan.parts,
                to=_destination(plan.receiver),
                allowed=frozenset(plan.order.allowed_warehouses),
                avoid=frozenset(plan.avoid),
                own=plan.reserve.units if plan.reserve else {},
            )
            for plan in sound
        ]
    )
    for plan, choice in zip(sound, choices, strict=True):
        plan.warehouse_id = choice.warehouse_id
        if choice.warehouse_id is None:
            plan.findings.append(("routed", out_of_stock(plan, choice.short)))


def _kept_for(plans: Sequence[Plan]) -> dict[str, Reserve]:
    """What rules keep for these orders, by number: their own locks, else a promotion's reserve."""
    kept = locks_of([str(plan.order.number) for plan in plans])
    promised = promised_to(
        [
            Buyer(document=str(plan.order.number), shop_id=plan.order.shop_id, skus=plan.parts)
            for plan in plans
            if str(plan.order.number) not in kept
        ]
    )
    return {**promised, **kept}


def houses_for(
    orders: Sequence[Order], needs: Mapping[int, Mapping[int, int]]
) -> Mapping[int, int]:
    """The warehouse that could send each order as a whole, by order id; two statements.

    Where the receiver lives is not looked at: this is for claims before an order is placed.
    """
    choices = _choose(
        [
            routing.Wanted(
                order_id=order.pk,
                needs=needs[order.pk],
                allowed=frozenset(order.allowed_warehouses),
            )
            for order in orders
            if needs[order.pk]
        ]
    )
    return {each.order_id: each.warehouse_id for each in choices if each.warehouse_id is not None}


def _choose(wanted: Sequence[routing.Wanted]) -> list[routing.Choice]:
    """Two statements: the places that send, and what is free there."""
    places = [
        routing.Place(row.id, _point(row.latitude, row.longitude, row.province), row.priority)
        for row in stock.warehouses(scope=Scope.everything(), active=True)
        if row.kind not in _SENDS_NOTHING
    ]
    free = stock.available(
        sku_ids={sku_id for each in wanted for sku_id in each.needs},
        warehouse_ids=[place.warehouse_id for place in places],
        kits=False,
    )
    return routing.choose(wanted=wanted, places=places, free=free)


def _take_apart(plans: Sequence[Plan]) -> None:
    """Note what each order needs with its kits taken apart; one statement."""
    recipes = stock.recipes({sku_id for plan in plans for sku_id in plan.facts.needs()})
    for plan in plans:
        parts: dict[int, int] = {}
        for sku_id, qty in plan.facts.needs().items():
            recipe = recipes.get(sku_id)
            # A kit without a recipe stays what it is, and there is none of it.
            for part, units in (recipe.of(qty) if recipe else ()) or ((sku_id, qty),):
                parts[part] = parts.get(part, 0) + units
        plan.parts = parts


def out_of_stock(plan: Plan, short: Mapping[int, int]) -> Finding:
    """The finding that names what is missing and what would be enough, in parts of kits."""
    detail = {
        "short": {str(sku_id): qty for sku_id, qty in short.items()},
        "needs": {str(sku_id): qty for sku_id, qty in plan.parts.items()},
    }
    kits = plan.facts.needs().keys() - plan.parts.keys()
    if kits:
        # A new recipe of one of these is worth another look, whatever the parts are then.
        detail["kits"] = {str(sku_id): plan.facts.needs()[sku_id] for sku_id in sorted(kits)}
    return Finding("out_of_stock", "", detail)


def paid_first(plan: Plan) -> tuple[datetime, int]:
    """Who paid first is served first."""
    return (plan.order.paid_at or plan.order.placed_at, plan.order.pk)


def facts_of(order: Order, lines: Sequence[OrderLine], receiver: Receiver | None) -> OrderFacts:
    """The order as the pure steps see it."""
    return OrderFacts(
        id=order.pk,
        platform=order.platform,
        currency=order.currency,
        platform_state=order.platform_state,
        goods_amount=order.goods_amount,
        discount=order.discount,
        freight=order.freight,
        tax=order.tax,
        total=order.total,
        receiver=None
        if receiver is None
        else ReceiverFacts(
            name=receiver.name,
            phone=receiver.phone,
            address=receiver.address,
            country=receiver.country,
            province=receiver.province,
            city=receiver.city,
            masked=receiver.is_masked,
            token=receiver.token,
        ),
        lines=tuple(
            LineFacts(
                id=line.pk,
                position=line.position,
                sku_id=line.sku_id,
                qty=line.qty,
                told_qty=line.told_qty,
                cancelled=line.cancelled,
                shipped=line.shipped,
                occurrence=line.occurrence,
                outer_code=line.outer_code,
                platform_sku_id=line.platform_sku_id,
                title=line.title,
                unit_price=line.unit_price,
                discount=line.discount,
                amount=line.amount,
                refund=line.refund,
            )
            for line in lines
        ),
        buyer_note=order.buyer_note,
        seller_note=order.seller_note,
    )


def _map_by_code(lines: Iterable[OrderLine]) -> set[int]:
    """Give lines without a SKU the one that carries their merchant code; in memory."""
    open_lines = [line for line in lines if line.sku_id is None and line.outer_code]
    if not open_lines:
        return set()
    known = stock.sku_ids_by_code({plain_code(line.outer_code) for line in open_lines})
    found = set()
    for line in open_lines:
        line.sku_id = known.get(plain_code(line.outer_code))
        if line.sku_id is not None:
            found.add(line.pk)
    return found


def _destination(receiver: Receiver | None) -> Point | None:
    if receiver is None:
        return None
    return _point(receiver.latitude, receiver.longitude, receiver.province)


def _point(latitude: float | None, longitude: float | None, province: str) -> Point | None:
    if latitude is not None and longitude is not None:
        return Point(latitude, longitude)
    return point_of_province(province)
