"""What programs were told: waiting, delivered, given up; sending many again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Person
from org.selectors import scope_of
from webhooks import services
from webhooks.models import Message
from webhooks.refusals import WebhookRefused
from webhooks.selectors import (
    MessageNarrowing,
    MessageOfWebhook,
    messages_by_id,
    messages_of,
    webhooks,
)
from webhooks.topics import TEST, TOPICS

STATES = {
    "": _("All"),
    "waiting": _("Waiting"),
    "dead": _("Given up"),
    "delivered": _("Delivered"),
}
TONES = {"waiting": "info", "delivered": "ok", "dead": "bad"}
KNOWN = (*TOPICS, TEST)


def narrowing_of(question: Question) -> MessageNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, topic = question.get("state"), question.get("topic")
    return MessageNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        webhook_id=number_in(question.asked, "webhook"),
        topic=topic if topic in KNOWN else "",
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[Message]:
    return messages_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[MessageOfWebhook]:
    """One page; a constant number of statements. Messages are numbered as they happen."""
    by = By(descending=question.sort.startswith("-"))
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    return part.of(messages_by_id(part.ids, scope=question.scope))


def tabs(question: Question) -> Sequence[Tab]:
    """By how far they came, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: messages_of(
            scope=question.scope, narrowing=replace(narrowing, state=state)
        ),
        tones={"dead": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar; webhooks that ended are found too."""
    known = [
        *webhooks(scope=question.scope), *webhooks(scope=question.scope, ended=True)
    ]  # fmt: skip
    return (
        Filter(name="q", label=_("Name of the message, or its answer"), kind="search"),
        Filter(
            name="webhook", label=_("Webhook"),
            choices=[(row.id, f"{row.client} · {row.name}") for row in known],
        ),
        Filter(name="topic", label=_("Topic"), choices=[(topic, topic) for topic in KNOWN]),
        Filter(name="since", label=_("Happened from"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
    )  # fmt: skip


def page_url(row: MessageOfWebhook) -> str:
    """Its webhook."""
    return reverse("webhook", args=[row.webhook_id])


def _state(row: MessageOfWebhook) -> SafeString:
    state = row.message.state
    return cells.chip(STATES[state], TONES[state])


def _answer(row: MessageOfWebhook) -> SafeString:
    said = row.message.last_answer
    return cells.code(said) if said else cells.number(None)


def _says(row: MessageOfWebhook) -> SafeString:
    return format_html(
        '<span class="cell-cut code" title="{}">{}</span>', row.message.body, row.message.body
    )


def _again(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Send them again, webhook by webhook: one that has ended keeps no other's from it."""
    del why, choice
    scope = scope_of(person, permission=roles.WEBHOOKS_EDIT)
    found = messages_by_id(ids, scope=scope)
    refusals = {
        pk: _now("This message is not among those that were given up.")
        for pk in ids
        if pk not in found or found[pk].message.state != "dead"
    }
    dead = [pk for pk in ids if pk not in refusals]
    for webhook_id in {found[pk].webhook_id for pk in dead}:
        mine = [pk for pk in dead if found[pk].webhook_id == webhook_id]
        try:
            with transaction.atomic():
                services.replay(
                    webhook_id=webhook_id, actor=person.actor, scope=scope, message_ids=mine
                )
        except WebhookRefused as refused:
            refusals |= dict.fromkeys(mine, str(refused))
    return [
        Answer(
            pk, found[pk].message.name if pk in found else str(pk), pk not in refusals,
            refusals.get(pk, ""),
        )
        for pk in ids
    ]  # fmt: skip


COLUMNS: tuple[Column[MessageOfWebhook], ...] = (
    Column(
        key="happened", label=_("Happened"), kind=Kind.MOMENT, sortable=True,
        value=lambda row: row.message.happened_at,
        cell=lambda row: format_html(
            '<a data-row-link href="{}">{}</a>{}',
            page_url(row), cells.moment(row.message.happened_at), cells.second_line(row.webhook),
        ),
    ),
    Column(key="webhook", label=_("Webhook"), wide=True, value=lambda row: row.webhook),
    Column(key="topic", label=_("Topic"), kind=Kind.CODE, value=lambda row: row.message.topic),
    Column(key="state", label=_("State"), cell=_state,
           value=lambda row: str(STATES[row.message.state])),
    Column(key="answer", label=_("Answer"), kind=Kind.CODE, cell=_answer,
           value=lambda row: row.message.last_answer),
    Column(key="attempts", label=_("Attempts"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.message.attempts),
    Column(key="took", label=_("Milliseconds"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.message.last_ms),
    Column(key="next", label=_("Next attempt"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.message.next_at),
    Column(key="says", label=_("It says"), wide=True, value=lambda row: row.message.body,
           cell=_says),
    Column(key="name", label=_("Message"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.message.name),
    Column(key="delivered", label=_("Delivered at"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.message.delivered_at),
    Column(key="dead", label=_("Given up at"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.message.dead_at),
)  # fmt: skip

MESSAGES: ListSpec[MessageOfWebhook] = ListSpec(
    key="webhook-messages",
    title=_("Messages to programs"),
    route="webhook-messages",
    permission=roles.WEBHOOKS_EDIT,
    columns=COLUMNS,
    params=("state", "q", "webhook", "topic", "since", "until"),
    read=read,
    row_id=lambda row: row.message.id,
    row_url=page_url,
    row_label=lambda row: row.message.name,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-happened",
    actions=(
        Action(key="again", label=_("Send again"), permission=roles.WEBHOOKS_EDIT, run=_again),
    ),
)
