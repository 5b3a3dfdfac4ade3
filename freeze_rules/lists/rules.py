"""Freeze rules: those that run, those that wait for somebody, those that are retired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.acting import each_for_itself
from freeze_rules.models import Rule, RuleState
from freeze_rules.presets import PRESETS
from freeze_rules.selectors.rule_views import RuleNarrowing, RuleRow, rules, rules_of
from freeze_rules.services import rules as life
from freeze_rules.services.rule_refusals import RuleRefused
from freeze_rules.triggers import TRIGGERS
from org import roles
from org.addresses import words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import (
    Action,
    Answer,
    Column,
    Filter,
    Kind,
    ListSpec,
    Part,
    Question,
    Tab,
    Verb,
)
from org.models import Person

S = RuleState
TABS = {
    "": _("All"),
    S.ENABLED.value: _("Enabled"),
    S.PENDING_APPROVAL.value: _("Waiting for approval"),
    S.SHADOW.value: _("Shadow"),
    S.PAUSED.value: _("Paused"),
    S.DRAFT.value: _("Draft"),
    S.RETIRED.value: _("Retired"),
}
# Under "All" stand those that are not retired.
IN_USE = tuple(state for state in S.values if state != S.RETIRED)
TONES = {S.PENDING_APPROVAL.value: "warn", S.PAUSED.value: "bad"}
SORTS = {
    "number": By(),
    "rule": By("name", kind="text"),
    "review": By("review_on", nullable=True, kind="day"),
}


def narrowing_of(question: Question) -> RuleNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    trigger, preset = question.get("trigger"), question.get("preset")
    return RuleNarrowing(
        states=_states(question.get("state")),
        trigger=trigger if trigger in TRIGGERS else "",
        preset=preset if preset in PRESETS else "",
        words=words_in(question.asked, "q"),
        due=question.get("due") == "1",
    )


def _states(tab: str) -> tuple[str, ...]:
    return (tab,) if tab and tab in TABS else IN_USE


def _rows(question: Question) -> QuerySet[Rule]:
    return rules_of(narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[RuleRow]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = {row.id: row for row in rules(ids=part.ids, limit=limit)}
    return part.of(found)


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing, here = narrowing_of(question), question.get("state")
    return counted_tabs(
        "state", TABS, here if here in TABS else "",
        lambda state: rules_of(replace(narrowing, states=_states(state))), tones=TONES,
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Name or number"), kind="search"),
        Filter(
            name="trigger", label=_("Trigger"),
            choices=[(kind, each.label) for kind, each in TRIGGERS.items() if each.starts],
        ),
        Filter(
            name="preset", label=_("Preset"),
            choices=[(code, preset.name) for code, preset in PRESETS.items()],
        ),
        Filter(name="due", label=_("Only with a review due"), kind="flag"),
    )  # fmt: skip


def page_url(row: RuleRow) -> str:
    """What it says and did."""
    return reverse("freeze-rule", args=[row.id])


def _name(row: RuleRow) -> SafeString:
    preset = f" · {_now('preset')} {row.preset_label}" if row.preset else ""
    return format_html(
        '<a data-row-link href="{}">{}</a>'
        '<div class="second-line soft"><span class="code">{}</span>'
        '{}<span class="narrow-only"> · {}</span></div>',
        page_url(row), row.name, row.version or row.number, preset, row.trigger_label,
    )  # fmt: skip


def _state(row: RuleRow) -> SafeString:
    shown = cells.chip(row.state_label, row.tone, hint=row.paused_why)
    if not row.change_waits:
        return shown
    return format_html('{}<div class="second-line">{}</div>', shown, _now("a change waits"))


def _review(row: RuleRow) -> SafeString:
    shown = cells.day(row.review_on)
    return format_html('<span class="text-bad">{}</span>', shown) if row.review_due else shown


def _step(step: Callable[..., Rule]) -> Verb:
    """A step of a rule's life, for many."""

    def run(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
        del choice

        def act(pk: int) -> bool:
            step(rule_id=pk, person=person, why=why)
            return True

        names = {row.id: row.name for row in rules(ids=ids, limit=len(ids))}
        return each_for_itself(ids, names=names, act=act, refused=RuleRefused)

    return run


COLUMNS: tuple[Column[RuleRow], ...] = (
    Column(key="rule", label=_("Rule"), sortable=True, value=lambda row: row.name, cell=_name),
    Column(key="number", label=_("Number"), kind=Kind.CODE, wide=True, default=False,
           sortable=True, value=lambda row: row.number),
    Column(key="version", label=_("Version"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.version),
    Column(key="state", label=_("State"), value=lambda row: row.state_label, cell=_state),
    Column(key="trigger", label=_("Trigger"), wide=True, value=lambda row: row.trigger_label),
    Column(key="preset", label=_("Preset"), wide=True, default=False,
           value=lambda row: row.preset_label if row.preset else ""),
    Column(key="frozen", label=_("Frozen now"), kind=Kind.NUMBER, value=lambda row: row.frozen),
    Column(key="hits", label=_("Hits in 7 days"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.hits),
    Column(key="would", label=_("Would freeze"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.would),
    Column(key="false", label=_("False alarms in 7 days"), kind=Kind.NUMBER, wide=True,
           default=False, value=lambda row: row.false_alarms),
    Column(key="kept", label=_("Kept events"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.kept,
           cell=lambda row: cells.number(row.kept, tone="bad" if row.kept else "")),
    Column(key="owner", label=_("Looked after by"), wide=True, value=lambda row: row.owner),
    Column(key="review", label=_("Review"), kind=Kind.DAY, wide=True, sortable=True,
           value=lambda row: row.review_on, cell=_review),
    Column(key="paused", label=_("Why it is paused"), wide=True, default=False,
           value=lambda row: row.paused_why),
)  # fmt: skip

RULES: ListSpec[RuleRow] = ListSpec(
    key="freeze-rules",
    title=_("Freeze rules"),
    route="freeze-rules",
    permission=roles.RULES_VIEW,
    columns=COLUMNS,
    params=("state", "q", "trigger", "preset", "due"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-number",
    actions=(
        Action(
            key="pause", label=_("Pause"), permission=roles.RULES_EDIT, run=_step(life.pause),
            needs_why=True,
        ),
        Action(
            key="resume", label=_("Go on"), permission=roles.RULES_ENABLE,
            run=_step(life.resume), needs_why=True,
        ),
    ),
)  # fmt: skip
