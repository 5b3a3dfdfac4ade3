"""Events against many rules: how many a second, and what ten times the rules cost."""

from __future__ import annotations

from dataclasses import dataclass

from bench.holdings import stocked
from bench.holdings.crew import Crew
from bench.holdings.stocked import House

FEW, MANY = 50, 500
# One event in ten meets a rule.
HITTING = 10
EACH_EVENT_CALL = 1_000


@dataclass(frozen=True)
class Rated:
    """Events judged a second by one and by two workers."""

    alone: float
    together: float


def measure(house: House, *, events: int) -> dict[str, float | str]:
    """Judge the same events with 50 and with 500 enabled rules, holds placed."""
    spread_categories(house)
    few = _rated(house, events, rules=FEW, tag="few")
    many = _rated(house, events, rules=MANY, tag="many")
    return {
        "events_per_s": many.together,
        "cost_500_over_50_rules": few.together / many.together,
        "events_per_s_50_rules": few.together,
        "events_per_s_one_worker": many.alone,
    }


def spread_categories(house: House) -> None:
    """A tenth of the SKUs fall evenly into categories that rules name; the others into none."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_sku SET category = CASE WHEN id %% %s = 0
                   THEN 'C' || (id / %s) %% %s ELSE 'X' || id %% 97 END""",
            [HITTING, HITTING, FEW],
        )


def _rated(house: House, events: int, *, rules: int, tag: str) -> Rated:
    _write_rules(rules)
    stocked.settle()
    rates = []
    for workers in (1, 2):
        _tell(house, events, tag=f"{tag}{workers}")
        with Crew(workers) as crew:
            rates.append(events / crew.seconds([{"job": "judge"} for _ in range(workers)]))
    return Rated(*rates)


def _write_rules(wanted: int) -> None:
    """Enabled rules: the first fifty name the categories that occur, the others none that does."""
    from freeze_rules.models import Rule
    from tests import given
    from tests.freeze_rules import writing

    # Made once: a password is slow to hash on purpose.
    by = (given.person(), given.person())
    for n in range(Rule.objects.count(), wanted):
        writing.enabled(
            by=by,
            name=f"Bench {n}",
            scope="goods",
            quantity={"event": True},
            reason="RULE",
            condition={
                "all": [
                    {"fact": "sku.category", "is": "=", "value": f"C{n}"},
                    {"fact": "event.qty", "is": ">=", "value": 1},
                    {"not": {"fact": "sku.brand", "is": "=", "value": "NONE"}},
                ]
            },
            release={"proof": "inspection.passed"},
        )


def _tell(house: House, events: int, *, tag: str) -> None:
    from django.db import transaction

    from freeze_rules.services import events as telling

    for start in range(0, events, EACH_EVENT_CALL):
        with transaction.atomic(durable=True):
            telling.note(
                [
                    telling.Happening(
                        kind="goods.received",
                        key=f"{tag}:{n}",
                        document=f"GR-{tag}-{n}",
                        warehouse_id=house.id,
                        goods=[telling.Goods(sku_id=house.first_sku + n % house.skus, qty=2)],
                    )
                    for n in range(start, min(start + EACH_EVENT_CALL, events))
                ],
                told_by="system:bench",
            )
