"""A rule in sentences: what it says, part by part, and how two versions differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from freeze_rules import conditions, formula
from freeze_rules.definition import Definition, DefinitionWrong, Lease, Limits, Quantity, read
from freeze_rules.leaf_facts import leaf_sentence
from freeze_rules.models import NextStep, Rule
from freeze_rules.presets import PRESETS
from freeze_rules.presets.shape import ALWAYS
from freeze_rules.schedules import NIGHTLY
from freeze_rules.selectors.lease_owners import owner_label
from freeze_rules.triggers import TRIGGERS, label_of
from freeze_rules.tuning import (
    CRON,
    EXPIRES,
    QUANTITY,
    REVIEW,
    Setting,
    settings_of,
    tuned,
    without_settings,
)
from inventory import selectors as stock
from inventory.selectors.places import grades
from org.roles import PERMISSIONS

REACHES: dict[str, Promise] = {
    "goods": gettext_lazy("the goods the event names"),
    "lot": gettext_lazy("the whole lot in the warehouse"),
    "location": gettext_lazy("the location"),
    "zone": gettext_lazy("the zone"),
    "sku": gettext_lazy("the SKU in the warehouse"),
    "supplier": gettext_lazy("all lots of the supplier"),
    "warehouse": gettext_lazy("the whole warehouse"),
    "cells": gettext_lazy("each cell by itself"),
    "order": gettext_lazy("all lines of the document"),
}
POLICIES: dict[str, Promise] = {
    "FREE_ONLY": gettext_lazy("only free units; promised ones stay with their orders"),
    "LET_FINISH": gettext_lazy("promised units too, but picks that have started go on"),
    "DISPLACE": gettext_lazy("promised units too, from the least urgent order; picks stop"),
}
DEEDS: dict[str, Promise] = {
    "convert": gettext_lazy("turn into “%(reason)s”"),
    "release": gettext_lazy("release"),
    "release_qty": gettext_lazy("release the units that the event names"),
    "convert_qty": gettext_lazy("turn the units that the event names into “%(reason)s”"),
}
UNITS: dict[str, Promise] = {
    "minutes": gettext_lazy("minutes"),
    "hours": gettext_lazy("hours"),
    "days": gettext_lazy("days"),
    "business_days": gettext_lazy("working days"),
}
LABELS: dict[str, Promise] = {
    "trigger": gettext_lazy("Trigger"),
    "condition": gettext_lazy("If"),
    "scope": gettext_lazy("Freezes"),
    "quantity": gettext_lazy("How much"),
    "reason": gettext_lazy("Reason"),
    "policy": gettext_lazy("Takes"),
    "release": gettext_lazy("Release condition"),
    "regrade": gettext_lazy("Grade when released"),
    "dispositions": gettext_lazy("What becomes of it"),
    "lease": gettext_lazy("Looked after"),
    "limits": gettext_lazy("At most"),
    "release_limits": gettext_lazy("Released at most"),
    "approval": gettext_lazy("Releasing by hand needs"),
    "validity": gettext_lazy("Valid"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a rule in the reader's language."""

    part: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Differs:
    """One part that two versions say differently."""

    part: str
    label: str
    before: str
    after: str


