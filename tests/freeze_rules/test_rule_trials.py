"""Before and after: previews, replays that equal live, the shadow beside people, the review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Outcome, Rule, Verdict
from freeze_rules.services import replaying
from inventory import services as inventory
from inventory.models import Hold, Posting
from org.models import Job, Person
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
