"""Rules as people look at them: the list, one rule, what it did and what waits for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from freeze_rules.facts import FACTS
from freeze_rules.facts.kinds import UNIT_LABELS
from freeze_rules.models import (
    Event,
    KeptEvent,
    Outcome,
    Rule,
    RuleMove,
    RuleState,
    RuleVersion,
    Verdict,
    Watch,
)
from freeze_rules.selectors.numbers import id_in
from freeze_rules.selectors.wording import preset_name
from freeze_rules.triggers import label_of
from org.scope import Scope
from org.selectors import names_of_actors

WEEK = timedelta(days=7)
TONES = {
    RuleState.DRAFT: "muted",
    RuleState.SHADOW: "info",
    RuleState.PENDING_APPROVAL: "warn",
    RuleState.ENABLED: "ok",
    RuleState.PAUSED: "bad",
    RuleState.RETIRED: "muted",
}
OUTCOME_TONES = {
    Outcome.FROZEN: "hold",
    Outcome.WOULD_FREEZE: "info",
    Outcome.STOPPED: "bad",
    Outcome.REFUSED: "warn",
}


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A rule in the list. Units are base units open now under its holds."""

    id: int
    number: str
    name: str
    state: str
    state_label: str
    tone: str
    trigger: str
    trigger_label: str
    preset: str
    preset_label: str
    version: str
    owner: str
    review_on: date | None
    review_due: bool
    paused_why: str
    change_waits: bool
    frozen: int
    hits: int
    would: int
    false_alarms: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class VerdictView:
    """What a rule made of one event, with the facts that it read then."""

    id: int
    at: datetime
    outcome: str
    outcome_label: str
    tone: str
    version: str
    document: str
    hold_id: int | None
    sku: str
    lot: str
    warehouse: str
    qty: int
    value: Decimal
    facts: list[tuple[str, str]]
    code: str
    false_alarm: bool | None


@dataclass(frozen=True, kw_only=True)
class MoveView:
    """A step of a rule from one state to another; `from_state` is empty for its first."""

    id: int
    at: datetime
    from_state: str
    to_state: str
    before: str
    after: str
    tone: str
    version: str
    who: str
    why: str


@dataclass(frozen=True, kw_only=True)
class RuleNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `words` is a number, or stands in the name or note. `due`: whose review is due today or before.
    """

    states: Collection[str] = ()
    trigger: str = ""
    preset: str = ""
    words: str = ""
    due: bool = False


def rules_of(narrowing: RuleNarrowing) -> QuerySet[Rule]:
    """The rules of a filter, unordered. Rules are the whole house's."""
    rows = Rule.objects.all()
    if narrowing.states:
        rows = rows.filter(state__in=narrowing.states)
    if narrowing.trigger:
        rows = rows.filter(trigger=narrowing.trigger)
    if narrowing.preset:
        rows = rows.filter(preset=narrowing.preset)
    if narrowing.due:
        rows = rows.filter(review_on__lte=timezone.localdate()).exclude(state=RuleState.RETIRED)
    words = narrowing.words
    if not words:
        return rows
    number = id_in(words, "FR")
    if number is None and words.isascii() and words.isdigit() and len(words) <= 18:
        number = int(words)
    named = Q(name__icontains=words) | Q(note__icontains=words)
    return rows.filter(named if number is None else named | Q(pk=number))


def rules(
    *,
    states: Collection[str] = (),
    trigger: str = "",
    words: str = "",
    before: int | None = None,
    ids: Collection[int] | None = None,
    limit: int = 100,
) -> list[RuleRow]:
    """Rules, the newest first. Rules are the whole house's; what they did is seen by warehouse."""
    rows = rules_of(RuleNarrowing(states=states, trigger=trigger, words=words))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return _rows(list(rows.select_related("version", "owner").order_by("-pk")[:limit]))


def rules_for_people() -> list[tuple[int, str]]:
    """Rules that run and that a person may have applied, by name. One statement."""
    rows = Rule.objects.filter(trigger="person.asked", state=RuleState.ENABLED)
    return [(rule.pk, f"{rule.number} {rule.name}") for rule in rows.order_by("name")]


def frozen_now(rule_ids: Collection[int]) -> dict[int, int]:
    """Base units open under each rule's holds. One statement."""
    found = (
        Watch.objects.filter(version__rule_id__in=rule_ids, hold__closed_at__isnull=True)
        .values_list("version__rule_id")
        .annotate(units=Sum("hold__lines__open"))
    )
    return {rule: units or 0 for rule, units in found}


def _rows(found: Sequence[Rule]) -> list[RuleRow]:
    ids = [rule.pk for rule in found]
    frozen = frozen_now(ids)
    recent = _recent(ids)
    kept = dict(
        KeptEvent.objects.filter(rule_id__in=ids).values_list("rule_id").annotate(n=Count("id"))
    )
    today = timezone.localdate()
    nothing: Mapping[str, int] = {}
    return [
        RuleRow(
            id=rule.pk,
            number=rule.number,
            name=rule.name,
            state=rule.state,
            state_label=str(RuleState(rule.state).label),
            tone=TONES[RuleState(rule.state)],
            trigger=rule.trigger,
            trigger_label=label_of(rule.trigger),
            preset=rule.preset,
            preset_label=preset_name(rule.preset),
            version=rule.version.label if rule.version else "",
            owner=str(rule.owner) if rule.owner else "",
            review_on=rule.review_on,
            review_due=rule.state != RuleState.RETIRED
            and rule.review_on is not None and rule.review_on <= today,
            paused_why=rule.paused_why,
            change_waits=rule.next_version_id is not None,
            frozen=frozen.get(rule.pk, 0),
            hits=recent.get(rule.pk, nothing).get("hits", 0),
            would=recent.get(rule.pk, nothing).get("would", 0),
            false_alarms=recent.get(rule.pk, nothing).get("false", 0),
            kept=kept.get(rule.pk, 0),
        )
        for rule in found
    ]  # fmt: skip


