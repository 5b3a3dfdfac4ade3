"""Before and after: previews, replays that equal live, the shadow beside people, the review."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Incident, Outcome, Rule, Verdict
from freeze_rules.selectors import past_searches
from freeze_rules.selectors.replaying import as_live
from freeze_rules.services import replaying
from freeze_rules.services.rules import RuleRefused
from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Hold, Posting
from org.models import Job, Person
from org.scope import Scope
from org.services.job_runs import Work
from tests import given
from tests.freeze_rules.writing import enabled, happens, judge, shadowed, tell, written

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
MANY = {"fact": "event.qty", "is": ">=", "value": {"param": "least"}}


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def replayed(rule: Rule, person: Person, **parameters: Any) -> dict[str, Any]:
    """The result of a replay, done as a worker does it."""
    with transaction.atomic():
        job = replaying.ask_replay(rule_id=rule.pk, days=30, parameters=parameters, person=person)
    row = Job.objects.get(pk=job)
    work = Work(job_id=job, person=person, payload=row.payload, place={}, done=0)
    steps = list(replaying.replay(work))
    assert steps[-1].done == steps[-1].total
    assert list(replaying.replay(
        Work(job_id=job, person=person, payload=row.payload, place=steps[-1].place, done=0)
    )) == []  # fmt: skip
    return dict(steps[-1].result or {})


def received(sku: str, qty: int, *, lot: int | None = None, days_ago: float = 0) -> int:
    """Goods that came in so many days ago; the posting."""
    ago = timezone.now() - timedelta(days=days_ago)
    line = inventory.Line(sku_id=given.sku(sku), qty=qty, lot_id=lot)
    house, place = given.warehouse_id("WH1"), given.location("A-01")
    with transaction.atomic():
        [outcome] = inventory.receive(
            [
                inventory.ReceiveRequest(
                    key=f"received:{Posting.objects.count()}", document=f"PO-{sku}",
                    occurred_at=ago if days_ago else None, lines=(line,),
                    warehouse_id=house, location_id=place,
                )
            ],
            actor="system:test",
        )  # fmt: skip
    outcome.check()
    assert outcome.posting_id is not None
    return outcome.posting_id


def history() -> None:
    given.sku("MILK", category="DAIRY")
    # Before the time that is replayed.
    received("MILK", 100, days_ago=40)
    received("TEA", 100, days_ago=40)
    for n in range(1, 9):
        ago = timezone.now() - timedelta(days=n)
        happens("goods.received", goods=[("MILK", n), ("TEA", n)], occurred_at=ago)


def test_a_replay_of_recorded_history_equals_what_happened_live() -> None:
    rule = enabled(
        condition={"all": [DAIRY, MANY]}, scope="goods", quantity={"event": True},
        parameters={"least": 3},
    )  # fmt: skip
    history()
    judge()
    live = Verdict.objects.filter(outcome=Outcome.FROZEN)
    assert live.count() == 6

    result = replayed(rule, given.person())

    assert (result["events"], result["hits"], result["live"]) == (8, 6, 6)
    assert result["ledger"] == 0
    assert result["units"] == sum(live.values_list("qty", flat=True)) == 3 + 4 + 5 + 6 + 7 + 8
    assert {row["event"] for row in result["first"]} == set(live.values_list("event", flat=True))
    facts = {row["event"]: row["facts"] for row in result["first"]}
    assert facts == {verdict.event_id: verdict.facts for verdict in live}
    assert sum(result["hours"].values()) == result["units"]


def test_another_value_is_tried_and_nothing_is_frozen_or_kept() -> None:
    rule = written(
        condition={"all": [DAIRY, MANY]}, scope="goods", quantity={"event": True},
        parameters={"least": 3},
    )  # fmt: skip
    history()

    result = replayed(rule, given.person(), least=7)

    assert (result["hits"], result["units"], result["live"]) == (2, 15, 0)
    assert Rule.objects.get().parameters == {"least": 3}
    assert Verdict.objects.count() == 0


def test_a_replay_is_asked_for_on_the_page_and_shown_there() -> None:
    person = given.person()
    rule = written(condition=DAIRY)
    client = signed_in(person)

    wrong = client.post(f"/freeze-rules/{rule.pk}/preview/", {"days": "5000"}, follow=True)
    assert "1 to 366 days" in wrong.content.decode()
    assert Job.objects.count() == 0
    shown = client.post(f"/freeze-rules/{rule.pk}/preview/", {"days": "30"}, follow=True)
    assert shown.context["job"].kind == "rules.replay"


def test_a_searching_rule_shows_what_it_would_freeze_now_and_freezes_nothing() -> None:
    given.stock("MILK", 10)
    given.sku("MILK", category="DAIRY")
    given.stock("TEA", 5)
    rule = written(
        trigger="schedule", condition=DAIRY, scope="sku", limits={"stores": 0}, name="Dairy"
    )
    holds = Hold.objects.count()

    shown = signed_in(given.person()).get(f"/freeze-rules/{rule.pk}/preview/").context["preview"]

    assert (shown.claims, shown.units, shown.skus, shown.warehouses) == (1, 10, 1, 1)
    assert [(row.sku, row.units) for row in shown.rows] == [("MILK", 10)]
    assert shown.beyond == "would freeze in 1 warehouses; 0 are allowed"
    assert Hold.objects.count() == holds


def test_the_shadow_and_the_review_are_shown_and_the_next_day_is_set() -> None:
    given.stock("MILK", 10)
    rule = shadowed(scope="sku")
    tell("goods.received", goods=[("MILK", 10)])
    client = signed_in(given.person())

    shadow = client.get(f"/freeze-rules/{rule.pk}/shadow/").context
    assert [(row.sku, row.qty, freeze) for row, freeze in shadow["rows"]] == [("MILK", 10, None)]
    review = client.get(f"/freeze-rules/{rule.pk}/review/").context
    assert (review["figures"].would, review["figures"].frozen) == (1, 0)
    past = client.post(
        f"/freeze-rules/{rule.pk}/review/done/", {"next_on": "2020-01-01"}, follow=True
    )
    assert "The next review lies after today." in past.content.decode()
    client.post(f"/freeze-rules/{rule.pk}/review/done/", {"next_on": "2090-01-31"})
    assert str(Rule.objects.get().review_on) == "2090-01-31"


def test_a_rule_that_searches_is_replayed_over_the_stock_of_past_nights() -> None:
    given.sku("MILK", category="DAIRY")
    at_least = {"fact": "cell.on_hand", "is": ">=", "value": {"param": "least"}}
    rule = written(
        trigger="schedule", condition={"all": [DAIRY, at_least]}, scope="sku",
        parameters={"least": 8},
    )  # fmt: skip
    moments = [timezone.now()]
    given.stock("MILK", 10)
    given.stock("TEA", 50)
    moments += [timezone.now(), timezone.now()]
    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("MILK"))
    line = inventory.PlacedLine(sku_id=cell.sku_id, qty=7, location_id=cell.location_id)
    scrapped = inventory.ScrapRequest(
        key="s", document="S", warehouse_id=cell.warehouse_id, lines=(line,), why="w"
    )
    with transaction.atomic():
        inventory.scrap([scrapped], actor="system:test")[0].check()
    moments.append(timezone.now())

    past = past_searches.Past(as_live(rule), moments, None)
    nights = [past.night(at) for at in range(4)]
    lower = past_searches.Past(as_live(rule, parameters={"least": 3}), moments[3:], None)

    # Three are left today: only the ledger knows of ten, which count once.
    assert [searched for searched, _hits in nights] == [0, 1, 1, 1]
    assert [[hit.items[0].qty for hit in hits] for _searched, hits in nights] == [[], [10], [], []]
    assert nights[1][1][0].facts["cell.on_hand"] == 10
    assert [hit.items[0].qty for hit in lower.night(0)[1]] == [3]

    told = replayed(rule, given.person())
    assert (told["nights"], told["hits"], told["then"]) == (30, 0, ["cell.on_hand"])
    with pytest.raises(RuleRefused) as refused, transaction.atomic():
        replaying.ask_replay(rule_id=rule.pk, days=32, parameters={}, person=given.person())
    assert refused.value.code == "search_days_wrong"


def test_what_turned_out_bad_unseen_is_a_miss_of_the_rule_that_is_about_it() -> None:
    given.sku("MILK", category="DAIRY")
    for code in ("MILK", "TEA"):
        given.stock(code, 20)
    rule = enabled(condition=DAIRY, scope="goods", quantity={"event": True}, reason="QC")

    def damaged(code: str, qty: int) -> None:
        Incident.objects.create(
            key=f"{code}{qty}", kind="DAMAGE", warehouse_id=given.warehouse_id("WH1"),
            location_id=given.location("A-01"), sku_id=given.sku(code), qty=qty, note="Crushed",
            reported_by="person:1",
        )  # fmt: skip

    damaged("MILK", 3)
    damaged("TEA", 2)
    client = signed_in(given.person())
    before = client.get(f"/freeze-rules/{rule.pk}/review/").context["misses"]
    # The tea is none of its business.
    assert [(each.cause, each.sku, each.units) for each in before] == [("DAMAGED", "MILK", 3)]

    # What is found after it has fired for the goods it has not missed.
    tell("goods.received", goods=[("MILK", 5)])
    damaged("MILK", 1)
    review = client.get(f"/freeze-rules/{rule.pk}/review/").context
    assert [each.units for each in review["misses"]] == [3]
    assert (review["figures"].frozen, review["cost"].documents) == (1, 0)


def test_the_review_tells_what_its_freezes_cost() -> None:
    given.sku("MILK", category="DAIRY", unit_cost=365, list_price=500)
    given.stock("MILK", 20)
    given.held("SO-1", "MILK", 18)
    rule = enabled(
        condition=DAIRY, scope="sku", quantity={"number": 10}, reason="QC", policy="DISPLACE"
    )
    tell("goods.received", goods=[("MILK", 10)])

    cost = signed_in(given.person()).get(f"/freeze-rules/{rule.pk}/review/").context["cost"]

    rate = Decimal(settings.CAPITAL_RATE_PERCENT) / 100
    assert cost.capital == (10 * 365 * rate / 365).quantize(Decimal("0.01"))
    assert (cost.documents, cost.lost, cost.lost_price) == (1, 8, Decimal("4000.00"))


def supposed(rule: Rule, **like: Any) -> Any:
    """What the page shows for an example, or for the week."""
    page = signed_in(given.person()).get(f"/freeze-rules/{rule.pk}/preview/", like)
    return page.context.get("supposed") or page


def test_a_rule_that_hears_events_is_shown_for_an_example() -> None:
    given.stock("MILK", 10)
    given.stock("TEA", 5)
    given.held("SO-7", "TEA", 4)
    order_lock = written(
        trigger="order.paid", condition={"all": []}, scope="order", quantity={"event": True},
        reason="ORDER_LOCK",
    )  # fmt: skip
    leak = written(
        trigger="leak.reported", condition={"all": []}, scope="location", quantity={"all": True},
        reason="LEAK", policy="DISPLACE",
    )  # fmt: skip
    holds = Hold.objects.count()

    milk = supposed(order_lock, like=1, sku="MILK", qty=3)
    placed = supposed(order_lock, like=1, document="SO-7")
    wet = supposed(leak, like=1, warehouse="WH1", place="A-01")

    assert (milk.claims, milk.units, milk.rows[0].units) == (1, 3, 3)
    # The order holds its units already: no second claim.
    assert placed.claims == 0
    # Everything in the place, and the order that was promised some of it.
    assert (wet.units, wet.skus) == (15, 2)
    assert [(row.document, row.lost) for row in wet.effects.orders] == [("SO-7", 4)]
    assert Hold.objects.count() == holds
    unknown = supposed(leak, like=1, warehouse="WH1", place="Z-99")
    assert unknown.status_code == 422
    assert 'value="Z-99"' in unknown.content.decode()
    asked = signed_in(given.person()).get(
        f"/api/v1/freeze-rules/{order_lock.pk}/preview", {"sku": "NOBODY"}
    )
    assert asked.status_code == 422
    assert "unknown_sku" in asked.content.decode()


def test_the_events_of_the_last_week_are_supposed_once_more() -> None:
    given.sku("MILK", category="DAIRY")
    rule = written(condition={"all": [DAIRY, MANY]}, scope="sku", parameters={"least": 3})
    received("MILK", 4, days_ago=2)
    received("MILK", 2, days_ago=1)
    received("TEA", 9, days_ago=1)
    received("MILK", 9, days_ago=10)

    week = supposed(rule, week=1)

    # One of the two deliveries was large enough; the SKU is frozen whole, once.
    assert (week.claims, week.units) == (1, 15)
    assert Verdict.objects.count() == 0
