"""Make a webhook, change it, change its secret, try it out, end it, send dead messages again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from org import selectors as org
from org.scope import Scope
from org.selectors.belonging import unit_of_client
from org.services import record
from outbox import services as outbox
from webhooks import addresses, signing
from webhooks.models import Message, Subscription
from webhooks.refusals import WebhookRefused
from webhooks.services.publishing import compose
from webhooks.topics import TEST, TOPICS

MOST_NAME = 80
BELL = "webhooks.due"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants a webhook to be."""

    name: str
    url: str
    topics: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True)
class NewWebhook:
    """A webhook with its secret, which is shown this once."""

    webhook_id: int
    secret: str


def add_webhook(wish: Wish, *, client_id: int, actor: str, scope: Scope) -> NewWebhook:
    """Have a client told of topics at an address.

    Raises:
        WebhookRefused: unknown_client, unnamed, no_topics, unknown_topic.
        AddressRefused: the address is none that may be called.
    """
    assert connection.in_atomic_block
    if org.client(client_id, scope=scope) is None:
        raise WebhookRefused("unknown_client", field="client")
    _check(wish)
    secret = signing.new_secret()
    made = Subscription.objects.create(
        client_id=client_id,
        name=wish.name,
        url=wish.url,
        topics=sorted(set(wish.topics)),
        secrets=[secret],
        active=wish.active,
        created_by=actor,
    )
    record(
        actor=actor, action="webhook.created", subject=f"webhook:{made.pk}", after=_shown(made),
        unit_id=unit_of_client(client_id),
    )  # fmt: skip
    return NewWebhook(made.pk, secret)


def change_webhook(wish: Wish, *, webhook_id: int, actor: str, scope: Scope) -> None:
    """Change name, address, topics, or whether it is on.

    Raises:
        WebhookRefused: unknown_webhook, ended, unnamed, no_topics, unknown_topic.
        AddressRefused: the address is none that may be called.
    """
    row = _locked(webhook_id, scope)
    _check(wish)
    before = _shown(row)
    row.name, row.url, row.active = wish.name, wish.url, wish.active
    row.topics = sorted(set(wish.topics))
    row.save(update_fields=["name", "url", "active", "topics"])
    if _shown(row) != before:
        record(
            actor=actor, action="webhook.changed", subject=f"webhook:{row.pk}",
            before=before, after=_shown(row), unit_id=unit_of_client(row.client_id),
        )  # fmt: skip
    if row.active:
        outbox.ring(topic=BELL)


def rotate_secret(*, webhook_id: int, actor: str, scope: Scope) -> str:
    """Give it a new secret; the last one signs beside it until the next change.

    Raises:
        WebhookRefused: unknown_webhook, ended.
    """
    row = _locked(webhook_id, scope)
    secret = signing.new_secret()
    row.secrets = [secret, *row.secrets[:1]]
    row.save(update_fields=["secrets"])
    record(
        actor=actor, action="webhook.secret_changed", subject=f"webhook:{row.pk}",
        unit_id=unit_of_client(row.client_id),
    )  # fmt: skip
    return secret


def end_webhook(*, webhook_id: int, actor: str, scope: Scope) -> None:
    """Tell it nothing any more, for good. What it was told stays to be seen.

    Raises:
        WebhookRefused: unknown_webhook, ended.
    """
    row = _locked(webhook_id, scope)
    row.active = False
    row.ended_at = timezone.now()
    row.save(update_fields=["active", "ended_at"])
    Message.objects.filter(subscription=row, next_at__isnull=False).update(
        next_at=None, dead_at=Now(), last_answer="ended"
    )
    record(
        actor=actor, action="webhook.ended", subject=f"webhook:{row.pk}",
        unit_id=unit_of_client(row.client_id),
    )  # fmt: skip


def send_test(*, webhook_id: int, actor: str, scope: Scope) -> str:
    """Post a message that says nothing but hello; its name.

    Raises:
        WebhookRefused: unknown_webhook, ended.
    """
    row = _locked(webhook_id, scope)
    message = compose(row, topic=TEST, data={"webhook": row.pk}, at=timezone.now().isoformat())
    message.save()
    record(
        actor=actor, action="webhook.tested", subject=f"webhook:{row.pk}",
        unit_id=unit_of_client(row.client_id),
    )  # fmt: skip
    outbox.ring(topic=BELL)
    return message.name


def replay(
    *, webhook_id: int, actor: str, scope: Scope, message_ids: Collection[int] | None = None
) -> int:
    """Send dead messages again, all or the named ones; how many.

    Raises:
        WebhookRefused: unknown_webhook, ended; not_dead when a named one is not among them.
    """
    row = _locked(webhook_id, scope)
    dead = Message.objects.filter(subscription=row, dead_at__isnull=False)
    if message_ids is not None:
        dead = dead.filter(pk__in=message_ids)
    number = dead.update(next_at=Now(), dead_at=None, attempts=0)
    if message_ids is not None and number != len(set(message_ids)):
        raise WebhookRefused("not_dead", field="messages")
    if number:
        record(
            actor=actor, action="webhook.replayed", subject=f"webhook:{row.pk}",
            after={"messages": number}, unit_id=unit_of_client(row.client_id),
        )  # fmt: skip
        outbox.ring(topic=BELL)
    return number


def _locked(webhook_id: int, scope: Scope) -> Subscription:
    assert connection.in_atomic_block
    row = Subscription.objects.select_for_update().filter(pk=webhook_id).first()
    if row is None or org.client(row.client_id, scope=scope) is None:
        raise WebhookRefused("unknown_webhook")
    if row.ended_at is not None:
        raise WebhookRefused("ended")
    return row


def _check(wish: Wish) -> None:
    if not wish.name.strip() or len(wish.name) > MOST_NAME or not wish.name.isprintable():
        raise WebhookRefused("unnamed", field="name")
    if not wish.topics:
        raise WebhookRefused("no_topics", field="topics")
    if any(topic not in TOPICS for topic in wish.topics):
        raise WebhookRefused("unknown_topic", field="topics")
    addresses.read(wish.url, private=settings.WEBHOOKS_TO_PRIVATE_NETWORKS)


def _shown(row: Subscription) -> dict[str, object]:
    """What the audit trail says of it: never the secrets."""
    return {"name": row.name, "url": row.url, "topics": list(row.topics), "active": row.active}
