"""The form of a rule: its definition as fields of a page, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from freeze_rules.conditions import ConditionRefused, from_json
from freeze_rules.definition import DEEDS
from freeze_rules.facts import FACTS, LEAF_FACTS, Is, Type
from freeze_rules.facts.kinds import COMPARISON_LABELS, COUNTED
from freeze_rules.formula import UNITS
from freeze_rules.models import Rule
from freeze_rules.selectors.checking import Wrong
from freeze_rules.selectors.lease_owners import owner_choices
from freeze_rules.selectors.leases import next_steps
from freeze_rules.selectors.rulebook import values_for
from freeze_rules.selectors.wording import POLICIES, REACHES, reason_labels
from freeze_rules.services.rules import RuleDraft, RuleRefused
from freeze_rules.triggers import KINDS, TRIGGERS, label_of
from freeze_rules.tuning import tuned, without_settings
from freeze_rules.views.rule_moments import moment_row, moment_typed
from inventory.selectors.places import grades
from org.roles import CATALOGUE, PERMISSIONS

Fields = dict[str, Any]
# Ways out that the form shows; a formula that needs more is written by REST or a file.
MOST_WAYS = 12
MOST_ROWS = 40
BLANK_ROWS = 3
LIMITS = ("share_pct", "value", "skus_per_hour", "stores")
# The limits of releasing, as the form calls them.
RELEASED = tuple(f"released_{name}" for name in LIMITS)
PLAIN = (
    "name", "note", "priority", "review_on", "trigger", "cron", "scope", "quantity_kind",
    "quantity_n", "reason", "policy", "regrade", "approval", "follows", "valid_from", "valid_until",
    "review_days", "lease_owner", "next", "expires_kind", "expires_n", "share_pct", "value",
    "skus_per_hour", "stores", *RELEASED,
)  # fmt: skip
EMPTY: Mapping[str, Any] = {
    "trigger": "goods.received", "scope": "lot", "reason": "QC", "policy": "FREE_ONLY",
}  # fmt: skip
# Comparisons that take several values, separated by commas.
MANY = (Is.IN, Is.NOT_IN, Is.BETWEEN)


def of_rule(rule: Rule) -> Fields:
    """The fields of a rule as it would be after its waiting change."""
    version = rule.next_version or rule.version
    values = values_for(rule, version) if version else {}
    told = tuned(version.definition, values) if version else EMPTY
    return of_definition(told, without_settings(values)) | {
        "name": rule.name,
        "note": rule.note,
        "priority": rule.priority,
        "review_on": rule.review_on.isoformat() if rule.review_on else "",
    }


def of_definition(told: Mapping[str, Any], parameters: Mapping[str, Any]) -> Fields:
    """The fields of a definition in JSON."""
    quantity = told.get("quantity") or {"all": True}
    kind, number = next(iter(quantity.items()))
    lease, limits = told.get("lease") or {}, told.get("limits") or {}
    expires_kind, expires_n = next(iter((lease.get("expires") or {"": ""}).items()))
    return {
        "name": "", "note": "", "priority": 0, "review_on": "",
        "trigger": told.get("trigger", ""),
        "cron": told.get("cron", ""),
        "scope": told.get("scope", "goods"),
        "quantity_kind": kind,
        "quantity_n": number if kind in ("number", "percent") else "",
        "reason": told.get("reason", ""),
        "policy": told.get("policy", "FREE_ONLY"),
        "regrade": told.get("regrade", ""),
        "approval": told.get("approval", ""),
        "follows": "1" if told.get("follows") else "",
        "valid_from": told.get("valid_from") or "",
        "valid_until": told.get("valid_until") or "",
        "review_days": _blank(lease.get("review_days")),
        "lease_owner": lease.get("owner", ""),
        "next": lease.get("next", ""),
        "expires_kind": expires_kind,
        "expires_n": expires_n,
        **{name: _blank(limits.get(name)) for name in LIMITS},
        **{f"released_{name}": _blank((told.get("release_limits") or {}).get(name))
           for name in LIMITS},
        "condition": told.get("condition") or {"all": []},
        "params": dict(parameters),
        "release": _release_rows(told.get("release") or {}),
        "dispositions": [_deed_row(deed) for deed in told.get("dispositions") or []],
    }  # fmt: skip


def posted(data: QueryDict) -> Fields:
    """The fields as somebody typed them.

    Raises:
        RuleRefused: the condition is not JSON.
    """
    found: Fields = {name: _clean(data.get(name, "")) for name in PLAIN}
    try:
        found["condition"] = from_json(data.get("condition", "") or '{"all": []}')
        found["params"] = from_json(data.get("params", "") or "{}")
    except ConditionRefused as refused:
        raise _wrong("condition", [fault.text for fault in refused.faults]) from refused
    if not isinstance(found["params"], dict):
        raise _wrong("condition", [_("Parameters are an object of values by name.")])
    found["release"] = _rows(data, "rel", ("way", "what", "how", "value"), needed="what")
    names = ("on", "do", "reason", "fact", "regrade", "kept")
    found["dispositions"] = _rows(data, "deed", names, needed="on")
    return found


def _wrong(part: str, sentences: Iterable[str]) -> RuleRefused:
    return RuleRefused(
        "definition_wrong", [Wrong(part=part, sentence=sentence) for sentence in sentences]
    )


def _rows(
    data: QueryDict, prefix: str, names: Sequence[str], *, needed: str
) -> list[dict[str, str]]:
    columns = [data.getlist(f"{prefix}-{name}")[:MOST_ROWS] for name in names]
    rows = [
        dict(zip(names, map(_clean, values), strict=True)) for values in zip(*columns, strict=False)
    ]
    return [row for row in rows if row[needed]]


def _clean(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).strip()[:2_000]


def _blank(value: Any) -> Any:
    return "" if value is None else value


def draft(fields: Fields, *, preset: str = "", owner_id: int | None = None) -> RuleDraft:
    """What the fields mean.

    Raises:
        RuleRefused: a priority or a day that is none.
    """
    try:
        priority = int(fields["priority"] or 0)
    except ValueError:
        raise _wrong("priority", [_("A priority is a whole number.")]) from None
    try:
        review_on = date.fromisoformat(fields["review_on"]) if fields["review_on"] else None
    except ValueError:
        raise _wrong("review_on", [_("A date looks like 2026-11-30.")]) from None
    if abs(priority) > 1_000_000:
        raise _wrong("priority", [_("A priority is a whole number.")])
    return RuleDraft(
        name=fields["name"],
        note=fields["note"][:400],
        priority=priority,
        review_on=review_on,
        definition=definition_of(fields),
        parameters=fields["params"],
        preset=preset,
        owner_id=owner_id,
    )


def definition_of(fields: Fields) -> dict[str, Any]:
    """The definition in JSON; what is empty is left out, what is wrong stays for the check."""
    told: dict[str, Any] = {
        "trigger": fields["trigger"],
        "condition": fields["condition"],
        "scope": fields["scope"],
        "quantity": _quantity(fields),
        "reason": fields["reason"],
        "policy": fields["policy"],
        "release": _release(fields["release"]),
        "regrade": fields["regrade"],
        "dispositions": [_deed(row) for row in fields["dispositions"]],
        "lease": _lease(fields),
        "limits": {name: fields[name] for name in LIMITS if fields[name] != ""},
        "release_limits": {
            name: fields[f"released_{name}"] for name in LIMITS if fields[f"released_{name}"] != ""
        },
        "approval": fields["approval"],
        "cron": fields["cron"],
        "valid_from": fields["valid_from"],
        "valid_until": fields["valid_until"],
    }
    if fields["follows"]:
        told["follows"] = True
    return {name: value for name, value in told.items() if value not in ("", {}, [])}


def _quantity(fields: Fields) -> dict[str, Any]:
    kind = fields["quantity_kind"] or "all"
    if kind in ("number", "percent"):
        return {kind: _number(fields["quantity_n"])}
    return {kind: True}


def _lease(fields: Fields) -> dict[str, Any]:
    kind, number = fields["expires_kind"], fields["expires_n"]
    told = {
        "review_days": _number(fields["review_days"]),
        "owner": fields["lease_owner"],
        "next": fields["next"],
        "expires": {} if not kind else {kind: number if kind == "at" else _number(number)},
    }
    return {name: value for name, value in told.items() if value not in ("", {})}


def _number(text: Any) -> Any:
    """A number where it is one; else what was typed, so that the check can name it."""
    typed = str(text)
    if not typed or not typed.replace(".", "", 1).isdecimal():
        return text
    return json.loads(typed.lstrip("0") if typed.lstrip("0")[:1].isdecimal() else typed[-1:])


def _release_rows(tree: Mapping[str, Any]) -> list[dict[str, str]]:
    """The formula as ways out, each with all it needs: any of alls."""
    return [
        {"way": str(way), **_leaf_row(leaf)}
        for way, leaves in enumerate(_ways(tree)[:MOST_WAYS], start=1)
        for leaf in leaves
    ]


def _ways(tree: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    if not tree:
        return []
    if "any" in tree:
        return [way for part in tree["any"] for way in _ways(part)]
    if "all" in tree:
        parts = [_ways(part) for part in tree["all"]]
        return [[leaf for way in ways for leaf in way] for ways in product(*parts)]
    return [[tree]]


def _leaf_row(leaf: Mapping[str, Any]) -> dict[str, str]:
    for word in ("proof", "approval"):
        if word in leaf:
            return {"what": f"{word}:{leaf[word]}", "how": "", "value": ""}
    if "after" in leaf:
        unit, number = next(iter(leaf["after"].items()))
        return {"what": "after", "how": unit, "value": str(number)}
    if "at" in leaf:
        return {"what": "at", "how": "", "value": moment_row(str(leaf["at"]))}
    value = leaf.get("value", "")
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    if isinstance(shown, bool):
        shown = "true" if shown else "false"
    return {"what": f"fact:{leaf['fact']}", "how": str(leaf.get("is", "")), "value": str(shown)}


def _release(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    ways: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        ways.setdefault(row["way"], []).append(_leaf(row))
    found = [leaves[0] if len(leaves) == 1 else {"all": leaves} for leaves in ways.values()]
    if len(found) > 1:
        return {"any": found}
    return found[0] if found else {}


def _leaf(row: Mapping[str, str]) -> dict[str, Any]:
    word, _colon, code = row["what"].partition(":")
    if word in ("proof", "approval"):
        return {word: code}
    if word == "after":
        return {"after": {row["how"]: _number(row["value"])}}
    if word == "at":
        return {"at": moment_typed(row["value"])}
    leaf: dict[str, Any] = {"fact": code, "is": row["how"]}
    if row["how"] in MANY:
        leaf["value"] = [fact_value(code, each.strip()) for each in row["value"].split(",")]
    elif row["value"]:
        leaf["value"] = fact_value(code, row["value"])
    return leaf


def fact_value(code: str, typed: str) -> Any:
    """What was typed, of the fact's type; as it stands where it cannot be one."""
    fact = FACTS.get(code) or LEAF_FACTS.get(code)
    if fact is None or fact.type not in COUNTED | {Type.FLAG, Type.CHOICES}:
        return typed
    if fact.type is Type.CHOICES:
        return [each.strip() for each in typed.split(",")]
    try:
        return json.loads(typed)
    except ValueError:
        return typed


