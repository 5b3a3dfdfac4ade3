"""Doorbells of sensors: what is due is said by rows."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from freeze_rules.services.sensors import acting, judging, listening, partitions, wanderers
from outbox.bells import bell_task, nudge
from outbox.periodic import once

JUDGE = "freeze_rules.sensor_tasks.judge_readings"
ACT = "freeze_rules.sensor_tasks.act_on_excursions"
# Batches of one run: a run ends in seconds, the next tick goes on.
BATCHES = 20
DAYS_AHEAD = 7


@bell_task(JUDGE)
def judge_readings() -> None:
    """Judge what has come in; devices are claimed row by row, so runs may overlap."""
    for _batch in range(BATCHES):
        with transaction.atomic(durable=True):
            judged = judging.judge_readings()
        if judged:
            nudge(task=ACT)
        if judged < judging.DEVICES:
            return
    nudge(task=JUDGE)


@bell_task(ACT)
def act_on_excursions() -> None:
    """Freeze what was exposed; excursions are claimed row by row.

    Goods that wandered are looked for afterwards: no trouble there keeps goods from being frozen.
    """
    for _each in range(BATCHES):
        with transaction.atomic(durable=True):
            if acting.act_on_next() is None:
                break
    else:
        nudge(task=ACT)
    with transaction.atomic(durable=True):
        looked = wanderers.look_for_wanderers(now=timezone.now())
    if looked:
        nudge(task=ACT)


@shared_task(name="freeze_rules.sensor_tasks.listen_for_silence")
def listen_for_silence(**_: object) -> None:
    """Every half minute: note devices that have fallen silent."""
    more = True
    while more:
        with once(name="freeze_rules.listen_for_silence") as alone:
            more = alone and listening.note_silence() == listening.MOST


@shared_task(name="freeze_rules.sensor_tasks.keep_days_of_readings")
def keep_days_of_readings(**_: object) -> None:
    """Every hour: tables for the days to come, and none for those that are kept no longer."""
    today = timezone.now().date()
    with once(name="freeze_rules.keep_days_of_readings") as alone:
        if alone:
            partitions.ensure([today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)])
    with once(name="freeze_rules.drop_days_of_readings") as alone:
        if alone:
            partitions.drop_before(today - timedelta(days=settings.SENSOR_RETENTION_DAYS))
