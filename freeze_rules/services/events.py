"""Something happened that rules may listen to: rooms above tell it in their own transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules.definition import read
from freeze_rules.facts import told_wrong
from freeze_rules.models import LIVE, Event, Rule, RuleState, RuleVersion
from freeze_rules.triggers import KINDS
from inventory.selectors import reach
from org.coded import CodedRefusal
from outbox import services as outbox

# Rung whenever events wait or time may have changed something.
BELL = "rules.due"
# An older event tells of a world that nobody can act on any more.
OLDEST = timedelta(days=365)
SLACK = timedelta(minutes=5)
MOST_GOODS = 10_000
MOST_UNITS = 10**12

SENTENCES = {
    "unknown_kind": _("There is no event of this kind."),
    "bad_key": _("An event needs a key of 1 to 120 characters; the same key happens once."),
    "too_old": _("The event happened more than a year ago."),
    "in_the_future": _("The event lies in the future."),
    "too_much": _("An event speaks of at most 10,000 goods: send several."),
    "bad_quantity": _("A quantity is a whole number from 0 to 1,000,000,000,000."),
    "bad_fact": _("“%(fact)s” cannot have the value that the event tells."),
    "unknown_sku": _("There is no such SKU."),
    "unknown_warehouse": _("There is no such warehouse."),
}


class EventRefused(CodedRefusal):
    """The event was not noted: a stable `code`, and its place in the call."""

    sentences = SENTENCES

    def __init__(self, code: str, *, at: int, fact: str = "") -> None:
        super().__init__(code)
        self.at, self.fact = at, fact

    def __str__(self) -> str:
        sentence = super().__str__()
        return sentence % {"fact": self.fact} if self.fact else sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """Units an event speaks of, in base units; what is not named is any."""

    sku_id: int
    qty: int = 0
    lot_id: int | None = None
    location_id: int | None = None
    grade: str = "ZP"
    # Only where one event reaches several: a promotion, a recall.
    warehouse_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """How it is kept on the event."""
        named = {
            "lot": self.lot_id,
            "location": self.location_id,
            "warehouse": self.warehouse_id,
            "grade": self.grade if self.grade != "ZP" else None,
        }
        return {"sku": self.sku_id, "qty": self.qty} | {
            name: value for name, value in named.items() if value is not None
        }


def goods_of(kept: Mapping[str, Any]) -> Goods:
    """The goods out of what an event keeps."""
    return Goods(
        sku_id=kept["sku"],
        qty=kept.get("qty", 0),
        lot_id=kept.get("lot"),
        location_id=kept.get("location"),
        warehouse_id=kept.get("warehouse"),
        grade=kept.get("grade", "ZP"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One event. `facts` are its own facts by code, such as {"event.channel": "TAOBAO"}."""

    kind: str
    key: str
    occurred_at: datetime | None = None
    document: str = ""
    warehouse_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    goods: Sequence[Goods] = ()


def listened(kinds: Collection[str]) -> frozenset[str]:
    """Those kinds that a live or paused rule, or a hold that a rule laid, listens to.

    Rooms with many events a second ask before they tell. Two statements, and now and then a third.
    """
    triggers = dict(
        Rule.objects.filter(state__in=[*LIVE, RuleState.PAUSED]).values_list("version", "trigger")
    )
    heard = {kind for version in triggers for kind in _heard_by(version)}
    # A retired rule's holds go on waiting for what it said.
    retired = Rule.objects.filter(state=RuleState.RETIRED, version__isnull=False)
    heard |= {kind for pk in retired.values_list("version_id", flat=True) for kind in _heard_by(pk)}
    return frozenset(kinds) & (set(triggers.values()) | heard)


@lru_cache(maxsize=4_096)
def _heard_by(version_id: int) -> frozenset[str]:
    """Versions are never edited: read once."""
    return read(RuleVersion.objects.values_list("definition", flat=True).get(pk=version_id)).hears


def forget() -> None:
    """Read versions anew: what was kept is of another database."""
    _heard_by.cache_clear()


def note(happenings: Sequence[Happening], *, told_by: str) -> int:
    """Keep these events; the rules judge them within a second.

    Joins the caller's transaction. A key that is known already is passed over.

    Returns:
        How many were new.

    Raises:
        EventRefused: unknown_kind, bad_key, too_old, in_the_future, too_much, bad_quantity,
            bad_fact, unknown_sku, unknown_warehouse; nothing of the call is kept.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not happenings:
        return 0
    now = timezone.now()
    for at, each in enumerate(happenings):
        _check(each, at=at, now=now)
    _check_known(happenings)
    before = Event.objects.filter(key__in=[each.key for each in happenings]).count()
    rows = {
        each.key: Event(
            kind=each.kind,
            key=each.key,
            document=each.document,
            warehouse_id=each.warehouse_id,
            facts=dict(each.facts),
            goods=[goods.as_json() for goods in each.goods],
            told_by=told_by,
            occurred_at=each.occurred_at or now,
        )
        for each in happenings
    }
    Event.objects.bulk_create(rows.values(), ignore_conflicts=True)
    outbox.ring(topic=BELL)
    return len(rows) - before


def _check(each: Happening, *, at: int, now: datetime) -> None:
    if each.kind not in KINDS:
        raise EventRefused("unknown_kind", at=at)
    if not 1 <= len(each.key) <= 120 or not each.key.isprintable() or len(each.document) > 64:
        raise EventRefused("bad_key", at=at)
    if each.occurred_at is not None and each.occurred_at > now + SLACK:
        raise EventRefused("in_the_future", at=at)
    if each.occurred_at is not None and each.occurred_at < now - OLDEST:
        raise EventRefused("too_old", at=at)
    if len(each.goods) > MOST_GOODS:
        raise EventRefused("too_much", at=at)
    if any(not 0 <= goods.qty <= MOST_UNITS for goods in each.goods):
        raise EventRefused("bad_quantity", at=at)
    wrong = told_wrong(each.facts)
    if wrong:
        raise EventRefused("bad_fact", at=at, fact=wrong)


def _check_known(happenings: Sequence[Happening]) -> None:
    skus = reach.sku_codes({goods.sku_id for each in happenings for goods in each.goods})
    houses = reach.warehouse_codes(
        {each.warehouse_id for each in happenings if each.warehouse_id is not None}
    )
    for at, each in enumerate(happenings):
        if any(goods.sku_id not in skus for goods in each.goods):
            raise EventRefused("unknown_sku", at=at)
        if each.warehouse_id is not None and each.warehouse_id not in houses:
            raise EventRefused("unknown_warehouse", at=at)


def judge_again(*, ids: Collection[int]) -> int:
    """Given-up events wait for their judgement again, from the first attempt; how many do.

    Others than given-up ones are left alone. Joins the caller's transaction.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    number = Event.objects.filter(pk__in=ids, failed_at__isnull=False).update(
        failed_at=None, attempts=0, error=""
    )
    if number:
        outbox.ring(topic=BELL)
    return int(number)