def _deed_row(deed: Mapping[str, Any]) -> dict[str, str]:
    shown = ("on", "do", "reason", "fact", "regrade")
    rest = {name: value for name, value in deed.items() if name not in shown}
    return {name: str(deed.get(name, "")) for name in shown} | {
        "kept": json.dumps(rest, ensure_ascii=False) if rest else ""
    }


def _deed(row: Mapping[str, str]) -> dict[str, Any]:
    deed: dict[str, Any] = {
        name: row[name] for name in ("on", "do", "reason", "fact", "regrade") if row[name]
    }
    try:
        rest = json.loads(row["kept"]) if row["kept"] else {}
    except ValueError:
        rest = {}
    return deed | (rest if isinstance(rest, dict) else {})


def choices() -> dict[str, Any]:
    """What the fields of the form offer."""
    events = [(kind, label_of(kind)) for kind in TRIGGERS if kind in KINDS]
    starting = [(kind, label) for kind, label in events if TRIGGERS[kind].starts]
    permissions = [(code, str(PERMISSIONS[code])) for code in CATALOGUE]
    leaf_facts = [(f"fact:{fact.code}", str(fact.label)) for fact in LEAF_FACTS.values()]
    return {
        "triggers": starting,
        "scopes": [(code, str(label)) for code, label in REACHES.items()],
        "policies": [(code, str(label)) for code, label in POLICIES.items()],
        "reasons": sorted(reason_labels().items()),
        "grades": grades(),
        "quantities": [
            ("all", _("Everything")), ("number", _("A number of units")),
            ("percent", _("A percentage")), ("event", _("What the event names")),
        ],
        "permissions": permissions,
        "whats": [
            (_("Proof by an event"), [(f"proof:{kind}", label) for kind, label in events]),
            (_("Approval"), [(f"approval:{code}", label) for code, label in permissions]),
            (_("Time"), [
                ("after", _("So long after the freeze")), ("at", _("At a fixed moment")),
            ]),
            (_("Fact at that moment"), leaf_facts),
        ],
        "hows": [
            (_("Time"), [(unit, _units()[unit]) for unit in UNITS]),
            (_("Comparison"), [(each.value, str(COMPARISON_LABELS[each])) for each in Is]),
        ],
        "expiries": [(unit, _units()[unit]) for unit in UNITS]
        + [("at", _("at the time in this fact of the event"))],
        "owners": owner_choices(),
        "steps": next_steps(),
        "events": events,
        "deeds": [(each, _deeds()[each]) for each in DEEDS],
        "ways": [str(number) for number in range(1, MOST_WAYS + 1)],
    }  # fmt: skip


def _units() -> dict[str, str]:
    return {
        "minutes": _("minutes"), "hours": _("hours"), "days": _("days"),
        "business_days": _("working days"),
    }  # fmt: skip


def _deeds() -> dict[str, str]:
    return {
        "convert": _("Turn it into another freeze"),
        "release": _("Release it"),
        "release_qty": _("Release the units that the event names"),
        "convert_qty": _("Turn the units that the event names into another freeze"),
    }


def by_part(refused: RuleRefused) -> dict[str, list[str]]:
    """Every fault under the part of the form it belongs to; "" for the rest."""
    if refused.code in ("name_missing", "name_taken"):
        return {"name": [str(refused)]}
    found: dict[str, list[str]] = {}
    for wrong in refused.wrong:
        part = wrong.part.partition(".")[0].partition("[")[0]
        known = part if part in _PARTS else ""
        found.setdefault(known, []).append(wrong.sentence)
    return found or {"": [str(refused)]}


_PARTS = (
    "name", "priority", "review_on", "trigger", "condition", "scope", "quantity", "reason",
    "policy", "release", "dispositions", "lease", "limits", "release_limits", "approval", "cron",
    "valid_from", "valid_until",
)  # fmt: skip
