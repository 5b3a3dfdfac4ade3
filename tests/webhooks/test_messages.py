"""Messages to programs: written once with what happened, sent until they get through."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from inventory import services as inventory
from oms.services import pipeline
from org import services as org
from org.models import ApiClient, Batch
from org.scope import Scope
from outbox import services as outbox
from tests import given
from tests.oms import told as shop
from tests.webhooks.receiver import Receiver, listening
from webhooks import selectors, services, signing
from webhooks.models import Message, Subscription
from webhooks.services import sending

ALL = Scope.everything()
WHO = "person:1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def _client(at: str = "HQ") -> int:
    return ApiClient.objects.get(key_id=given.api_client(at=at).key_id).pk


def _webhook(url: str, *topics: str, at: str = "HQ") -> services.NewWebhook:
    with transaction.atomic():
        return services.add_webhook(
            services.Wish(name="ERP", url=url, topics=topics or ("stock.changed",)),
            client_id=_client(at), actor=WHO, scope=ALL,
        )  # fmt: skip


def _publish(*units: int, topic: str = "stock.changed") -> int:
    with transaction.atomic():
        return services.publish(
            topic=topic, events=[services.Event({"sku": "TEA"}, frozenset(units))]
        )


def _fits(key: str, headers: dict[str, str], body: bytes) -> bool:
    return signing.verify(
        key, message_id=headers["webhook-id"], timestamp=headers["webhook-timestamp"], body=body,
        signature=headers["webhook-signature"], now=int(time.time()),
    )  # fmt: skip


def _due_now() -> None:
    Message.objects.filter(next_at__isnull=False).update(next_at=timezone.now())


def test_news_of_stock_reaches_a_program_signed(receiver: Receiver, real_commits: str) -> None:
    given.stock("TEA", 10)
    made = _webhook(f"{receiver.url}/hooks?of=tea")
    given.stock("TEA", 5)
    outbox.deliver(handler="inventory.services.hooks:note_stock_changed")

    assert services.send_due() == services.Sent(delivered=1, failed=0, more=False)

    [(headers, body)] = receiver.heard
    told = json.loads(body)
    assert told["type"] == "stock.changed"
    assert told["data"] == {"sku": "TEA", "link": "/api/v1/stock/availability?sku=TEA"}
    assert headers["content-type"] == "application/json"
    assert _fits(made.secret, headers, body)
    assert not _fits(signing.new_secret(), headers, body)
    assert not _fits(made.secret, headers, body + b" ")
    assert services.send_due() == services.Sent(delivered=0, failed=0, more=False)


def test_a_program_hears_only_of_its_own_units(receiver: Receiver, real_commits: str) -> None:
    east, west = given.unit("EAST", "REGION", "HQ"), given.unit("WEST", "REGION", "HQ")
    _webhook(receiver.url, at="EAST")

    assert _publish(west.pk) == 0
    assert _publish() == 0
    assert _publish(east.pk) == 1
    assert _publish(east.pk, topic="order.shipped") == 0


def test_a_change_that_is_rolled_back_was_never_told(receiver: Receiver, real_commits: str) -> None:
    _webhook(receiver.url)
    with transaction.atomic():
        services.publish(topic="stock.changed", events=[services.Event({"sku": "TEA"})])
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


def test_what_fails_is_tried_again_with_the_same_name(
    receiver: Receiver, real_commits: str
) -> None:
    given.unit()
    made = _webhook(receiver.url)
    receiver.statuses = [500, 302, 204]
    assert _publish() == 1

    assert services.send_due().failed == 1
    waits = Message.objects.get().next_at
    assert waits is not None
    assert timedelta(0) < waits - timezone.now() <= sending.WAITS[0]
    assert services.send_due() == services.Sent(0, 0, more=False), "not before its time"
    seen = selectors.webhook(made.webhook_id, scope=ALL)
    assert seen is not None
    assert seen.failing_since is not None

    _due_now()
    assert services.send_due().failed == 1  # sent elsewhere: nobody follows
    _due_now()
    assert services.send_due().delivered == 1

    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
    row = Message.objects.get()
    assert (row.attempts, row.last_answer, row.next_at, row.dead_at) == (3, "204", None, None)
    seen = selectors.webhook(made.webhook_id, scope=ALL)
    assert seen is not None
    assert (seen.failing_since, seen.waiting, seen.dead) == (None, 0, 0)


def test_after_three_days_it_is_given_up_and_can_be_sent_again(
    receiver: Receiver, real_commits: str
) -> None:
    given.unit()
    made = _webhook(receiver.url)
    receiver.statuses = [503]
    _publish()
    assert sum(sending.WAITS, timedelta(0)) == timedelta(days=3)
    for _ in range(len(sending.WAITS) + 1):
        _due_now()
        services.send_due()
    row = Message.objects.get()
    assert row.dead_at is not None
    assert row.attempts == len(sending.WAITS) + 1

    receiver.statuses = [200]
    with transaction.atomic(), pytest.raises(services.WebhookRefused):
        services.replay(webhook_id=made.webhook_id, actor=WHO, scope=ALL, message_ids=[row.pk + 1])
    with transaction.atomic():
        assert services.replay(webhook_id=made.webhook_id, actor=WHO, scope=ALL) == 1
    assert services.send_due().delivered == 1


def test_a_receiver_that_is_gone_ends_its_webhook(receiver: Receiver, real_commits: str) -> None:
    given.unit()
    made = _webhook(receiver.url)
    receiver.statuses = [410]
    _publish()
    services.send_due()
    assert not Subscription.objects.get(pk=made.webhook_id).active
    assert _publish() == 0


def test_nobody_who_does_not_listen_keeps_others_waiting(
    receiver: Receiver, real_commits: str
) -> None:
    given.unit()
    _webhook("http://127.0.0.1:9/nobody")
    _webhook(receiver.url)
    _publish()
    assert services.send_due() == services.Sent(delivered=1, failed=1, more=False)
    assert Message.objects.get(delivered_at__isnull=True).last_answer == "ConnectError"


def test_both_secrets_sign_while_one_takes_the_others_place(
    receiver: Receiver, real_commits: str
) -> None:
    given.unit()
    made = _webhook(receiver.url)
    with transaction.atomic():
        fresh = services.rotate_secret(webhook_id=made.webhook_id, actor=WHO, scope=ALL)
    _publish()
    services.send_due()
    [(headers, body)] = receiver.heard
    for key in (made.secret, fresh):
        assert _fits(key, headers, body)


def test_two_workers_do_not_send_the_same_message(receiver: Receiver, real_commits: str) -> None:
    given.unit()
    _webhook(receiver.url)
    _publish()
    taken = sending._take(100)
    assert len(taken) == 1
    assert sending._take(100) == []
    assert receiver.heard == []


def test_an_order_line_that_is_displaced_is_no_receivers_secret(
    receiver: Receiver, real_commits: str
) -> None:
    """Documents of other systems have no order here: nothing is said of them."""
    _webhook(receiver.url, "hold.displaced")
    given.stock("TEA", 5)
    given.held("ERP-1", "TEA", 5)
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="FZ", document="FZ", warehouse_id=given.warehouse_id("WH1"),
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=5),), reason="MANUAL",
                    policy=inventory.Policy.DISPLACE,
                )
            ],
            actor=WHO,
        )[0].check()  # fmt: skip
    outbox.deliver(handler="oms.services.hooks:note_displaced")
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_a_notice_is_told_to_clients_of_the_whole_house_by_name_only() -> None:
    given.unit("S01", "STORE", "HQ")
    everywhere = _webhook("https://erp.example.com/a", "notice.created")
    there = _webhook("https://erp.example.com/b", "notice.created", at="S01")
    with transaction.atomic():
        org.notify(
            kind="hold.review", to=[given.person().pk],
            params={"hold": "H-7", "reason": "QC"}, document="H-7", link="/holds/7/",
        )  # fmt: skip

    outbox.deliver(handler="webhooks.services.hooks:note_notice")

    [message] = Message.objects.filter(subscription=everywhere.webhook_id)
    told = json.loads(message.body)["data"]
    assert (told["kind"], told["document"], told["link"]) == ("hold.review", "H-7", "/holds/7/")
    assert set(told) == {"notice", "kind", "document", "link"}
    assert not Message.objects.filter(subscription=there.webhook_id).exists()


def test_an_order_whose_stock_is_held_is_told_while_somebody_wants_to_know(
    real_commits: str,
) -> None:
    shop.accept(shop.draft("T1", shop.line("TEA", 1)))
    given.stock("TEA", 9)
    assert pipeline.process_all() is True
    made = _webhook("https://erp.example.com/a", "order.held")
    shop.accept(shop.draft("T2", shop.line("TEA", 1)))
    pipeline.process_all()

    outbox.deliver(handler="oms.services.hooks:note_held")

    number = str(shop.the("T2").number)
    [message] = Message.objects.filter(subscription=made.webhook_id)
    assert json.loads(message.body)["data"]["order"] == number


def test_many_messages_are_sent_again_from_the_list_and_those_of_an_ended_webhook_are_told(
    db: None,
) -> None:
    alive, ended = (
        Subscription.objects.get(pk=_webhook(f"https://{name}.example.com/").webhook_id)
        for name in ("a", "b")
    )
    now = timezone.now()
    given_up, of_ended, waiting = (
        Message.objects.create(
            subscription=of, name=f"msg_{at}", topic="stock.changed", body="{}",
            next_at=None if dead else now, dead_at=now if dead else None, attempts=12,
        )
        for at, (of, dead) in enumerate([(alive, True), (ended, True), (alive, False)])
    )  # fmt: skip
    ended.active, ended.ended_at = False, now
    ended.save()
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())
    page = client.get("/webhooks/messages/", {"state": "dead", "webhook": str(alive.pk)})
    assert [row["label"] for row in page.context["list"].rows] == ["msg_0"]

    client.post(
        "/lists/webhook-messages/batch/",
        {"action": "again", "id": [given_up.pk, of_ended.pk, waiting.pk]},
    )

    batch = Batch.objects.get()
    assert (batch.done, batch.refused) == (1, 2)
    assert {each["name"]: each["said"] for each in batch.answers} == {
        "msg_1": "This webhook has ended. Make a new one.",
        "msg_2": "This message is not among those that were given up.",
    }
    states = {row.name: (row.dead_at is None, row.attempts) for row in Message.objects.all()}
    assert states == {"msg_0": (True, 0), "msg_1": (False, 12), "msg_2": (True, 12)}


def test_the_list_is_narrowed_by_clients_that_are_told_anything_and_by_no_other(db: None) -> None:
    made = _webhook("https://erp.example.com/")
    silent = _client()
    client = Client()
    client.force_login(given.person())

    page = client.get("/webhooks/").content.decode()

    [offered] = re.findall(r'<select[^>]*name="client".*?</select>', page, re.S)
    told = Subscription.objects.get(pk=made.webhook_id).client_id
    assert silent != told
    assert re.findall(r'<option value="(\d+)"', offered) == [str(told)]
