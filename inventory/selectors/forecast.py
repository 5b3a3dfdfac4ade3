"""What could be sold later: free units now, and what is announced or on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from inventory.selectors.selling import GOOD, available
from inventory.things import ONE_OWNER
from inventory.unpacking import KitRecipe, recipes_of
from org.lists.days import begin_of


@dataclass(frozen=True, kw_only=True, slots=True)
class DayStep:
    """From this day on. `arriving` are units due that day; a kit's are more kits it makes.

    `expiring` are free units that may not be used any more from that day on. `balance` is below
    zero as long as more units are waited for than there will be.
    """

    day: date
    arriving: int
    balance: int
    expiring: int = 0

    @property
    def available(self) -> int:
        """Units that can still be promised for that day."""
        return max(self.balance, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """A SKU over a pool of warehouses: the first step is today, then one per day of change."""

    sku_id: int
    now: int
    waiting: int
    steps: tuple[DayStep, ...]

    def on(self, day: date) -> int:
        """Units that can be promised for a day; 0 before today."""
        found = [step.available for step in self.steps if step.day <= day]
        return found[-1] if found else 0


def future(
    *,
    sku_ids: Iterable[int],
    warehouse_ids: Collection[int],
    until: date,
    waiting: Mapping[int, int] | None = None,
    grade: str = GOOD,
    owner: str = ONE_OWNER,
) -> dict[int, Forecast]:
    """Availability day by day, through `until`; every SKU is answered. Four statements.

    Free units now, and whatever of announced receipts and transfers has not arrived yet, on the
    day it is due (display zone). What is overdue counts as due today: nobody called it off.
    Announcements are of our own goods; those of another `owner` are not known beforehand. Lots
    that expire before a day are taken off; claims without a cell use up the earliest of them.

    Args:
        waiting: {SKU id: units} that orders without stock wait for already; they come first. The
            ledger knows only claims that have units, so the order desk says this.
    """
    wanted = set(sku_ids)
    recipes = recipes_of(wanted)
    goods = wanted.union(*(dict(recipe.parts) for recipe in recipes.values()))
    free = available(
        sku_ids=goods, warehouse_ids=warehouse_ids, grade=grade, owner=owner, kits=False
    )
    today = timezone.localdate()
    coming = _coming(goods, warehouse_ids, until, today, grade) if owner == ONE_OWNER else {}
    going = _going(goods, warehouse_ids, until, today, grade, owner)
    changes = _Changes(set(warehouse_ids), free, coming, going)
    owed = waiting or {}
    answer = {}
    for sku in wanted:
        recipe = recipes.get(sku) or KitRecipe(sku, 0, 0, ((sku, 1),))
        answer[sku] = _forecast(recipe, changes, owed, today)
    return answer


# {SKU: {day: [(warehouse, units)]}}
_ByDay = Mapping[int, Mapping[date, list[tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is free in each warehouse, what arrives there, and what expires there."""

    houses: set[int]
    free: Mapping[tuple[int, int], int]
    coming: _ByDay
    going: _ByDay


