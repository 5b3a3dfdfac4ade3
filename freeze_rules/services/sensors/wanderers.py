"""Goods that collected too much in several places, though each excursion by itself is forgiven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from freeze_rules.models import Excursion
from freeze_rules.selectors.goods_doses import Doses, doses_of, excursions_of
from freeze_rules.services.sensors.concerns import concern_of
from inventory.selectors.exposure import Exposed

# Excursions of one transaction.
AT_ONCE = 20


def doses_for(excursion: Excursion, *, now: datetime) -> Doses | None:
    """What the goods of this excursion's account have collected; None: its bound knows no dose."""
    if excursion.bound.dose_limit is None:
        return None
    concern = concern_of(excursion.bound)
    # Counted back from the excursion: what counted when it was judged always counts.
    together = excursions_of(excursion.bound, now=excursion.last_at)
    return doses_of(together, concern=concern, now=now)


def judged_by_dose(excursion: Excursion) -> bool:
    """True when only the goods' own dose says which of them are spoilt: no minutes broke it."""
    return excursion.bound.grace_minutes is None or excursion.breached_at is None


def with_doses(
    excursion: Excursion, goods: Sequence[Exposed], doses: Doses | None
) -> list[Exposed]:
    """The goods with what they have collected; by dose alone only those that have too much."""
    limit = excursion.bound.dose_limit
    if doses is None or limit is None:
        return list(goods)
    found = [replace(each, dose=_dose(each, doses)) for each in goods]
    if not judged_by_dose(excursion):
        return found
    return [each for each in found if each.dose is not None and each.dose > limit]


def _dose(each: Exposed, doses: Doses) -> int:
    if each.cell_id is not None:
        return doses.cells.get(each.cell_id, 0)
    return doses.shipped.get((each.document, each.sku_id, each.lot_id), 0)


def look_for_wanderers(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Forgiven excursions whose goods have collected too much elsewhere too become due.

    Looked at again when there are new readings. Joins the caller's transaction.

    Returns:
        How many were looked at.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = list(
        Excursion.objects.filter(
            Q(goods_looked=None) | Q(goods_looked__lt=F("last_at")),
            withdrawn_at=None, breached_at=None, bound__dose_limit__isnull=False,
        )
        .select_related("bound")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True)[:limit]
    )  # fmt: skip
    for row in rows:
        row.goods_looked = row.last_at
        together = excursions_of(row.bound, now=row.last_at)
        # Alone it would have broken the bound itself.
        if len(together) > 1:
            doses = doses_of(together, concern=concern_of(row.bound), now=now)
            most = max([*doses.cells.values(), *doses.shipped.values()], default=0)
            if most > (row.bound.dose_limit or 0):
                row.chase_at = now
    Excursion.objects.bulk_update(rows, ["goods_looked", "chase_at"])
    return len(rows)
