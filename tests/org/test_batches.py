"""Acting on many rows: on exactly those that were shown, each answered for itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from oms import services as orders
from oms.models import Order, OrderEvent
from org import services as org
from org.models import AuditRecord, Batch, Job, Person
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def many(count: int, first: str = "B") -> list[int]:
    told.accept(*(told.draft(f"{first}{at:03}") for at in range(count)))
    rows = Order.objects.filter(platform_number__startswith=first).order_by("id")
    return list(rows.values_list("id", flat=True))


def states(ids: list[int]) -> list[str]:
    return [str(Order.objects.get(pk=pk).state) for pk in ids]


def chosen(client: Client, action: str, **fields: Any) -> Batch:
    client.post("/lists/orders/batch/", {"action": action, **fields})
    return Batch.objects.latest("id")


def test_ticked_orders_are_cancelled_for_a_reason_and_no_others() -> None:
    ids = many(4)
    client = signed_in(given.person())

    batch = chosen(client, "cancel", id=[str(pk) for pk in ids[:2]])
    assert batch.confirmed_at is None
    assert states(ids) == ["PREPROCESS"] * 4
    client.post(f"/batches/{batch.pk}/", {"why": "Double orders"})

    assert states(ids) == ["CANCELLED", "CANCELLED", "PREPROCESS", "PREPROCESS"]
    event = OrderEvent.objects.filter(order_id=ids[0], what="cancelled").get()
    assert event.why == "Double orders"
    [trail] = AuditRecord.objects.filter(action="list.batch").values_list("after", flat=True)
    assert (trail or {})["rows"] == 2


def test_without_a_reason_nothing_is_cancelled_and_the_page_says_so() -> None:
    ids = many(2)
    client = signed_in(given.person())
    batch = chosen(client, "cancel", id=[str(pk) for pk in ids])

    answer = client.post(f"/batches/{batch.pk}/", {"why": "  "})

    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert states(ids) == ["PREPROCESS"] * 2


def test_all_that_match_means_those_that_matched_then() -> None:
    ids = many(120)
    client = signed_in(given.person())
    batch = chosen(client, "note", all="1", query="state=PREPROCESS")
    later = many(3, first="L")

    client.post(f"/batches/{batch.pk}/", {"why": "Checked"})
    while org.work_on_jobs(seconds=0):
        pass

    noted = set(OrderEvent.objects.filter(what="noted").values_list("order_id", flat=True))
    assert noted == set(ids)
    assert noted.isdisjoint(later)
    batch = Batch.objects.get(pk=batch.pk)
    assert (batch.done, batch.refused) == (120, 0)
    assert batch.finished_at is not None


def test_rows_that_moved_on_are_taken_out_and_the_rest_is_confirmed_anew() -> None:
    ids = many(3)
    client = signed_in(given.person())
    batch = chosen(client, "cancel", all="1", query="state=PREPROCESS")
    told.accept(told.draft("B001", state="cancelled", minutes=5))
    assert states(ids) == ["PREPROCESS", "CANCELLED", "PREPROCESS"]

    first = client.post(f"/batches/{batch.pk}/", {"why": "Stop"})
    assert "1 row has changed meanwhile" in first.content.decode()
    assert states(ids) == ["PREPROCESS", "CANCELLED", "PREPROCESS"]
    client.post(f"/batches/{batch.pk}/", {"why": "Stop"})

    assert states(ids) == ["CANCELLED"] * 3
    assert Batch.objects.get(pk=batch.pk).done == 2


def test_each_row_answers_for_itself() -> None:
    given.stock("TEA", 10)
    ids = many(3)
    orders.process()
    client = signed_in(given.person())
    with_end = Order.objects.get(pk=ids[1])
    told.accept(told.draft("B001", state="cancelled", minutes=5))

    batch = chosen(client, "cancel", id=[str(pk) for pk in ids])
    client.post(f"/batches/{batch.pk}/", {"why": "Stop"})
    batch = Batch.objects.get(pk=batch.pk)

    assert (batch.done, batch.refused) == (2, 1)
    assert batch.answers == [
        {"id": ids[1], "name": str(with_end.number), "said": "The order has ended already."}
    ]
    assert given.free("TEA") == 10


def test_confirmed_twice_it_is_done_once() -> None:
    ids = many(1)
    client = signed_in(given.person())
    batch = chosen(client, "note", id=[str(ids[0])])

    client.post(f"/batches/{batch.pk}/", {"why": "Once"})
    client.post(f"/batches/{batch.pk}/", {"why": "Once"})

    assert OrderEvent.objects.filter(order_id=ids[0], what="noted").count() == 1


def test_a_batch_never_reaches_beyond_the_scope_of_its_action() -> None:
    given.unit("HQ")
    east = given.unit("EAST", kind="REGION", parent="HQ")
    told.accept(told.draft("E1", unit_id=east.pk), told.draft("H1"))
    foreign = Order.objects.get(platform_number="H1").pk
    client = signed_in(given.person("STORE_MANAGER", "EAST"))

    answer = client.post(
        "/lists/orders/batch/", {"action": "cancel", "id": str(foreign)}, follow=True
    )

    assert "Choose at least one row." in answer.content.decode()
    assert not Batch.objects.exists()


def test_somebody_who_may_only_look_cannot_act() -> None:
    ids = many(1)
    clerk = given.person("CLERK")

    page = signed_in(clerk).get("/orders/")
    signed_in(clerk).post("/lists/orders/batch/", {"action": "cancel", "id": str(ids[0])})

    assert page.context["list"].actions == []
    assert not Batch.objects.exists()


def test_nobody_sees_or_confirms_the_batch_of_somebody_else() -> None:
    ids = many(1)
    batch = chosen(signed_in(given.person()), "cancel", id=[str(ids[0])])
    other = signed_in(given.person())

    assert other.get(f"/batches/{batch.pk}/").status_code == 403
    assert other.post(f"/batches/{batch.pk}/", {"why": "x"}).status_code == 403
    assert states(ids) == ["PREPROCESS"]


def test_more_than_a_hundred_are_done_by_a_job_with_its_page() -> None:
    many(101)
    client = signed_in(given.person())
    batch = chosen(client, "note", all="1", query="")

    client.post(f"/batches/{batch.pk}/", {"why": "Many"})

    job = Job.objects.get()
    assert (job.kind, job.page_url) == ("lists.batch", f"/batches/{batch.pk}/")
    assert not OrderEvent.objects.filter(what="noted").exists()
    assert client.get(f"/batches/{batch.pk}/").status_code == 200
