"""Put a message in the post for everybody who wants to know."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from org import selectors as org
from org.scope import Scope
from outbox import services as outbox
from webhooks.models import Message, Subscription
from webhooks.topics import known


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Args:
        data: what the message says: names and links, never amounts or receivers; whoever hears it
            asks the API for what is true now.
        unit_ids: the units it happened in; a client hears of it that works for one of them.
        warehouse_ids: the warehouses it happened in, for clients of single warehouses.
        shop_ids: the shops it concerns, for clients of single shops.
    """

    data: Mapping[str, Any]
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    warehouse_ids: frozenset[int] = field(default_factory=frozenset)
    shop_ids: frozenset[int] = field(default_factory=frozenset)


def publish(*, topic: str, events: Sequence[Event]) -> int:
    """Write a message for each event and each subscription that wants and may hear it.

    Joins the transaction that hears the news, so each is written once. Three statements and two
    for each client, however many events.

    Returns:
        How many messages were written.

    Raises:
        UnknownTopic: no such topic.
    """
    assert connection.in_atomic_block, "A message is written in the transaction that hears of it."
    known(topic)
    if not events:
        return 0
    wanted = list(
        Subscription.objects.filter(active=True, client__active=True, topics__contains=[topic])
        .select_related("client")
        .prefetch_related("client__units")
    )
    if not wanted:
        return 0
    scopes = {
        each.client_id: org.scope_of_client(
            each.client, places=[(unit.kind, unit.path) for unit in each.client.units.all()]
        )
        for each in wanted
    }
    now = timezone.now()
    messages = [
        compose(subscription, topic=topic, data=event.data, at=now.isoformat())
        for subscription in wanted
        for event in events
        if _may_hear(scopes[subscription.client_id], event)
    ]
    Message.objects.bulk_create(messages, batch_size=1_000)
    if messages:
        outbox.ring(topic="webhooks.due")
    return len(messages)


def compose(subscription: Subscription, *, topic: str, data: Mapping[str, Any], at: str) -> Message:
    """A message that is not written yet; its body is kept as it will be sent."""
    body = orjson.dumps({"type": topic, "timestamp": at, "data": dict(data)})
    return Message(
        subscription=subscription,
        name=f"msg_{secrets.token_urlsafe(18)}",
        topic=topic,
        body=body.decode(),
    )


def _may_hear(scope: Scope, event: Event) -> bool:
    return (
        scope.unit_ids is None
        or not scope.unit_ids.isdisjoint(event.unit_ids)
        or not scope.warehouse_ids.isdisjoint(event.warehouse_ids)
        or not scope.shop_ids.isdisjoint(event.shop_ids)
    )
