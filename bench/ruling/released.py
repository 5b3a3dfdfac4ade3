"""A promotion closes: three thousand SKUs in one claim, a hundred thousand claims of one each."""

from __future__ import annotations

from bench.holdings import stocked
from bench.holdings.crew import Crew
from bench.holdings.stocked import House

RESERVED = 3_000
EACH_EVENT = 5_000


def measure(house: House, *, claims: int, skus: int = RESERVED) -> dict[str, float | str]:
    """Seconds from the closing until everything is for sale again."""
    from tests.freeze_rules import writing

    writing.enabled(
        name="One claim", trigger="promotion.opened", scope="order", quantity={"event": True},
        reason="PROMOTION", release={"proof": "promotion.closed"},
        condition={"fact": "event.promotion", "is": "=", "value": "WHOLE"},
    )  # fmt: skip
    writing.enabled(
        name="A claim each", trigger="promotion.opened", scope="goods", quantity={"event": True},
        reason="PROMOTION", release={"proof": "promotion.closed"},
        condition={"fact": "event.promotion", "is": "=", "value": "EACH"},
    )  # fmt: skip
    _open(house, "WHOLE", skus, per_event=skus)
    _open(house, "EACH", claims, per_event=EACH_EVENT)
    stocked.settle()
    return {
        "promotion_3000_s": _closed("WHOLE", workers=1),
        "release_100k_s": _closed("EACH", workers=2),
    }


def _open(house: House, promotion: str, goods: int, *, per_event: int) -> None:
    from django.db import transaction

    from freeze_rules.services import events as telling
    from freeze_rules.services import judging

    for start in range(0, goods, per_event):
        with transaction.atomic(durable=True):
            telling.note(
                [
                    telling.Happening(
                        kind="promotion.opened",
                        key=f"{promotion}:{start}",
                        document=f"P-{promotion}",
                        warehouse_id=house.id,
                        facts={"event.promotion": promotion},
                        goods=[
                            telling.Goods(sku_id=house.first_sku + n % house.skus, qty=1)
                            for n in range(start, min(start + per_event, goods))
                        ],
                    )
                ],
                told_by="system:bench",
            )
        with transaction.atomic(durable=True):
            judging.judge_batch()


def _closed(promotion: str, *, workers: int) -> float:
    from django.db import transaction

    from freeze_rules.services import events as telling
    from inventory.models import Hold

    with transaction.atomic(durable=True):
        telling.note(
            [
                telling.Happening(
                    kind="promotion.closed", key=f"{promotion}:close", document=f"P-{promotion}"
                )
            ],
            told_by="system:bench",
        )
    with Crew(workers) as crew:
        took = crew.seconds([{"job": "judge"} for _ in range(workers)])
    left = Hold.objects.filter(document__endswith=f":P-{promotion}", closed_at__isnull=True)
    assert not left.exists(), f"{left.count()} claims are still open"
    return took
