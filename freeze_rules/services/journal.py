"""Writes the journal of freezes from what was booked, a moment after it was committed.

The ledger says which units, the trail says why, verdicts and proofs say what was known. The
journal brings them together once and keeps them as they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max

from freeze_rules.models import JournalLine, Proof, Verdict
from inventory.selectors.freezing import FreezeChange, freeze_changes, postings_with_freezes
from org.selectors.trail import said_in
from webhooks import selectors as wanted
from webhooks import services as webhooks

Cause = JournalLine.Cause
TOPICS = {True: "stock.frozen", False: "stock.released"}
# A lot that is frozen for its date stands on the clearance list from its first unit.
ENTERED, FOR_ITS_DATE = "clearance.entered", "NEAR_EXPIRY"
BATCH = 500


def note_booked(*, keys: list[str]) -> None:
    """Batches changed freezes: write their lines, tell other systems. Harmless twice."""
    write([int(key) for key in keys])


def write(posting_ids: Collection[int], *, tell: bool = True) -> int:
    """Write the lines of what these postings' transactions did; how many are new.

    Joins the caller's transaction. Nothing is told of lines that were there already.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    changes = freeze_changes(posting_ids)
    entered = _entering(changes) if tell else set()
    there = set(
        JournalLine.objects.filter(
            posting_id__in={each.posting_id for each in changes}
        ).values_list("posting_id", "hold_id", "warehouse_id")
    )
    fresh = [
        each for each in changes if (each.posting_id, each.hold_id, each.warehouse_id) not in there
    ]
    whys, known = _whys(fresh), _known(fresh)
    JournalLine.objects.bulk_create(
        [_line(each, whys, known) for each in fresh], ignore_conflicts=True, batch_size=2_000
    )
    if tell:
        _tell(fresh)
        _tell_entered([each for each in fresh if each.hold_id in entered])
    return len(fresh)


def _entering(changes: Sequence[FreezeChange]) -> set[int]:
    """Freezes for a date that get their first units now; none while nobody wants to know."""
    found = {each.hold_id for each in changes if each.reason == FOR_ITS_DATE and each.units > 0}
    if not found or not wanted.anybody_wants(ENTERED):
        return set()
    before = JournalLine.objects.filter(hold_id__in=found, units__gt=0)
    return found - set(before.values_list("hold_id", flat=True))


def catch_up(*, limit: int = BATCH) -> int:
    """Write what is older than the journal itself, in order; how many postings were looked at."""
    last = JournalLine.objects.aggregate(last=Max("posting_id"))["last"] or 0
    ids = postings_with_freezes(after=last, limit=limit)
    write(ids, tell=False)
    return len(ids)


def _line(
    change: FreezeChange,
    whys: Mapping[tuple[int, str], str],
    known: Mapping[int, dict[str, Any]],
) -> JournalLine:
    said = whys.get((change.xid, change.document)) or change.why
    why = (change.note or said) if change.units >= 0 else said
    return JournalLine(
        posting_id=change.posting_id,
        hold_id=change.hold_id,
        warehouse_id=change.warehouse_id,
        at=change.at,
        kind=change.kind,
        units=change.units,
        value=change.value,
        reason=change.reason,
        is_safety=change.is_safety,
        document=change.document,
        actor=change.actor,
        cause=cause_of(change),
        rule_version=change.rule_version,
        why=(why or "")[:400],
        facts={
            "goods": change.goods,
            "cells": change.cells,
            "booked_under": change.booked_under,
            **known.get(change.hold_id, {}),
        },
    )


def cause_of(change: FreezeChange) -> str:
    """Whether a person, a rule, a sensor or the house itself did it."""
    if change.actor.startswith("person:") or change.actor.startswith("client:"):
        return Cause.HAND
    if change.document.startswith("EX-"):
        return Cause.SENSOR
    return Cause.RULE if change.rule_version else Cause.SYSTEM


def _whys(changes: Sequence[FreezeChange]) -> dict[tuple[int, str], str]:
    """The reason that stands on the trail, written in the same transaction about the document."""
    found: dict[tuple[int, str], str] = {}
    documents = {change.document for change in changes}
    for xid, subject, after in said_in(xids={change.xid for change in changes}, subjects=documents):
        said = (after or {}).get("why") or (after or {}).get("note")
        if said:
            found[xid, subject] = str(said)
    return found


def _known(changes: Sequence[FreezeChange]) -> dict[int, dict[str, Any]]:
    """What a rule had read when it froze, and what had been proved by now, by hold."""
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    holds = {change.hold_id for change in changes if change.rule_version}
    if not holds:
        return found
    verdicts = Verdict.objects.filter(hold_id__in=holds).order_by("id")
    for hold, facts in verdicts.values_list("hold_id", "facts"):
        if hold is not None:
            found[hold]["read"] = facts
    released = {change.hold_id for change in changes if change.units < 0}
    proofs = Proof.objects.filter(watch__hold_id__in=released).order_by("id")
    for hold, leaf, person, event, reference, at in proofs.values_list(
        "watch__hold_id", "leaf", "person_id", "event__key", "reference", "at"
    ):
        by = f"person:{person}" if person else event or ""
        found[hold].setdefault("proofs", []).append(
            {"leaf": leaf, "by": by, "reference": reference, "at": at.isoformat()}
        )
    return found


def _tell(changes: Sequence[FreezeChange]) -> None:
    """Other systems hear which freezes changed and ask for the rest; names, never amounts."""
    for more, topic in TOPICS.items():
        told = {
            (change.hold_id, change.document, change.reason): change
            for change in changes
            if (change.units > 0) == more and change.units != 0
        }
        if not told or not wanted.anybody_wants(topic):
            continue
        units: defaultdict[int, set[int]] = defaultdict(set)
        houses: defaultdict[int, set[int]] = defaultdict(set)
        for change in changes:
            if change.unit_id is not None:
                units[change.hold_id].add(change.unit_id)
            if change.warehouse_id is not None:
                houses[change.hold_id].add(change.warehouse_id)
        webhooks.publish(
            topic=topic,
            events=[
                webhooks.Event(
                    {
                        "hold": f"H-{hold}", "document": document, "reason": reason,
                        "skus": sorted({each["sku"] for each in change.goods}),
                        "link": f"/api/v1/stock/holds/{hold}",
                    },
                    frozenset(units[hold]),
                    frozenset(houses[hold]),
                )
                for (hold, document, reason), change in told.items()
            ],
        )  # fmt: skip


def _tell_entered(changes: Sequence[FreezeChange]) -> None:
    """Lots entered the clearance list: other systems may sell them off; names, never amounts."""
    webhooks.publish(
        topic=ENTERED,
        events=[
            webhooks.Event(
                {
                    "hold": f"H-{change.hold_id}", "document": change.document,
                    "skus": sorted({each["sku"] for each in change.goods}),
                    "lots": sorted({each["lot"] for each in change.goods if each["lot"]}),
                    "link": "/api/v1/clearance",
                },
                frozenset({change.unit_id} if change.unit_id is not None else ()),
                frozenset({change.warehouse_id} if change.warehouse_id is not None else ()),
            )
            for change in changes
            if change.units > 0
        ],
    )  # fmt: skip
