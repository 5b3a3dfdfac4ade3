"""A plan in people's words: codes and names for ids, the few rows a page can show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from freeze_rules.services import Planned
from inventory import selectors as stock
from inventory.selectors.places import grades
from inventory.services import PlanStep
from org.scope import Scope

# Rows of a list on the page; a freeze may cover ten thousand cells.
SHOWN = 100


@dataclass(frozen=True)
class Goods:
    """Units of one SKU."""

    code: str
    name: str
    unit: str
    qty: int


@dataclass(frozen=True)
class Placed:
    """Units of one SKU at one place, or in no cell yet."""

    goods: Goods
    warehouse: str
    location: str
    lot: str
    grade: str


@dataclass(frozen=True)
class Touched:
    """Another document whose units the freeze takes, or whose cell it takes."""

    document: str
    goods: Goods


@dataclass(frozen=True)
class Told:
    """What a freeze would do. `hidden` counts the rows beyond those shown, by list."""

    units: int
    frozen: list[Goods]
    placed: list[Placed]
    # Orders that lose units for good; those that keep them but get another cell; freezes that
    # hand units over.
    losing: list[Touched]
    losers: int
    elsewhere: list[Touched]
    handing_over: list[Touched]
    left: list[Goods]
    left_units: int
    hidden: Mapping[str, int]


def tell(planned: Planned) -> Told:
    """The plan for a page, in six statements at most."""
    plan = planned.plan
    names = _Names(plan.steps, [*plan.frozen, *plan.left, *_skus(plan.displaced)])
    own = [step for step in plan.steps if step.document == planned.number and step.change > 0]
    others = [step for step in plan.steps if step.document != planned.number]
    losing = [
        Touched(document, names.goods(sku, qty))
        for document, lost in sorted(plan.displaced.items(), key=lambda item: _by_number(item[0]))
        for sku, qty in lost.items()
    ]
    frozen = sorted(names.all(plan.frozen), key=lambda each: -each.qty)
    left = sorted(names.all(plan.left), key=lambda each: -each.qty)
    moved, handed = _others(others, plan.displaced, names)
    lists: dict[str, Sequence[object]] = {
        "frozen": frozen, "placed": [names.placed(step) for step in own], "losing": losing,
        "elsewhere": moved, "handing_over": handed, "left": left,
    }  # fmt: skip
    return Told(
        units=sum(plan.frozen.values()),
        frozen=frozen[:SHOWN],
        placed=[names.placed(step) for step in own[:SHOWN]],
        losing=losing[:SHOWN],
        losers=len(plan.displaced),
        elsewhere=moved[:SHOWN],
        handing_over=handed[:SHOWN],
        left=left[:SHOWN],
        left_units=sum(plan.left.values()),
        hidden={name: max(0, len(rows) - SHOWN) for name, rows in lists.items()},
    )


def _by_number(document: str) -> tuple[str, int, str]:
    """SO-9 comes before SO-10."""
    letters, _, digits = document.partition("-")
    return (letters, int(digits) if digits.isdecimal() else 0, document)


def _skus(displaced: Mapping[str, Mapping[int, int]]) -> set[int]:
    return {sku for lost in displaced.values() for sku in lost}


def _others(
    steps: list[PlanStep], displaced: Mapping[str, Mapping[int, int]], names: _Names
) -> tuple[list[Touched], list[Touched]]:
    """Orders that keep their units but not their cell, and freezes that hand units over."""
    given: dict[tuple[str, int], int] = defaultdict(int)
    gone: dict[tuple[str, int], int] = defaultdict(int)
    for step in steps:
        thing = (step.document, step.sku_id)
        gone[thing] -= step.change
        if step.change < 0:
            given[thing] -= step.change
    moved, handed = [], []
    for (document, sku), units in given.items():
        lost = displaced.get(document, {}).get(sku, 0)
        net = gone[document, sku] - lost
        if net > 0:
            handed.append(Touched(document, names.goods(sku, net)))
        if units - lost - max(net, 0) > 0:
            moved.append(Touched(document, names.goods(sku, units - lost - max(net, 0))))
    return moved, handed


class _Names:
    """Names of what a plan's steps are about."""

    def __init__(self, steps: Iterable[PlanStep], skus: Iterable[int]) -> None:
        steps = list(steps)
        self._skus = stock.skus({step.sku_id for step in steps} | set(skus))
        self._places = stock.locations({step.location_id for step in steps if step.location_id})
        self._lots = stock.lots({step.lot_id for step in steps if step.lot_id})
        ids = {step.warehouse_id for step in steps}
        # The plan is made within the person's reach; its warehouses may be closed ones.
        views = stock.warehouses(scope=Scope.everything(), ids=ids, active=False)
        self._houses = {view.id: view.name for view in views}
        self._grades = dict(grades())

    def goods(self, sku: int, qty: int) -> Goods:
        view = self._skus[sku]
        return Goods(view.code, view.name, view.unit_name, qty)

    def all(self, units: Mapping[int, int]) -> list[Goods]:
        return [self.goods(sku, qty) for sku, qty in units.items() if qty]

    def placed(self, step: PlanStep) -> Placed:
        place, lot = step.location_id, step.lot_id
        return Placed(
            goods=self.goods(step.sku_id, step.change),
            warehouse=self._houses.get(step.warehouse_id, ""),
            location=self._places[place].code if place else "",
            lot=self._lots[lot].code if lot else "",
            grade=self._grades.get(step.grade, step.grade),
        )
