"""Questions about webhooks and what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from org import selectors as org
from org.scope import Scope
from webhooks.models import Message, Subscription

STATES = ("", "waiting", "delivered", "dead")


@dataclass(frozen=True, kw_only=True)
class WebhookView:
    """A webhook as people see it; its secrets are not part of it."""

    id: int
    client_id: int
    client: str
    name: str
    url: str
    topics: tuple[str, ...]
    active: bool
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    failing_since: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """A message and how far it came."""

    id: int
    name: str
    topic: str
    body: str
    happened_at: datetime
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None
    dead_at: datetime | None
    last_answer: str
    last_ms: int | None

    @property
    def state(self) -> str:
        """waiting, delivered or dead."""
        if self.delivered_at:
            return "delivered"
        return "dead" if self.dead_at else "waiting"


@dataclass(frozen=True, kw_only=True)
class Post:
    """All webhooks together: messages that wait, since when, and that were given up."""

    waiting: int
    oldest: datetime | None
    dead: int
    newest_dead: datetime | None
    failing: int


def post() -> Post:
    """How the post of the whole house is. Three statements."""
    waits = Message.objects.filter(next_at__isnull=False)
    waiting = waits.aggregate(n=Count("id"), oldest=Min("happened_at"))
    gone = Message.objects.filter(dead_at__isnull=False)
    dead = gone.aggregate(n=Count("id"), newest=Max("dead_at"))
    return Post(
        waiting=waiting["n"],
        oldest=waiting["oldest"],
        dead=dead["n"],
        newest_dead=dead["newest"],
        failing=Subscription.objects.filter(active=True, failing_since__isnull=False).count(),
    )


def anybody_wants(topic: str) -> bool:
    """True when somebody is to be told of the topic: asked before anything is looked up for it."""
    return Subscription.objects.filter(active=True, topics__contains=[topic]).exists()


def webhooks(*, scope: Scope, ended: bool = False) -> list[WebhookView]:
    """Webhooks of the clients inside the scope, by name. Constant number of statements."""
    rows = _inside(scope).filter(ended_at__isnull=not ended)
    return [_view(row) for row in rows.order_by("name", "id")]


def webhook(webhook_id: int, *, scope: Scope) -> WebhookView | None:
    """One of them."""
    row = _inside(scope).filter(pk=webhook_id).first()
    return None if row is None else _view(row)


def messages(
    webhook_id: int, *, scope: Scope, state: str = "", before: int | None = None, limit: int = 50
) -> list[MessageView]:
    """What a webhook was told, newest first; nothing for one outside the scope."""
    if webhook(webhook_id, scope=scope) is None:
        return []
    rows = Message.objects.filter(subscription_id=webhook_id)
    if state == "waiting":
        rows = rows.filter(next_at__isnull=False)
    elif state == "delivered":
        rows = rows.filter(delivered_at__isnull=False)
    elif state == "dead":
        rows = rows.filter(dead_at__isnull=False)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_message(row) for row in rows.order_by("-id")[:limit]]


def _inside(scope: Scope) -> QuerySet[Subscription]:
    rows = Subscription.objects.select_related("client").annotate(
        waiting=Count("messages", filter=Q(messages__next_at__isnull=False)),
        dead=Count("messages", filter=Q(messages__dead_at__isnull=False)),
    )
    if scope.is_everything:
        return rows
    mine = [*org.clients(scope=scope), *org.clients(scope=scope, active=False)]
    return rows.filter(client_id__in=[client.id for client in mine])


def _view(row: Subscription) -> WebhookView:
    return WebhookView(
        id=row.pk,
        client_id=row.client_id,
        client=row.client.name,
        name=row.name,
        url=row.url,
        topics=tuple(row.topics),
        active=row.active,
        created_at=row.created_at,
        created_by=row.created_by,
        ended_at=row.ended_at,
        failing_since=row.failing_since,
        waiting=row.waiting,  # type: ignore[attr-defined]
        dead=row.dead,  # type: ignore[attr-defined]
    )


def _message(row: Message) -> MessageView:
    return MessageView(
        id=row.pk,
        name=row.name,
        topic=row.topic,
        body=row.body,
        happened_at=row.happened_at,
        attempts=row.attempts,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
        dead_at=row.dead_at,
        last_answer=row.last_answer,
        last_ms=row.last_ms,
    )