def _coming(
    sku_ids: set[int], warehouse_ids: Collection[int], until: date, today: date, grade: str
) -> dict[int, dict[date, list[tuple[int, int]]]]:
    """{SKU: {day: [(warehouse, units)]}} of what is announced and has not arrived."""
    end = begin_of(until + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT sku_id, warehouse_id, due_at, qty - arrived - missed FROM inventory_incoming
               WHERE sku_id = ANY(%s) AND warehouse_id = ANY(%s) AND grade = %s
                 AND closed_at IS NULL AND qty > arrived + missed AND due_at < %s""",
            [sorted(sku_ids), sorted(set(warehouse_ids)), grade, end],
        )
        rows = cursor.fetchall()
    found: dict[int, dict[date, list[tuple[int, int]]]] = {}
    for sku, warehouse, due_at, units in rows:
        day = max(timezone.localdate(due_at), today)
        found.setdefault(sku, {}).setdefault(day, []).append((warehouse, units))
    return found


def _going(
    sku_ids: set[int],
    warehouse_ids: Collection[int],
    until: date,
    today: date,
    grade: str,
    owner: str,
) -> dict[int, dict[date, list[tuple[int, int]]]]:
    """{SKU: {day: [(warehouse, units)]}} of free units that cannot be used from that day on.

    Claims without a cell will be picked first expiry first, so they leave the later lots free.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH own AS (
                   SELECT id, sku_id, warehouse_id, available FROM inventory_balance
                   WHERE sku_id = ANY(%s) AND warehouse_id = ANY(%s) AND grade = %s AND owner = %s
                     AND available > 0
               ), cell AS (
                   SELECT b.id, b.sku_id, b.warehouse_id, b.available, l.expires_on,
                       c.on_hand - c.pinned AS units
                   FROM own b JOIN inventory_stock c ON c.balance_id = b.id
                   LEFT JOIN inventory_lot l ON l.id = c.lot_id
                   WHERE c.on_hand > c.pinned
               ), loose AS (
                   SELECT id, sum(units) - min(available) AS units FROM cell GROUP BY id
               )
               SELECT c.sku_id, c.warehouse_id, c.expires_on + 1, sum(c.units)::bigint,
                   c.available, o.units::bigint
               FROM cell c JOIN loose o ON o.id = c.id WHERE c.expires_on < %s
               GROUP BY c.id, 1, 2, 3, 5, 6 ORDER BY c.id, 3""",
            [sorted(sku_ids), sorted(set(warehouse_ids)), grade, owner, until],
        )
        rows = cursor.fetchall()
    found: dict[int, dict[date, list[tuple[int, int]]]] = {}
    claimed: dict[tuple[int, int], int] = {}
    for sku, warehouse, first_day, units, free, loose in rows:
        left = claimed.get((sku, warehouse), loose)
        lost = min(max(units - left, 0), free)
        claimed[(sku, warehouse)] = max(left - units, 0)
        if lost:
            day = max(first_day, today)
            found.setdefault(sku, {}).setdefault(day, []).append((warehouse, lost))
    return found


def _forecast(
    recipe: KitRecipe, changes: _Changes, waiting: Mapping[int, int], today: date
) -> Forecast:
    """Goods are a kit of one unit of themselves here."""
    parts = [part for part, _ in recipe.parts]
    there = {
        house: {part: changes.free.get((house, part), 0) for part in parts}
        for house in changes.houses
    }
    now = before = _packed(recipe, there)
    dated = [by_day.get(part, {}) for part in parts for by_day in (changes.coming, changes.going)]
    steps = []
    for day in sorted({today}.union(*dated)):
        _add(there, changes.going, parts, day, -1)
        kept = _packed(recipe, there)
        _add(there, changes.coming, parts, day, 1)
        whole = _packed(recipe, there)
        balance = _after_waiting(recipe, there, whole, waiting)
        steps.append(
            DayStep(day=day, arriving=whole - kept, balance=balance, expiring=before - kept)
        )
        before = whole
    return Forecast(
        sku_id=recipe.kit_id,
        now=now,
        waiting=waiting.get(recipe.kit_id, 0),
        steps=tuple(steps),
    )


def _add(
    there: Mapping[int, dict[int, int]], changes: _ByDay, parts: list[int], day: date, sign: int
) -> None:
    for part in parts:
        for house, units in changes.get(part, {}).get(day, ()):
            there[house][part] += sign * units


def _packed(recipe: KitRecipe, there: Mapping[int, Mapping[int, int]]) -> int:
    """Units over all warehouses; a kit is packed in one of them."""
    return sum(recipe.makes(units) for units in there.values())


def _after_waiting(
    recipe: KitRecipe,
    there: Mapping[int, Mapping[int, int]],
    whole: int,
    waiting: Mapping[int, int],
) -> int:
    """What is left when those who wait already have got theirs, of the kit and of its parts."""
    left = whole - waiting.get(recipe.kit_id, 0)
    for part, per_kit in recipe.parts:
        if part != recipe.kit_id and part in waiting:
            units = sum(house[part] for house in there.values()) - waiting[part]
            left = min(left, units // per_kit - waiting.get(recipe.kit_id, 0))
    return left
