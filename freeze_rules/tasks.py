"""Doorbells of the freeze rules."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from freeze_rules.models import WAITING, Event
from freeze_rules.services import (
    hearing,
    judging,
    leaf_consent,
    leases,
    releasing,
    resuming,
    scanning,
)
from freeze_rules.services.reports import promotions, supplier_limits
from outbox.bells import bell_task, nudge
from outbox.periodic import once

JUDGE = "freeze_rules.tasks.judge"
LOOK = "freeze_rules.tasks.look_again"
BUDGET_S = 20.0
# Batches of one run: a run ends in seconds, the next tick goes on.
BATCHES = 20
log = logging.getLogger(__name__)


@bell_task(JUDGE)
def judge() -> None:
    """Judge what waits, batch by batch. Rung by whoever tells events, and by beat.

    Events are claimed row by row, so overlapping runs are harmless.
    """
    until = time.monotonic() + BUDGET_S
    more = True
    while more and time.monotonic() < until:
        try:
            with transaction.atomic(durable=True):
                more = judging.judge_batch().more
        except (OperationalError, InterfaceError):
            # The database is away or a lock was lost: no fault of the events.
            raise
        except Exception:
            log.exception("A batch of events failed; each is judged alone.")
            _one_by_one()
            more = False
    resuming.go_on(until=until)
    if releasing.any_due():
        nudge(task=LOOK)
    if more:
        nudge(task=JUDGE)


def _one_by_one() -> None:
    """Of a batch that failed the sound events get through, the others are counted."""
    ids = list(
        Event.objects.filter(WAITING).order_by("id").values_list("id", flat=True)[: judging.BATCH]
    )
    for pk in ids:
        try:
            with transaction.atomic(durable=True):
                judging.judge_batch(only=pk)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            with transaction.atomic(durable=True):
                judging.judge_alone(event_id=pk, error=f"{type(error).__name__}: {error}")


@bell_task(LOOK)
def look_again() -> None:
    """Let go of holds whose time or facts have come. Rung after events, and by beat.

    Watches are claimed row by row, so overlapping runs are harmless.
    """
    until = time.monotonic() + BUDGET_S
    while time.monotonic() < until:
        with transaction.atomic(durable=True):
            if judging.look_again() < judging.DUE_AT_ONCE:
                return
    nudge(task=LOOK)


@shared_task(name="freeze_rules.tasks.scan")
def scan(**_: object) -> None:
    """Rules on a schedule whose moment has come search the stock."""
    with once(name="freeze_rules.tasks.scan") as alone:
        due = scanning.due_rules() if alone else []
    for rule_id in due:
        scanning.scan_in_parts(rule_id=rule_id)


@shared_task
def give_leases(**_: object) -> None:
    """Every few seconds: freezes that nobody looks after get an owner and a review."""
    for _batch in range(BATCHES):
        with once(name="freeze_rules.give_leases") as alone:
            if not alone or leases.sweep() < leases.BATCH:
                return


@shared_task
def ask_for_leaves(**_: object) -> None:
    """Every quarter of a minute: approvals that freezes wait for are asked for, once each."""
    place: int | None = 0
    while place is not None:
        with once(name="freeze_rules.ask_for_leaves") as alone:
            if not alone:
                return
            if place == 0:
                leaf_consent.close_overtaken()
            _made, place = leaf_consent.ask_for_leaves(after=place)


@shared_task
def remind_of_reviews(**_: object) -> None:
    """Every minute: owners hear once a day of freezes past their review."""
    for _batch in range(BATCHES):
        with once(name="freeze_rules.remind_of_reviews") as alone:
            if not alone or leases.remind(now=timezone.now()) < leases.BATCH:
                return


@shared_task
def note_overdue(**_: object) -> None:
    """Every quarter of an hour: announced receipts that should be here and are not."""
    with once(name="freeze_rules.note_overdue") as alone:
        if alone:
            hearing.note_overdue(now=timezone.now())


@shared_task
def watch_suppliers(**_: object) -> None:
    """Every minute: purchasing is told of suppliers of which too much is frozen."""
    with once(name="freeze_rules.watch_suppliers") as alone:
        if alone:
            supplier_limits.watch(now=timezone.now())


@shared_task
def run_promotions(**_: object) -> None:
    """Every few seconds: promotions open and close at their minute.

    Rows are claimed one by one, so two of it do no harm.
    """
    now = timezone.now()
    for turn in (promotions.close_due, promotions.open_due):
        for _batch in range(BATCHES):
            with transaction.atomic(durable=True):
                done = turn(now=now)
            if done < promotions.AT_ONCE:
                break