def said(told: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[Said]:
    """What a definition says; a part that cannot be read says why."""
    try:
        definition = read(tuned(told, parameters))
    except DefinitionWrong as wrong:
        return [Said(wrong.part, _("Cannot be read"), str(wrong))]
    reasons = reason_labels()
    texts: dict[str, str] = {
        "trigger": _trigger(definition),
        "condition": condition_said(definition.condition, parameters),
        "scope": str(REACHES[definition.reach.value]),
        "quantity": _quantity(definition.quantity),
        "reason": reasons.get(definition.reason, definition.reason),
        "policy": str(POLICIES[definition.policy]),
        "release": release_said(definition.release),
        "regrade": dict(grades()).get(definition.regrade, definition.regrade),
        "dispositions": _dispositions(definition, reasons),
        "lease": _lease(definition.lease),
        "limits": _limits(definition.limits),
        "release_limits": _limits(definition.release_limits),
        "approval": str(PERMISSIONS.get(definition.approval, definition.approval)),
        "validity": _validity(definition),
    }
    return [Said(part, str(LABELS[part]), text) for part, text in texts.items() if text]


def sentence(told: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """The heart of a rule in one sentence."""
    parts = {each.part: each.text for each in said(told, parameters)}
    if "trigger" not in parts:
        return next(iter(parts.values()), "")
    always = _(
        "%(trigger)s: freeze %(scope)s (%(quantity)s) for “%(reason)s”. Released: %(release)s."
    )
    narrowed = _(
        "%(trigger)s, if %(condition)s: freeze %(scope)s (%(quantity)s) for “%(reason)s”. "
        "Released: %(release)s."
    )
    names = ("trigger", "condition", "scope", "quantity", "reason", "release")
    chosen = always if told.get("condition", ALWAYS) == ALWAYS else narrowed
    return chosen % {name: parts.get(name, "–") for name in names}


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], parameters: Mapping[str, Any]
) -> list[Differs]:
    """The parts that two versions say differently, in a rule's own order."""
    # What was tuned is of neither version.
    values = without_settings(parameters)
    old = {each.part: each for each in said(before, values)}
    new = {each.part: each for each in said(after, values)}
    found = []
    for part in [*LABELS, *sorted((set(old) | set(new)) - set(LABELS))]:
        left, right = old.get(part), new.get(part)
        texts = (left.text if left else "–", right.text if right else "–")
        if texts[0] != texts[1]:
            label = (right or left or Said(part, part, "")).label
            found.append(Differs(part, label, *texts))
    return found


def condition_said(tree: Any, parameters: Mapping[str, Any]) -> str:
    """The condition as a sentence; what is wrong with it where it cannot be read."""
    try:
        return conditions.sentence(tree, parameters)
    except conditions.ConditionRefused as refused:
        return " ".join(fault.text for fault in refused.faults)


def release_said(tree: Mapping[str, Any]) -> str:
    """The formula as a sentence."""
    return formula.sentence(tree, fact=leaf_sentence)


def reason_labels() -> dict[str, str]:
    """Freezing reasons by code, in the reader's language. One statement."""
    return {view.code: view.label for view in stock.reasons(by_hand=False)}


def _trigger(definition: Definition) -> str:
    label = label_of(definition.trigger)
    if TRIGGERS[definition.trigger].scanned:
        plan = definition.cron or NIGHTLY
        return _("%(label)s (searched at %(plan)s)") % {"label": label, "plan": plan}
    return label


def _quantity(quantity: Quantity) -> str:
    if quantity.kind == "number":
        return _("%(n)s units") % {"n": f"{quantity.number:,f}"}
    if quantity.kind == "percent":
        return _("%(n)s %% of the units the event names") % {"n": f"{quantity.number:f}"}
    if quantity.kind == "event":
        return _("the units the event names")
    return _("everything")


def _dispositions(definition: Definition, reasons: Mapping[str, str]) -> str:
    told = []
    for deed in definition.dispositions:
        reason = str(deed.get("reason", ""))
        does = str(DEEDS[str(deed["do"])]) % {"reason": reasons.get(reason, reason)}
        if deed.get("regrade"):
            does = _("%(does)s, as grade %(grade)s") % {"does": does, "grade": deed["regrade"]}
        if deed.get("release"):
            then = release_said(deed["release"])
            does = _("%(does)s, then released: %(then)s") % {"does": does, "then": then}
        told.append(_("%(event)s: %(does)s") % {"event": label_of(str(deed["on"])), "does": does})
    return _("; ").join(told)


def duration_said(said_: Mapping[str, Any]) -> str:
    """A time such as {"hours": 4}."""
    unit, number = next(iter(said_.items()))
    words = {
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", number),
        "hours": ngettext("%(n)s hour", "%(n)s hours", number),
        "days": ngettext("%(n)s day", "%(n)s days", number),
        "business_days": ngettext("%(n)s working day", "%(n)s working days", number),
    }
    return words[unit] % {"n": number}


def next_said(step: str) -> str:
    """The next step in words; as it is written where it is none."""
    return str(NextStep(step).label) if step in NextStep.values else step


