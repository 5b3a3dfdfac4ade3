"""Settings of a rule that are tuned without a new version: its plan, its days, its limits. Pure.

They stand among the rule's parameters under names of their own, such as "rule.lease.review_days",
and count instead of what the version says. A new version says them itself: then they are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from freeze_rules.triggers import TRIGGERS

PREFIX = "rule."
CRON = f"{PREFIX}cron"
REVIEW = f"{PREFIX}lease.review_days"
EXPIRES = f"{PREFIX}lease.expires"
QUANTITY = f"{PREFIX}quantity"
LIMITS = ("share_pct", "value", "skus_per_hour", "stores")
# The parts of a definition that hold limits: of freezing, and of letting go.
LIMITED = ("limits", "release_limits")


@dataclass(frozen=True)
class Setting:
    """One setting: its name among the parameters, what it stands at, whether it was tuned."""

    name: str
    value: Any
    is_tuned: bool


def settings_of(said: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[Setting]:
    """All settings of a version, each as it counts now; None where it has none."""
    there = _settings_in(said)
    return [
        Setting(name, parameters.get(name, value), name in parameters)
        for name, value in there.items()
    ]


def without_settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that conditions name."""
    return {name: value for name, value in parameters.items() if not name.startswith(PREFIX)}


def tuned(said: Any, parameters: Mapping[str, Any]) -> Any:
    """The definition with what was tuned in its place; what is none of it is left as it is."""
    if not isinstance(said, Mapping):
        return said
    there = _settings_in(said)
    values = {name: parameters[name] for name in there if name in parameters}
    if not values:
        return said
    found = dict(said)
    for name, value in values.items():
        part, _dot, inner = name.removeprefix(PREFIX).partition(".")
        if name == CRON:
            found["cron"] = value
        elif name == QUANTITY:
            found["quantity"] = {next(iter(said["quantity"])): value}
        elif name == EXPIRES:
            unit = next(iter(said["lease"]["expires"]))
            found["lease"] = {**found["lease"], "expires": {unit: value}}
        else:
            found[part] = {**(found.get(part) or {}), inner: value}
    return found


def _settings_in(said: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a definition has, with what it says itself."""
    found: dict[str, Any] = {}
    trigger = TRIGGERS.get(str(said.get("trigger")))
    if trigger is not None and trigger.scanned:
        found[CRON] = said.get("cron", "")
    quantity, lease = said.get("quantity"), said.get("lease") or {}
    if isinstance(quantity, Mapping) and next(iter(quantity), "") in ("number", "percent"):
        found[QUANTITY] = next(iter(quantity.values()))
    if isinstance(lease, Mapping):
        found[REVIEW] = lease.get("review_days")
        expires = lease.get("expires")
        if isinstance(expires, Mapping) and expires and "at" not in expires:
            found[EXPIRES] = next(iter(expires.values()))
    for part in LIMITED:
        limits = said.get(part) or {}
        if isinstance(limits, Mapping):
            found |= {f"{PREFIX}{part}.{each}": limits.get(each) for each in LIMITS}
    return found