def _recent(ids: Collection[int]) -> dict[int, dict[str, int]]:
    """What these rules did in the last seven days. One statement."""
    found = (
        Verdict.objects.filter(version__rule_id__in=ids, at__gte=timezone.now() - WEEK)
        .values_list("version__rule_id")
        .annotate(
            hits=Count("id", filter=Q(outcome=Outcome.FROZEN)),
            would=Count("id", filter=Q(outcome=Outcome.WOULD_FREEZE)),
            false=Count("id", filter=Q(false_alarm=True)),
        )
    )
    return {
        rule: {"hits": hits, "would": would, "false": false} for rule, hits, would, false in found
    }


def known_events(keys: Collection[str]) -> set[str]:
    """Those of these keys under which an event was kept already. One statement."""
    return set(Event.objects.filter(key__in=keys).values_list("key", flat=True))


def rule(rule_id: int) -> Rule | None:
    """One rule with its versions' rows at hand."""
    return (
        Rule.objects.select_related("version", "next_version", "owner", "asked_by", "created_by")
        .filter(pk=rule_id)
        .first()
    )


def versions(rule_id: int) -> list[RuleVersion]:
    """Its versions, the newest first."""
    rows = RuleVersion.objects.filter(rule_id=rule_id).select_related("made_by", "enabled_by")
    return list(rows.order_by("-number"))


def beside_each_other(
    rule: Rule, every: Sequence[RuleVersion], *, numbers: tuple[int | None, int | None]
) -> tuple[RuleVersion, RuleVersion] | None:
    """The versions of these numbers; None when there are none such.

    Without numbers: what runs beside the change that waits, else the last two.

    Args:
        every: all its versions, the newest first.
    """
    known = {version.number: version for version in every}
    if numbers == (None, None) and rule.version is not None and rule.next_version is not None:
        numbers = rule.version.number, rule.next_version.number
    elif numbers == (None, None) and len(every) > 1:
        numbers = every[1].number, every[0].number
    old, new = known.get(numbers[0] or 0), known.get(numbers[1] or 0)
    return None if old is None or new is None else (old, new)


def moves(rule_id: int, *, before: int | None = None, limit: int = 100) -> list[MoveView]:
    """Its steps from state to state, the newest first. Two statements."""
    found = RuleMove.objects.filter(rule_id=rule_id).select_related("version")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[:limit])
    names = names_of_actors([row.actor for row in rows])
    return [
        MoveView(
            id=row.pk,
            at=row.at,
            from_state=row.before,
            to_state=row.after,
            before=_state(row.before),
            after=_state(row.after),
            tone=TONES[RuleState(row.after)],
            version=row.version.label if row.version else "",
            who=names[row.actor],
            why=row.why,
        )
        for row in rows
    ]


def _state(code: str) -> str:
    return str(RuleState(code).label) if code else _("New")


def verdicts(
    *,
    rule_id: int,
    scope: Scope,
    outcomes: Collection[str] = (),
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[VerdictView]:
    """What it did, the newest first, in the warehouses of the scope."""
    rows = scope.limit(Verdict.objects.filter(version__rule_id=rule_id), "warehouse__unit")
    if outcomes:
        rows = rows.filter(outcome__in=outcomes)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = rows.select_related("version", "sku", "lot", "warehouse").order_by("-id")[:limit]
    return [verdict_view(row) for row in found]


def verdict_view(row: Verdict) -> VerdictView:
    """A verdict for people."""
    return VerdictView(
        id=row.pk,
        at=row.at,
        outcome=row.outcome,
        outcome_label=str(Outcome(row.outcome).label),
        tone=OUTCOME_TONES[Outcome(row.outcome)],
        version=row.version.label,
        document=row.document,
        hold_id=row.hold_id,
        sku=row.sku.code if row.sku else "",
        lot=row.lot.code if row.lot else "",
        warehouse=row.warehouse.code if row.warehouse else "",
        qty=row.qty,
        value=row.value,
        facts=[(fact_label(code), _shown(code, value)) for code, value in row.facts.items()],
        code=row.code,
        false_alarm=row.false_alarm,
    )


def fact_label(code: str) -> str:
    """A fact's name in the reader's language; its code where there is none."""
    return str(FACTS[code].label) if code in FACTS else code


def facts_said(given: Mapping[str, Any]) -> list[str]:
    """Facts as a test gives them, each by its name, value and unit."""
    return [
        " ".join(filter(None, (fact_label(code), _shown(code, value), _unit_of(code, value))))
        for code, value in given.items()
    ]


def _unit_of(code: str, value: Any) -> str:
    return "" if value is None or code not in FACTS else str(UNIT_LABELS[FACTS[code].unit])


def _shown(code: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and code in FACTS:
        return FACTS[code].choice_label(value)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)
