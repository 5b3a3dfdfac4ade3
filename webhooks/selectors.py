"""Questions about webhooks and what they were told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from org import selectors as org
from org.lists.days import within_days
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


@dataclass(frozen=True, kw_only=True)
class WebhookNarrowing:
    """`words` in the name, the address or the client's name, or a topic.

    `state`: "" (in use), "failing" (nothing gets through), "off", "ended".
    """

    words: str = ""
    state: str = ""
    client_id: int | None = None


def webhooks_of(*, scope: Scope, narrowing: WebhookNarrowing) -> QuerySet[Subscription]:
    """The webhooks of a filter, unordered."""
    rows = _inside(scope).filter(ended_at__isnull=narrowing.state != "ended")
    if narrowing.state == "failing":
        rows = rows.filter(active=True, failing_since__isnull=False)
    elif narrowing.state == "off":
        rows = rows.filter(active=False)
    if narrowing.client_id is not None:
        rows = rows.filter(client_id=narrowing.client_id)
    words = narrowing.words
    if not words:
        return rows
    return rows.filter(
        Q(name__icontains=words)
        | Q(url__icontains=words)
        | Q(client__name__icontains=words)
        | Q(topics__contains=[words])
    )


def webhooks(*, scope: Scope, ended: bool = False) -> list[WebhookView]:
    """Webhooks of the clients inside the scope, by name. Constant number of statements."""
    narrowing = WebhookNarrowing(state="ended" if ended else "")
    return _views(webhooks_of(scope=scope, narrowing=narrowing).order_by("name", "id"))


def clients_told(*, scope: Scope) -> list[tuple[int, str]]:
    """Id and name of the clients inside the scope that have or had a webhook, by name."""
    rows = _inside(scope).values_list("client_id", "client__name").distinct()
    return list(rows.order_by("client__name", "client_id"))


def webhooks_by_id(ids: Collection[int], *, scope: Scope) -> dict[int, WebhookView]:
    """Those of them that are inside the scope. Constant number of statements."""
    return {view.id: view for view in _views(_inside(scope).filter(pk__in=ids))}


def webhook(webhook_id: int, *, scope: Scope) -> WebhookView | None:
    """One of them."""
    return webhooks_by_id([webhook_id], scope=scope).get(webhook_id)


@dataclass(frozen=True, kw_only=True)
class MessageNarrowing:
    """`words`: a message's name, or what was answered ("500", "timeout"). Days are local days."""

    words: str = ""
    state: str = ""
    webhook_id: int | None = None
    topic: str = ""
    since: date | None = None
    until: date | None = None


def messages_of(*, scope: Scope, narrowing: MessageNarrowing) -> QuerySet[Message]:
    """What the webhooks inside the scope were told, by a filter, unordered."""
    rows = Message.objects.all()
    if narrowing.webhook_id is not None:
        rows = rows.filter(subscription=narrowing.webhook_id)
    if not scope.is_everything:
        rows = rows.filter(subscription__in=_inside(scope).values("pk"))
    rows = _standing(rows, narrowing.state)
    if narrowing.topic:
        rows = rows.filter(topic=narrowing.topic)
    rows = within_days(rows, "happened_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    return rows.filter(Q(name=words) | Q(last_answer__iexact=words)) if words else rows


@dataclass(frozen=True)
class MessageOfWebhook:
    """A message, and whom it is for."""

    message: MessageView
    webhook_id: int
    webhook: str
    ended: bool


def messages_by_id(ids: Collection[int], *, scope: Scope) -> dict[int, MessageOfWebhook]:
    """Those of them that are inside the scope."""
    rows = messages_of(scope=scope, narrowing=MessageNarrowing()).filter(pk__in=ids)
    return {
        row.pk: MessageOfWebhook(
            _message(row), row.subscription_id, row.subscription.name,
            row.subscription.ended_at is not None,
        )
        for row in rows.select_related("subscription")
    }  # fmt: skip


def messages(
    webhook_id: int, *, scope: Scope, state: str = "", before: int | None = None, limit: int = 50
) -> list[MessageView]:
    """What a webhook was told, newest first; nothing for one outside the scope."""
    if webhook(webhook_id, scope=scope) is None:
        return []
    rows = _standing(Message.objects.filter(subscription_id=webhook_id), state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_message(row) for row in rows.order_by("-id")[:limit]]


def _standing(rows: QuerySet[Message], state: str) -> QuerySet[Message]:
    """The messages of a state of `STATES`."""
    if state == "waiting":
        return rows.filter(next_at__isnull=False)
    if state == "delivered":
        return rows.filter(delivered_at__isnull=False)
    return rows.filter(dead_at__isnull=False) if state == "dead" else rows


def _inside(scope: Scope) -> QuerySet[Subscription]:
    rows = Subscription.objects.all()
    if scope.is_everything:
        return rows
    mine = [*org.clients(scope=scope), *org.clients(scope=scope, active=False)]
    return rows.filter(client_id__in=[client.id for client in mine])


def _views(rows: QuerySet[Subscription]) -> list[WebhookView]:
    """As people see them. What was delivered is not counted: there is most of it."""
    found = list(rows.select_related("client"))
    mine = Message.objects.filter(subscription__in=[row.pk for row in found])
    waiting, dead = (_each(_standing(mine, state)) for state in ("waiting", "dead"))
    return [_view(row, waiting.get(row.pk, 0), dead.get(row.pk, 0)) for row in found]


def _each(rows: QuerySet[Message]) -> dict[int, int]:
    """How many there are of each webhook."""
    return dict(rows.values_list("subscription").annotate(n=Count("id")).order_by())


def _view(row: Subscription, waiting: int, dead: int) -> WebhookView:
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
        waiting=waiting,
        dead=dead,
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
