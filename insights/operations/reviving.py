"""Have what was given up tried again; who asked for it is on the audit trail."""

from __future__ import annotations

from collections.abc import Sequence

from freeze_rules.services import events
from org import services as org
from outbox import services as outbox


def revive(*, ids: Sequence[int], actor: str) -> int:
    """Deliver these again from the first attempt; others than dead ones are left alone.

    Joins the caller's transaction. Returns how many live again.
    """
    number = outbox.revive(ids=ids)
    if number:
        org.record(
            actor=actor, action="outbox.revived", subject="outbox",
            after={"ids": sorted(ids), "revived": number},
        )  # fmt: skip
    return number


def judge_again(*, ids: Sequence[int], actor: str) -> int:
    """Have the freeze rules judge given-up events again; others are left alone.

    Joins the caller's transaction. Returns how many wait for their judgement again.
    """
    number = events.judge_again(ids=ids)
    if number:
        org.record(
            actor=actor, action="rules.judged_again", subject="events",
            after={"ids": sorted(ids), "waiting": number},
        )  # fmt: skip
    return number
