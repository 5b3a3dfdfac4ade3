"""What is wrong with a rule before it is kept: every part, named, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from freeze_rules import conditions, safety
from freeze_rules.definition import Definition, DefinitionWrong, read
from freeze_rules.facts import FACTS, Type
from freeze_rules.formula import FormulaWrong, moment_of
from freeze_rules.formula import check as check_formula
from freeze_rules.formula import leaves as formula_leaves
from freeze_rules.formula import sentence as formula_sentence
from freeze_rules.knowing import facts_known, kinds_knowing
from freeze_rules.leaf_facts import leaf_parsed, leaf_sentence
from freeze_rules.models import LIVE, NextStep, Rule
from freeze_rules.schedules import next_due
from freeze_rules.selectors.lease_owners import owners_named
from freeze_rules.triggers import TRIGGERS, label_of
from freeze_rules.tuning import tuned
from inventory import selectors as stock
from inventory.selectors import reach
from org.roles import PERMISSIONS
from org.scope import Scope

FREEZES = "cell.freezes"
# Facts that change by themselves from day to day, and the comparisons that come true by it.
GROWING = ("lot.age_days", "lot.stored_days", "cell.idle_days", "balance.cover_days")
SHRINKING = ("lot.days_left", "lot.life_left_pct", "sku.sold_30d", "balance.sold_30d")
NEVER_BY_GROWING = ("<", "<=", "known", "unknown")
NEVER_BY_SHRINKING = (">", ">=", "known", "unknown")


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One thing that is wrong: which part of the rule, where in it, and the sentence."""

    part: str
    path: str = ""
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def faults(
    said: Any,
    *,
    parameters: Mapping[str, Any],
    rule_id: int | None,
    today: date,
    written: bool = True,
) -> list[Wrong]:
    """All that is wrong with a definition as it is tuned; empty when it can be kept.

    Args:
        written: it is written now. What was right when it was written, and time or people leaving
            made wrong, does not keep a rule from being tuned or going on.
    """
    try:
        definition = read(tuned(said, parameters))
    except DefinitionWrong as wrong:
        return [Wrong(part=wrong.part, sentence=wrong.sentence)]
    found = _condition(definition, parameters)
    if found:
        return found
    found += _release(definition, written=written)
    found += _regrades(definition)
    found += _reason(definition)
    found += _approval(definition)
    if written:
        found += _looked_after(definition)
    found += _ends_at(definition)
    found += _time_plan(definition)
    found += _reaches(definition, parameters)
    if definition.valid_until is not None and definition.valid_until < today:
        found.append(Wrong(part="valid_until", sentence=_("This date has passed.")))
    if not found:
        found += _circle(definition, rule_id)
    return found


def _condition(definition: Definition, parameters: Mapping[str, Any]) -> list[Wrong]:
    try:
        conditions.parse(definition.condition, parameters, known=facts_known(definition.trigger))
    except conditions.ConditionRefused as refused:
        return [
            Wrong(
                part="condition", path=fault.path, sentence=sentence_of(fault, definition.trigger)
            )
            for fault in refused.faults
        ]
    return []


def sentence_of(fault: conditions.Fault, trigger: str) -> str:
    """The fault in words; of a fact that the trigger never knows also who does."""
    if fault.code != "fact_not_here" or trigger not in TRIGGERS:
        return fault.text
    knowing = [label_of(kind) for kind in kinds_knowing(str(fault.names["fact"]))]
    words = {"fact": fault.names["label"], "event": label_of(trigger), "events": ", ".join(knowing)}
    sentence = _(
        "“%(event)s” never knows “%(fact)s”, so this would never be met. It is known to: "
        "%(events)s."
    )
    return sentence % words


def _release(definition: Definition, *, written: bool) -> list[Wrong]:
    """What lets go of the freeze, and of those that it turns into, can be read and be met."""
    found = _formula("release", definition.release, written=written)
    for at, deed in enumerate(definition.dispositions):
        found += _formula(f"dispositions[{at}]", deed.get("release") or {}, written=written)
    return found


