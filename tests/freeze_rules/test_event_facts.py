"""What an event tells is of the type that conditions compare, or the event is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from freeze_rules.models import Event, Verdict
from freeze_rules.services.events import EventRefused
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.sensing import device, now, say_every, work
from tests.inventory import goods

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fact", "value"),
    [("event.qty", "many"), ("event.dose", "12,5"), ("event.paid", "yes"), ("event.result", "OK")],
)
def test_a_fact_of_the_wrong_type_is_refused_and_nothing_is_kept(fact: str, value: Any) -> None:
    given.warehouse("WH1")
    with pytest.raises(EventRefused) as refused:
        writing.happens("damage.reported", facts={fact: value})
    assert (refused.value.code, refused.value.at) == ("bad_fact", 0)
    assert "%" not in str(refused.value)
    assert not Event.objects.exists()


def test_money_told_as_text_is_compared_as_money() -> None:
    given.warehouse("WH1")
    given.stock("TEA", 5)
    condition = {"fact": "event.value", "is": ">", "value": "9.99"}
    rule = writing.enabled(trigger="external", scope="sku", condition=condition)
    writing.tell("external", goods=[("TEA", 1)], facts={"event.value": "9.99"})
    assert not Verdict.objects.exists()
    writing.tell("external", goods=[("TEA", 1)], facts={"event.value": "10.00"})
    [verdict] = Verdict.objects.all()
    assert verdict.version.rule_id == rule.pk
    assert verdict.outcome == "FROZEN"


@pytest.mark.parametrize(("reading", "dose"), [(8.9, 58.5), (-0.5, 32.5), (12, 260)])
def test_a_sensors_figures_are_told_with_their_decimals(reading: float, dose: float) -> None:
    device(period_s=600)
    milk = given.sku("MILK", temperature="CHILLED")
    day = now() - timedelta(days=2)
    goods.receive(goods.line(milk, 10), at="C-01", occurred_at=day - timedelta(days=8)).check()

    say_every(10, day, 4, *[reading] * 7, 4)
    work()

    told = Event.objects.get(kind="sensor.excursion").facts
    assert (told["event.peak"], told["event.dose"]) == (reading, dose)
