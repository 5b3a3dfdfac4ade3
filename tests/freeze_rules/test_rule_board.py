"""The board of rules: what each did in a period, how often it was wrong, how long it froze."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Rule, Verdict
from freeze_rules.selectors import periods, rule_board
from org.models import Person
from org.scope import Scope
from tests import given
from tests.freeze_rules import writing

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
PASSED = {"proof": "inspection.passed"}


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def row(rule: Rule, *, scope: Scope | None = None, days: int = 30) -> rule_board.RuleFigures:
    period = periods.lately(today=timezone.localdate(), days=days)
    found = rule_board.board(period=period, scope=scope or Scope.everything())
    return next(each for each in found if each.id == rule.pk)


def busy_rule() -> Rule:
    """Three lots frozen; one released after two hours, one after four; two judged, one false."""
    given.sku("MILK", category="DAIRY", unit_cost=Decimal(3))
    lots = [given.lot("MILK", f"L{n}") for n in range(3)]
    for lot in lots:
        given.stock("MILK", 10, lot_id=lot)
    rule = writing.enabled(condition=DAIRY, release=PASSED, name="Dairy waits")
    for lot in lots:
        writing.tell("goods.received", goods=[("MILK", 10, lot)])
    for lot in lots[:2]:
        writing.tell("inspection.passed", goods=[("MILK", 10, lot)])
    for verdict, hours, said in zip(
        Verdict.objects.order_by("id"), (2, 4, None), (False, True, None), strict=True
    ):
        hold = verdict.hold
        assert hold is not None
        if hours is not None:
            hold.closed_at = hold.created_at + timedelta(hours=hours)
            hold.save(update_fields=["closed_at"])
        verdict.false_alarm = said
        verdict.save(update_fields=["false_alarm"])
    return rule


def test_it_counts_hits_units_value_false_alarms_and_the_median_time_to_release() -> None:
    rule = busy_rule()

    found = row(rule)

    assert (found.hits, found.frozen, found.units, found.value) == (3, 3, 30, Decimal(90))
    assert (found.right, found.false, found.false_share) == (1, 1, Decimal("0.5"))
    assert (found.released, found.still_open) == (2, 1)
    assert found.release == timedelta(hours=3)
    assert found.release_hours == 3


def test_a_shadow_rule_would_freeze_and_a_rule_at_its_limit_is_stopped() -> None:
    given.stock("MILK", 10)
    shadow = writing.shadowed(scope="sku")
    limited = writing.enabled(scope="sku", limits={"value": 0, "stores": 0})
    quiet = writing.enabled(trigger="leak.reported", scope="location")

    writing.tell("goods.received", goods=[("MILK", 10)])

    assert (row(shadow).hits, row(shadow).would, row(shadow).units) == (1, 1, 0)
    assert (row(limited).hits, row(limited).stopped, row(limited).units) == (1, 1, 0)
    assert row(limited).state == "PAUSED"
    assert (row(quiet).hits, row(quiet).false_share, row(quiet).release) == (0, None, None)


def test_what_happened_before_the_period_is_not_in_it() -> None:
    rule = busy_rule()
    today = timezone.localdate()
    before = periods.between(since=None, until=today - timedelta(days=1), today=today)

    [found] = rule_board.board(period=before, scope=Scope.everything())

    assert (found.id, found.hits, before.days) == (rule.pk, 0, 30)
    assert row(rule, days=1).hits == 3


def test_a_store_reads_figures_of_its_own_warehouses_only() -> None:
    given.unit("ST1", "STORE", "HQ")
    given.warehouse("WH2", at="ST1")
    rule = busy_rule()
    given.stock("MILK", 4, warehouse="WH2")
    writing.tell("goods.received", goods=[("MILK", 4, given.lot("MILK", "L9"))], warehouse="WH2")
    manager = signed_in(given.person("STORE_MANAGER", at="ST1"))

    told = manager.get("/api/v1/freeze-rules/board").json()["rules"]
    drawn = manager.get("/freeze-rules/board/data/?show=hits").json()

    assert [(each["hits"], each["right"]) for each in told if each["id"] == rule.pk] == [(1, 0)]
    assert sum(line["values"][0] for line in drawn["lines"]) == 1
    assert row(rule).hits == 4


def test_page_chart_files_and_rest_say_the_same() -> None:
    rule = busy_rule()
    client = signed_in(given.person())

    page = client.get("/freeze-rules/board/?show=release").content.decode()
    data = client.get("/freeze-rules/board/data/?show=release").json()
    shares = client.get("/freeze-rules/board/data/?show=false").json()
    sheet = client.get("/freeze-rules/board.csv").content.decode("utf-8-sig").splitlines()
    [told] = client.get("/api/v1/freeze-rules/board").json()["rules"]

    assert f'href="/freeze-rules/{rule.pk}/"' in page
    assert (data["axis"], data["lines"][0]["values"]) == (["Dairy waits"], [3 * 3600.0])
    assert shares["lines"][0]["values"] == [0.5]
    assert sheet[1].endswith(",3,3,0,0,0,30,90.00,1,1,0.5000,2,1,3.00")
    assert (told["units"], told["false_share"], told["release_hours"]) == (30, "0.5000", "3.0000")
    assert client.get("/freeze-rules/board.xlsx").content[:2] == b"PK"
    assert client.get("/freeze-rules/board.pdf").status_code == 404


def test_a_turned_or_future_period_is_refused_and_the_last_thirty_days_are_shown() -> None:
    client = signed_in(given.person())
    tomorrow: date = timezone.localdate() + timedelta(days=1)

    turned = client.get("/freeze-rules/board/?since=2026-02-01&until=2026-01-01")
    wrong = client.get("/freeze-rules/board/?since=yesterday")
    future = client.get(f"/api/v1/freeze-rules/board?until={tomorrow}")

    assert "The period ends before it begins." in turned.content.decode()
    assert turned.context["period"].days == 30
    assert "Give the days as year-month-day." in wrong.content.decode()
    assert future.status_code == 422
    assert future.json()["errors"][0]["code"] == "period_future"
