"""Compares the sandbox's own records with the house's, after the day; trusts neither alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench.day.outside import Outside

FINAL = {"SHIPPED", "COMPLETED", "CANCELLED", "CLOSED"}


@dataclass
class Accounts:
    """The day in figures; the seven in `MUST_BE_ZERO` prove it, `examples` show what broke them."""

    figures: dict[str, float] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def wrong(self, name: str, example: str) -> None:
        """Count one violation."""
        self.figures[name] = self.figures.get(name, 0) + 1
        if len(self.examples[name]) < 10:
            self.examples[name].append(example)


MUST_BE_ZERO = (
    "lost", "doubled", "oversold", "audit_differences", "stale_shop_figures",
    "without_next_action", "feed_differences",
)  # fmt: skip


# Figures with a goal: at most, or at least, so much. Told, not a failure of the day.
AT_MOST = {"cancel_to_sellable_mean_min": 15.0}
AT_LEAST = {"preset_share_pct": 90.0}


def draw_up(outside: Outside) -> Accounts:
    """All figures of the day."""
    accounts = Accounts(dict.fromkeys(MUST_BE_ZERO, 0))
    theirs = list(outside.rows("/sandbox/records/orders", "orders"))
    ours = _our_orders()
    _count(accounts, outside, theirs, ours)
    _compare_orders(accounts, theirs, ours)
    _compare_goods(accounts, outside, theirs, ours)
    _compare_figures(accounts, outside)
    _audits(accounts)
    _times(accounts, theirs, ours)
    _put_back(accounts)
    _who_froze(accounts)
    return accounts


def _our_orders() -> dict[tuple[str, str], dict[str, Any]]:
    """Our orders by (shop code, platform number)."""
    from channels_sync.models import Shop
    from oms.models import Order

    shops = dict(Shop.objects.values_list("id", "code"))
    columns = (
        "number", "shop_id", "platform_number", "state", "received_at", "held_at", "due_at",
        "shipped_at",
    )  # fmt: skip
    return {
        (shops[row["shop_id"]], row["platform_number"]): row
        for row in Order.objects.values(*columns)
    }


def _count(
    accounts: Accounts,
    outside: Outside,
    theirs: list[dict[str, Any]],
    ours: dict[tuple[str, str], dict[str, Any]],
) -> None:
    from oms.models import OrderException

    states = Counter(row["state"] for row in ours.values())
    stuck = set(OrderException.objects.filter(state="OPEN").values_list("order__number", flat=True))
    accounts.figures |= {
        "placed": outside.get("/sandbox/records/summary")["placed"],
        "received": len(ours),
        "held": sum(row["held_at"] is not None for row in ours.values()),
        "shipped": states["SHIPPED"] + states["COMPLETED"],
        "cancelled": states["CANCELLED"] + states["CLOSED"],
        "in_exception": len(stuck),
    }
    accounts.figures["disturbed"] = sum(bool(row["disturbed"]) for row in theirs)


def _compare_orders(
    accounts: Accounts,
    theirs: list[dict[str, Any]],
    ours: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """Lost: placed there, unknown here; or shipped or cancelled on one side only."""
    stopped_late = _stopped_too_late()
    for row in theirs:
        key = (row["shop"], str(row["number"]))
        mine = ours.get(key)
        if mine is None:
            accounts.wrong("lost", f"{key}: placed there, unknown here")
            continue
        there, here = row["state"], mine["state"]
        if here == "SHIPPED" and there not in ("shipped", "cancelled"):
            accounts.wrong("lost", f"{key}: shipped here ({mine['number']}), {there} there")
        if there == "shipped" and here not in ("SHIPPED", "COMPLETED"):
            accounts.wrong("lost", f"{key}: shipped there, {here} here")
        if there == "cancelled" and here != "CANCELLED" and mine["number"] not in stopped_late:
            accounts.wrong("lost", f"{key}: cancelled there, {here} here")
        numbers = {one["number"] for one in row["tracking"]}
        if len(row["tracking"]) > len(row["lines"]) or len(numbers) < len(row["tracking"]):
            accounts.wrong("doubled", f"{key}: told to ship twice: {row['tracking']}")
    known = {(row["shop"], str(row["number"])) for row in theirs}
    for key in ours:
        if key not in known:
            accounts.wrong("doubled", f"{key}: here, but never placed there")


def _stopped_too_late() -> set[str]:
    """Orders whose buyer cancelled when the parcel had left: a person has the next action."""
    from oms.models import OrderException

    rows = OrderException.objects.filter(state="OPEN", code="cancelled_after_shipping")
    return set(rows.values_list("order__number", flat=True))


def _compare_goods(
    accounts: Accounts,
    outside: Outside,
    theirs: list[dict[str, Any]],
    ours: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """Per SKU: what left by the platforms' records is what left by ours, and no more than came."""
    from django.db.models import Sum

    from inventory.models import Entry

    recipes = _recipes()
    left_there: Counter[str] = Counter()
    for row in theirs:
        mine = ours.get((row["shop"], str(row["number"])))
        if mine is not None and mine["state"] in ("SHIPPED", "COMPLETED"):
            for line in row["lines"]:
                for part, units in recipes.get(line["sku"], {line["sku"]: 1}).items():
                    left_there[part] += line["quantity"] * units
    sums = Entry.objects.exclude(outside="").values("sku__code", "outside")
    flows: dict[str, Counter[str]] = defaultdict(Counter)
    for flow in sums.annotate(qty=Sum("on_hand")):
        flows[flow["sku__code"]][flow["outside"]] += flow["qty"]
    for code in set(flows) | set(left_there):
        left_here = flows[code]["CUSTOMER"]
        came = -flows[code]["SUPPLIER"] - flows[code]["FOUND"] - flows[code]["LOST"]
        if left_here > came:
            accounts.wrong("oversold", f"{code}: {left_here} left, {came} came")
        if left_here > left_there[code]:
            accounts.wrong(
                "doubled", f"{code}: {left_here} left here, {left_there[code]} were sold"
            )
        elif left_here < left_there[code]:
            accounts.wrong("lost", f"{code}: {left_here} left here, {left_there[code]} were sold")
    _promised(accounts)