def _formula(part: str, tree: Mapping[str, Any], *, written: bool) -> list[Wrong]:
    """The facts in the formula are facts of stock; when it is written fixed moments lie ahead."""
    try:
        check_formula(tree)
    except FormulaWrong as wrong:
        return [Wrong(part=part, path=wrong.path, sentence=wrong.sentence)]
    found = []
    for leaf in formula_leaves(tree):
        if written and "at" in leaf and moment_of(leaf["at"]) <= timezone.now():
            found.append(Wrong(part=part, sentence=_("This moment has passed.")))
        if "fact" not in leaf:
            continue
        try:
            leaf_parsed(leaf)
        except conditions.ConditionRefused as refused:
            found += [Wrong(part=part, sentence=fault.text) for fault in refused.faults]
    return found


def _regrades(definition: Definition) -> list[Wrong]:
    """Another grade comes with letting go of the whole freeze, not of so many units of it."""
    return [
        Wrong(
            part=f"dispositions[{at}]",
            sentence=_("Only a release of the whole freeze gives the goods another grade."),
        )
        for at, deed in enumerate(definition.dispositions)
        if deed.get("regrade") and deed.get("do") != "release"
    ]


def _reason(definition: Definition) -> list[Wrong]:
    known = {view.code: view for view in stock.reasons(by_hand=False)}
    view = known.get(definition.reason)
    if view is None:
        sentence = _("There is no reason “%(code)s”.") % {"code": definition.reason}
        return [Wrong(part="reason", sentence=sentence)]
    found = []
    if view.is_safety and definition.lease.expires:
        found.append(
            Wrong(
                part="lease.expires",
                sentence=_("A freeze for safety never ends by time; only its evidence ends it."),
            )
        )
    if view.is_safety:
        found += _without_evidence("release", definition.release)
    for at, deed in enumerate(definition.dispositions):
        part = f"dispositions[{at}]"
        if deed.get("reason") and deed["reason"] not in known:
            sentence = _("There is no reason “%(code)s”.") % {"code": deed["reason"]}
            found.append(Wrong(part=part, sentence=sentence))
            continue
        into = known[deed["reason"]] if deed.get("reason") else None
        if into is not None and into.is_safety and deed.get("release"):
            found += _without_evidence(part, deed["release"])
        elif view.is_safety and into is None and deed["on"] not in safety.DECISIONS:
            sentence = _("“%(event)s” is no evidence: it does not end a freeze for safety.")
            words = {"event": label_of(str(deed["on"]))}
            found.append(Wrong(part=part, sentence=sentence % words))
    return found


def _without_evidence(part: str, tree: Mapping[str, Any]) -> list[Wrong]:
    """The first way out of a freeze for safety that needs no evidence."""
    path = safety.open_way(tree)
    if path is None:
        return []
    way = safety.way_at(tree, path)
    if _by_time_alone(way):
        sentence = _("A freeze for safety needs evidence or a person, not only time.")
        return [Wrong(part=part, path=path, sentence=sentence)]
    sentence = _(
        "A freeze for safety is let go of by evidence, and “%(way)s” alone would do it: put an "
        "inspection, a clearance by customs, a sensor within bounds again or an approval beside it."
    )
    words = {"way": formula_sentence(way, fact=leaf_sentence)}
    return [Wrong(part=part, path=path, sentence=sentence % words)]


def _approval(definition: Definition) -> list[Wrong]:
    code = definition.approval
    if not code or code in PERMISSIONS:
        return []
    sentence = _("There is no permission “%(code)s”.") % {"code": code}
    return [Wrong(part="approval", sentence=sentence)]


def _looked_after(definition: Definition) -> list[Wrong]:
    """Whoever the rule names may look after frozen stock, and what they do next is a known step."""
    found, lease = [], definition.lease
    if lease.owner and lease.owner not in owners_named([lease.owner]):
        sentence = _(
            "“%(owner)s” is nobody who may look after frozen stock: name a role such as "
            "“role:WAREHOUSE_LEAD”, or a person by the name they sign in with, “person:…”."
        )
        found.append(Wrong(part="lease.owner", sentence=sentence % {"owner": lease.owner}))
    if lease.next and lease.next not in NextStep.values:
        sentence = _("There is no next step “%(step)s”; possible are %(known)s.")
        words = {"step": lease.next, "known": ", ".join(NextStep.values)}
        found.append(Wrong(part="lease.next", sentence=sentence % words))
    return found


