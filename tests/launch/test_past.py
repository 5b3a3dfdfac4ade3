"""The demo company's month before its first day."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from demo import building, past
from insights.measures import MEASURES
from insights.models import Figure
from insights.selectors import Asked, series
from insights.services import figure_day
from oms.models import Order
from oms.selectors import audit as audit_orders
from org.scope import Scope
from wms.selectors import audit as audit_floor


def test_the_month_before_is_written_once_and_its_figures_are_counted_by_the_measures(
    real_commits: str,
) -> None:
    now = timezone.now()
    day = timezone.localdate() - timedelta(days=3)
    building.build(sandbox_url="http://127.0.0.1:1", now=now, with_past=True)

    many = Order.objects.count()
    assert many > 500
    assert not Order.objects.exclude(state="SHIPPED").exists()
    assert not Order.objects.filter(shipped_at__gte=now).exists()
    assert audit_orders() == []
    assert audit_floor() == []
    assert past.tell(today=timezone.localdate(), houses=[1]) == 0
    assert Order.objects.count() == many
    found = {}
    for code in ("orders", "same-day", "pick-rate", "order-to-shipped"):
        with transaction.atomic(durable=True):
            figure_day(measure=MEASURES[code], day=day)
        answer = series(
            MEASURES[code], Asked(since=day, until=day), scope=Scope.everything(), now=now
        )
        assert answer.unknown == 0
        found[code] = answer.lines[0].total or 0.0
    placed = Order.objects.filter(placed_at__date=day).count()
    assert placed > 0
    assert sum(figure.value for figure in _figures("orders")) == placed
    assert 0.5 < found["same-day"] <= 1
    assert 40 < found["pick-rate"] < 120
    assert 1800 < found["order-to-shipped"] < 24 * 3600


def _figures(code: str) -> list[Figure]:
    return list(Figure.objects.filter(measure=code))