def _lease(lease: Lease) -> str:
    told = []
    if lease.review_days is not None:
        days = lease.review_days
        told.append(
            ngettext("reviewed after %(n)s day", "reviewed after %(n)s days", days) % {"n": days}
        )
    if lease.owner:
        told.append(_("by %(owner)s") % {"owner": owner_label(lease.owner)})
    if lease.next:
        told.append(_("next: %(next)s") % {"next": next_said(lease.next)})
    if "at" in lease.expires:
        told.append(_("ends at the time the event tells"))
    elif lease.expires:
        told.append(_("ends by itself after %(time)s") % {"time": duration_said(lease.expires)})
    return _("; ").join(told)


def _limits(limits: Limits) -> str:
    told = []
    if limits.share_pct is not None:
        told.append(_("%(n)s %% of one SKU") % {"n": f"{limits.share_pct:f}"})
    if limits.value is not None:
        told.append(_("goods worth %(n)s an hour") % {"n": f"{limits.value:,f}"})
    if limits.skus_per_hour is not None:
        told.append(_("%(n)s SKUs an hour") % {"n": limits.skus_per_hour})
    if limits.stores is not None:
        told.append(_("%(n)s warehouses an hour") % {"n": limits.stores})
    return _("; ").join(told)


def _validity(definition: Definition) -> str:
    if definition.valid_from and definition.valid_until:
        return _("from %(since)s until %(until)s") % {
            "since": definition.valid_from.isoformat(),
            "until": definition.valid_until.isoformat(),
        }
    if definition.valid_from:
        return _("from %(since)s") % {"since": definition.valid_from.isoformat()}
    if definition.valid_until:
        return _("until %(until)s") % {"until": definition.valid_until.isoformat()}
    return ""


@dataclass(frozen=True, slots=True)
class ParameterSaid:
    """A parameter of a rule: its name in the condition, what people call it, what it stands at."""

    name: str
    label: str
    value: str


def parameters_said(preset: str, parameters: Mapping[str, Any]) -> list[ParameterSaid]:
    """The parameters of a rule by name; a preset's are called as the preset calls them."""
    taken = PRESETS.get(preset)
    labels = {knob.name: str(knob.label) for knob in taken.knobs} if taken else {}
    return [
        ParameterSaid(
            name, labels.get(name, name), json.dumps(value, ensure_ascii=False).strip('"')
        )
        for name, value in sorted(without_settings(parameters).items())
    ]


SETTINGS: dict[str, Promise] = {
    CRON: gettext_lazy("Time plan"),
    QUANTITY: gettext_lazy("Number or percentage"),
    REVIEW: gettext_lazy("Hold is reviewed after days"),
    EXPIRES: gettext_lazy("Ends by itself after"),
    "rule.limits.share_pct": gettext_lazy("% of one SKU at once"),
    "rule.limits.value": gettext_lazy("Value in an hour"),
    "rule.limits.skus_per_hour": gettext_lazy("SKUs in an hour"),
    "rule.limits.stores": gettext_lazy("Warehouses in an hour"),
    "rule.release_limits.share_pct": gettext_lazy("Released: % of one SKU at once"),
    "rule.release_limits.value": gettext_lazy("Released: value in an hour"),
    "rule.release_limits.skus_per_hour": gettext_lazy("Released: SKUs in an hour"),
    "rule.release_limits.stores": gettext_lazy("Released: warehouses in an hour"),
}


@dataclass(frozen=True, slots=True)
class SettingSaid:
    """A setting of a rule: its name, what people call it, what it stands at, whether by tuning."""

    name: str
    label: str
    value: str
    is_tuned: bool


def settings_now(rule: Rule) -> list[Setting]:
    """The settings of the version that runs, each as it counts now."""
    said = rule.version.definition if rule.version else {}
    return settings_of(said, rule.parameters)


def settings_said(rule: Rule) -> list[SettingSaid]:
    """The settings in the reader's language; those without a value are empty."""
    said = rule.version.definition if rule.version else {}
    expires = (said.get("lease") or {}).get("expires") or {}
    found = []
    for each in settings_now(rule):
        label = str(SETTINGS[each.name])
        if each.name == EXPIRES:
            label = f"{label} ({UNITS[next(iter(expires))]!s})"
        value = "" if each.value is None else str(each.value)
        found.append(SettingSaid(each.name, label, value, each.is_tuned))
    return found


def preset_name(code: str) -> str:
    """What people call a preset; one that no longer exists by its code."""
    taken = PRESETS.get(code)
    return str(taken.name) if taken else code