def _ends_at(definition: Definition) -> list[Wrong]:
    """The time at which a freeze ends by itself is one that the rule's event tells."""
    said = definition.lease.expires
    if not said or "at" not in said:
        return []
    trigger = TRIGGERS[definition.trigger]
    told = [code for code in trigger.facts if FACTS[code].type is Type.MOMENT]
    if said in [{"at": code} for code in told]:
        return []
    if told:
        sentence = _("“%(event)s” tells one time at which a freeze can end: %(facts)s.")
    else:
        sentence = _("“%(event)s” tells no time at which a freeze could end.")
    words = {"event": trigger.label, "facts": ", ".join(told)}
    return [Wrong(part="lease.expires", sentence=sentence % words)]


def _time_plan(definition: Definition) -> list[Wrong]:
    """Its five fields name moments that come."""
    if not definition.cron:
        return []
    try:
        next_due(definition.cron, now=timezone.now())
    except ValueError:
        sentence = _(
            "“%(plan)s” is no time plan: a field is not what a minute, hour, day, month or "
            "weekday can be. Every night at ten past three is “10 3 * * *”."
        ) % {"plan": definition.cron}
        return [Wrong(part="cron", sentence=sentence)]
    return []


def _by_time_alone(tree: Mapping[str, Any]) -> bool:
    """True when passing time can meet the formula without any proof."""
    if "all" in tree:
        return all(_by_time_alone(part) for part in tree["all"])
    if "any" in tree:
        return any(_by_time_alone(part) for part in tree["any"])
    if tree.get("fact") in GROWING:
        return tree.get("is") not in NEVER_BY_GROWING
    if tree.get("fact") in SHRINKING:
        return tree.get("is") not in NEVER_BY_SHRINKING
    return "after" in tree or "at" in tree


def _reaches(definition: Definition, parameters: Mapping[str, Any]) -> list[Wrong]:
    """The rule neither reaches everything nor names what does not exist."""
    tree = conditions.parse(definition.condition, parameters)
    if TRIGGERS[definition.trigger].scanned and not conditions.facts_in(tree):
        return [
            Wrong(
                part="condition",
                sentence=_("Without a condition it would freeze everything: say which goods."),
            )
        ]
    found = []
    named = conditions.required_equalities(tree)
    for fact, exists, sentence in (
        ("sku.code", _skus, _("There is no SKU %(names)s: the rule would match nothing.")),
        (
            "warehouse.code",
            _warehouses,
            _("There is no warehouse %(names)s: the rule would match nothing."),
        ),
    ):
        values = [str(each) for each in named.get(fact, ()) if each is not None]
        missing = sorted(set(values) - exists(values)) if values else []
        if missing:
            found.append(Wrong(part="condition", sentence=sentence % {"names": ", ".join(missing)}))
    if not named.get("sku.code", True):
        found.append(
            Wrong(part="condition", sentence=_("This can never be true: the rule matches nothing."))
        )
    return found


def _skus(codes: Iterable[str]) -> set[str]:
    return set(reach.skus(list(codes)).by_code)


def _warehouses(codes: Iterable[str]) -> set[str]:
    return set(reach.warehouses(list(codes), scope=Scope.everything()).by_code)


def _circle(definition: Definition, rule_id: int | None) -> list[Wrong]:
    """Rules that freeze because of each other's freezes would never let go."""
    reads: dict[str, set[str]] = {}
    for pk, said in Rule.objects.filter(state__in=LIVE).values_list("id", "version__definition"):
        if pk == rule_id:
            continue
        try:
            other = read(said)
        except DefinitionWrong:
            continue
        reads.setdefault(other.reason, set()).update(_freezes_read(other.condition))
    reads.setdefault(definition.reason, set()).update(_freezes_read(definition.condition))
    seen: set[str] = set()
    ahead = list(_freezes_read(definition.condition))
    while ahead:
        reason = ahead.pop()
        if reason == definition.reason:
            return [
                Wrong(
                    part="condition",
                    sentence=_(
                        "A circle: it freezes because of “%(reason)s”, and that freeze is laid "
                        "because of this one."
                    )
                    % {"reason": reason},
                )
            ]
        if reason not in seen:
            seen.add(reason)
            ahead += reads.get(reason, ())
    return []


def _freezes_read(tree: Any) -> set[str]:
    """Reasons of freezes that a condition asks about."""
    if isinstance(tree, list):
        return {each for part in tree for each in _freezes_read(part)}
    if not isinstance(tree, Mapping):
        return set()
    if tree.get("fact") == FREEZES:
        value = tree.get("value")
        values = value if isinstance(value, list) else [value]
        return {each for each in values if isinstance(each, str)}
    return {each for part in tree.values() for each in _freezes_read(part)}