def _recipes() -> dict[str, dict[str, int]]:
    """Units of each part in one kit, by codes; nobody writes new recipes during the day."""
    from inventory.models import RecipeLine

    found: dict[str, dict[str, int]] = {}
    for kit, part, qty in RecipeLine.objects.order_by("recipe__version").values_list(
        "recipe__kit__code", "part__code", "qty"
    ):
        found.setdefault(kit, {})[part] = qty
    return found


def _promised(accounts: Accounts) -> None:
    """Oversold too: more promised to orders than lies there."""
    from inventory.models import Balance

    for balance in Balance.objects.filter(available__lt=0).select_related("sku"):
        accounts.wrong("oversold", f"{balance.sku.code}: {balance.held} of {balance.on_hand} held")


def _compare_figures(accounts: Accounts, outside: Outside) -> None:
    """The figure that the platform was last told against what may be sold now."""
    from channels_sync.models import Listing, ShopWarehouse
    from inventory.models import Balance

    free: Counter[tuple[int, str]] = Counter()
    for warehouse, sku, qty in Balance.objects.filter(grade="ZP").values_list(
        "warehouse_id", "sku__code", "available"
    ):
        free[(warehouse, sku)] += qty
    recipes = _recipes()

    def sellable(warehouse: int, code: str) -> int:
        parts = recipes.get(code, {code: 1})
        return min(free[(warehouse, part)] // units for part, units in parts.items())

    bound: dict[int, list[int]] = defaultdict(list)
    for shop, warehouse in ShopWarehouse.objects.values_list("shop_id", "warehouse_id"):
        bound[shop].append(warehouse)
    expected = {}
    for listing in Listing.objects.filter(sku__isnull=False).select_related("shop", "sku"):
        code = listing.sku.code if listing.sku else ""
        qty = sum(sellable(warehouse, code) for warehouse in bound[listing.shop_id])
        expected[(listing.shop.code, listing.outer_code)] = max(0, qty - listing.shop.safety_qty)
    for row in outside.rows("/sandbox/records/stock", "stock"):
        ours = expected.get((row["shop"], row["sku"]))
        if ours is None or row["told"] != ours:
            accounts.wrong(
                "stale_shop_figures", f"{row['shop']} {row['sku']}: told {row['told']}, is {ours}"
            )


def _audits(accounts: Accounts) -> None:
    from inventory import selectors as stock
    from oms import selectors as orders
    from wms import selectors as floor

    for found in (*stock.audit(), *orders.audit(), *floor.audit()):
        accounts.wrong("audit_differences", str(found))
    for number in orders.without_next_action():
        accounts.wrong("without_next_action", str(number))


def _times(
    accounts: Accounts,
    theirs: list[dict[str, Any]],
    ours: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """Milliseconds from the receipt of an undisturbed push, by the database's clock."""
    from django.db.models import Min

    from oms.models import OrderEvent

    seen = dict(OrderEvent.objects.values_list("order__number").annotate(at=Min("at")))
    visible, held = [], []
    for row in theirs:
        key = (row["shop"], str(row["number"]))
        mine = ours.get(key)
        if row["disturbed"] or mine is None or not row["push_answered_at"]:
            continue
        if mine["held_at"] is not None:
            held.append((mine["held_at"] - mine["received_at"]).total_seconds() * 1000)
        visible.append((seen[mine["number"]] - mine["received_at"]).total_seconds() * 1000)
    accounts.figures |= {
        "visible_p95_ms": _part(visible, 0.95),
        "held_p50_ms": _part(held, 0.50),
        "held_p95_ms": _part(held, 0.95),
    }


def _put_back(accounts: Accounts) -> None:
    """Minutes from the cancellation of an order that was picked until its goods are sellable.

    Both by the database's clock; what is not back on the shelf yet is counted apart.
    """
    from wms.models import PutBack

    notes = list(PutBack.objects.values_list("asked_at", "done_at"))
    minutes = [(done - asked).total_seconds() / 60 for asked, done in notes if done is not None]
    accounts.figures |= {
        "put_back": len(minutes),
        "put_back_open": len(notes) - len(minutes),
        "cancel_to_sellable_mean_min": mean_of(minutes),
        "cancel_to_sellable_p95_min": _part(minutes, 0.95, digits=2),
    }


def _who_froze(accounts: Accounts) -> None:
    """Holds that ready rules, rules of one's own and people laid; without any there is no share."""
    from freeze_rules.models import ManualFreeze, Verdict

    by_rule = Verdict.objects.filter(outcome="FROZEN")
    own = by_rule.filter(version__rule__preset="").count()
    ready, hand = by_rule.count() - own, ManualFreeze.objects.count()
    accounts.figures |= {
        "holds_by_preset": ready, "holds_by_own_rule": own, "holds_by_hand": hand,
    }  # fmt: skip
    if ready + own + hand:
        accounts.figures["preset_share_pct"] = round(100 * ready / (ready + own + hand), 1)


def missed_goal(name: str, value: float) -> str:
    """What to say beside a figure that misses its goal; empty otherwise."""
    if name in AT_MOST and value > AT_MOST[name]:
        return f"  <-- above {AT_MOST[name]:g}"
    if name in AT_LEAST and value < AT_LEAST[name]:
        return f"  <-- below {AT_LEAST[name]:g}"
    return ""


def mean_of(values: list[float]) -> float:
    """The mean to two digits; 0 of nothing."""
    return round(sum(values) / len(values), 2) if values else 0.0


def _part(values: list[float], part: float, *, digits: int = 1) -> float:
    if not values:
        return 0.0
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], digits)
