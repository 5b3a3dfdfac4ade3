"""Rules that go on judge what they kept while they were paused."""

from __future__ import annotations

import time

from django.db import transaction

from freeze_rules.models import LIVE, KeptEvent
from freeze_rules.services import judging


def waiting() -> list[int]:
    """Rules that run again and have kept events."""
    return sorted(
        set(
            KeptEvent.objects.filter(rule__state__in=LIVE, for_release=False).values_list(
                "rule_id", flat=True
            )
        )
    )


def go_on(*, until: float) -> int:
    """Judge kept events of running rules until `until` (`time.monotonic`); how many.

    Opens its own transactions, one a batch.
    """
    done = 0
    for rule_id in waiting():
        judged = judging.BATCH
        while judged == judging.BATCH and time.monotonic() < until:
            with transaction.atomic(durable=True):
                judged = judging.judge_kept(rule_id=rule_id)
            done += judged
    return done
