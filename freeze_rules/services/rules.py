"""Rules are written, tried, enabled by a second person, tuned, stopped and retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from freeze_rules.definition import read
from freeze_rules.models import Rule, RuleMove, RuleState, RuleVersion
from freeze_rules.schedules import next_due
from freeze_rules.selectors.checking import Wrong, faults
from freeze_rules.selectors.rulebook import values_for
from freeze_rules.services import judging, release_limits, scanning
from freeze_rules.services.rule_refusals import SENTENCES, RuleDraft, RuleRefused
from freeze_rules.services.trying import failing_cases
from freeze_rules.triggers import TRIGGERS
from freeze_rules.tuning import CRON, settings_of, tuned, without_settings
from org import roles
from org import services as org
from org.models import Person
from org.selectors import scope_of
from org.selectors.notices import people_with

__all__ = [
    "SENTENCES", "RuleDraft", "RuleRefused", "ask", "change_rule", "create_rule", "enable",
    "pause", "resume", "retire", "send_back", "shadow", "tune",
]  # fmt: skip
S = RuleState
# A rule without a day of its own is looked at again after a month.
REVIEW_DAYS = 30
# No rule has this id.
NEW = 0


def create_rule(*, draft: RuleDraft, person: Person) -> Rule:
    """A new rule in DRAFT with its first version. Joins the caller's transaction.

    Raises:
        RuleRefused: not_allowed, name_missing, name_taken, definition_wrong.
    """
    _may(person, roles.RULES_EDIT)
    _check(draft, rule_id=NEW)
    rule = Rule.objects.create(
        name=draft.name.strip(),
        note=draft.note,
        priority=draft.priority,
        preset=draft.preset,
        parameters=without_settings(draft.parameters),
        owner_id=draft.owner_id or person.pk,
        review_on=draft.review_on or _in_a_month(),
        created_by=person,
        trigger=read(draft.definition).trigger,
    )
    said = tuned(draft.definition, draft.parameters)
    rule.version = _add_version(rule, said, person)
    rule.save(update_fields=["version"])
    _moved(rule, before="", actor=person.actor, why="")
    _record(rule, "rule.created", person, after={"name": rule.name})
    return rule


def change_rule(*, rule_id: int, draft: RuleDraft, person: Person) -> Rule:
    """A new version. A rule that freezes goes on with its old one until somebody else agrees.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, name_missing, name_taken,
            definition_wrong.
    """
    _may(person, roles.RULES_EDIT)
    rule = _locked(rule_id)
    if rule.state in (S.RETIRED, S.PENDING_APPROVAL):
        raise RuleRefused("wrong_state")
    _check(draft, rule_id=rule.pk)
    version = _add_version(rule, tuned(draft.definition, draft.parameters), person)
    rule.name, rule.note, rule.priority = draft.name.strip(), draft.note, draft.priority
    rule.owner_id = draft.owner_id or rule.owner_id
    rule.review_on = draft.review_on or rule.review_on
    if rule.state in (S.ENABLED, S.PAUSED):
        rule.next_version, rule.asked_by = version, None
    else:
        rule.version, rule.trigger = version, read(draft.definition).trigger
        _plan(rule)
    # Parameters of a version that waits must not change the one that runs: only new names are
    # added, values are tuned apart. The new version says its settings itself.
    given = without_settings(draft.parameters)
    rule.parameters = {**given, **rule.parameters} if rule.next_version_id else given
    rule.save()
    _record(rule, "rule.changed", person, after={"version": version.label})
    return rule


def tune(*, rule_id: int, parameters: Mapping[str, Any], person: Person) -> Rule:
    """Other values for parameters and settings of the rule; the version stays.

    A setting (`freeze_rules.tuning`) without a value is what the version says again.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, unknown_parameter, definition_wrong.
    """
    _may_everywhere(person)
    rule = _locked(rule_id)
    if rule.state == S.RETIRED or rule.version is None:
        raise RuleRefused("wrong_state")
    settings = {each.name: each.value for each in settings_of(rule.version.definition, {})}
    if set(parameters) - set(rule.parameters) - set(settings):
        raise RuleRefused("unknown_parameter")
    before = dict(rule.parameters)
    rule.parameters = {
        name: value
        for name, value in {**before, **parameters}.items()
        if name not in settings or str(value) not in ("", "None", str(settings[name]))
    }
    wrong = faults(
        rule.version.definition,
        parameters=rule.parameters,
        rule_id=rule.pk,
        today=timezone.localdate(),
        written=False,
    )
    if wrong:
        raise RuleRefused("definition_wrong", wrong)
    if before.get(CRON) != rule.parameters.get(CRON):
        _plan(rule)
    rule.save(update_fields=["parameters", "due_at"])
    _record(rule, "rule.tuned", person, before=before, after=rule.parameters)
    return rule


def shadow(*, rule_id: int, person: Person) -> Rule:
    """Run it live on paper only. What waited at its limit of letting go is weighed again.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state.
    """
    _may(person, roles.RULES_EDIT)
    release_limits.lock_held_back(rule_id=rule_id)
    rule = _step(rule_id, "watch", from_=(S.DRAFT, S.PAUSED), person=person)
    judging.let_go_held_back(rule_id=rule_id, beyond=False)
    return rule


def ask(*, rule_id: int, person: Person) -> Rule:
    """Ask a second person to enable the rule, or the change of one that runs.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, case_fails, definition_wrong.
    """
    _may(person, roles.RULES_EDIT)
    rule = _locked(rule_id)
    version = rule.next_version or rule.version
    if version is None or rule.state in (S.RETIRED, S.PENDING_APPROVAL):
        raise RuleRefused("wrong_state")
    _check_ready(rule, version)
    rule.asked_by = person
    if rule.next_version is not None:
        rule.save(update_fields=["asked_by"])
        _record(rule, "rule.asked", person, after={"version": version.label})
        _tell_approvers(rule, person)
        return rule
    before = rule.state
    if before == S.ENABLED:
        raise RuleRefused("wrong_state")
    rule.ask()
    rule.save()
    _moved(rule, before=before, actor=person.actor, why="")
    _tell_approvers(rule, person)
    return rule


def enable(*, rule_id: int, person: Person, why: str = "") -> Rule:
    """The second person lets the rule, or its change, freeze.

    Raises:
        RuleRefused: not_allowed, unknown_rule, nothing_asked, same_person, case_fails,
            definition_wrong.
    """
    _may(person, roles.RULES_ENABLE)
    release_limits.lock_held_back(rule_id=rule_id)
    rule = _locked(rule_id)
    version = rule.next_version or rule.version
    asked = rule.state == S.PENDING_APPROVAL or (
        rule.next_version is not None and rule.asked_by is not None
    )
    if version is None or not asked:
        raise RuleRefused("nothing_asked")
    if person.pk in (version.made_by_id, rule.asked_by_id):
        raise RuleRefused("same_person")
    _check_ready(rule, version)
    version.enabled_by, version.enabled_at = person, timezone.now()
    version.save(update_fields=["enabled_by", "enabled_at"])
    before = rule.state
    rule.parameters = values_for(rule, version)
    rule.version, rule.next_version, rule.asked_by = version, None, None
    rule.trigger = read(version.definition).trigger
    if rule.state == S.PENDING_APPROVAL:
        rule.enable()
    _plan(rule)
    rule.save()
    judging.let_go_held_back(rule_id=rule_id, beyond=False)
    _moved(rule, before=before, actor=person.actor, why=why)
    _record(rule, "rule.enabled", person, after={"version": version.label, "why": why})
    return rule


def send_back(*, rule_id: int, person: Person, why: str) -> Rule:
    """The second person says no; what runs goes on as it is.

    Raises:
        RuleRefused: not_allowed, unknown_rule, nothing_asked, reason_missing.
    """
    _may(person, roles.RULES_ENABLE)
    if not why.strip():
        raise RuleRefused("reason_missing")
    rule = _locked(rule_id)
    before = rule.state
    if before == S.PENDING_APPROVAL:
        rule.send_back()
    elif rule.next_version is None or rule.asked_by is None:
        raise RuleRefused("nothing_asked")
    rule.asked_by = None
    rule.save()
    _moved(rule, before=before, actor=person.actor, why=why)
    _record(rule, "rule.sent_back", person, after={"why": why})
    return rule


def pause(*, rule_id: int, person: Person, why: str) -> Rule:
    """It judges nothing until it goes on; its events are kept.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, reason_missing.
    """
    _may_everywhere(person)
    if not why.strip():
        raise RuleRefused("reason_missing")
    return _step(rule_id, "pause", from_=(S.ENABLED, S.SHADOW), person=person, why=why)


def resume(*, rule_id: int, person: Person, why: str, beyond: bool = False) -> Rule:
    """It goes on with what it kept; with `beyond` that may go beyond its limits once, as may what
    it was to let go of.

    A rule that searches the stock keeps no events: with `beyond` it searches once, now.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, never_enabled, reason_missing,
            case_fails, definition_wrong.
    """
    _may(person, roles.RULES_ENABLE)
    if not why.strip():
        raise RuleRefused("reason_missing")
    release_limits.lock_held_back(rule_id=rule_id)
    rule = _locked(rule_id)
    if rule.state != S.PAUSED or rule.version is None:
        raise RuleRefused("wrong_state")
    if rule.version.enabled_by is None:
        raise RuleRefused("never_enabled")
    # It may have been tuned, or got another test, while it was paused.
    _check_ready(rule, rule.version, written=False)
    resumed = _step(rule_id, "resume", from_=(S.PAUSED,), person=person, why=why)
    if not beyond:
        judging.let_go_held_back(rule_id=rule_id, beyond=False)
        return resumed
    # Now, in this transaction and one posting: later ones are judged within the limits again.
    judging.judge_kept(
        rule_id=rule_id,
        beyond=True,
        limit=judging.MOST_KEPT,
        before=judging.held_back_steps(rule_id=rule_id, beyond=True),
        found=scanning.found_once(rule_id=rule_id) if _is_scanned(resumed) else (),
    )
    _record(resumed, "rule.beyond_limits", person, after={"why": why})
    return resumed


def retire(*, rule_id: int, person: Person, why: str) -> Rule:
    """It never runs again; its holds stay until they are let go of.

    What waits at its limit of letting go is let go of, as nobody could be asked any more; so this
    is for whoever may let the rule go beyond its limits.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, reason_missing, release_waits.
    """
    _may_everywhere(person)
    if not why.strip():
        raise RuleRefused("reason_missing")
    release_limits.lock_held_back(rule_id=rule_id)
    _locked(rule_id)
    waits = release_limits.held_back(rule_id=rule_id).exists()
    if waits and not person.may(roles.RULES_ENABLE):
        raise RuleRefused("release_waits")
    every = tuple(state for state in S if state != S.RETIRED)
    rule = _step(rule_id, "retire", from_=every, person=person, why=why)
    judging.let_go_held_back(rule_id=rule_id, beyond=True)
    rule.kept.all().delete()
    return rule


def _step(rule_id: int, verb: str, *, from_: Sequence[str], person: Person, why: str = "") -> Rule:
    rule = _locked(rule_id)
    if rule.state not in from_:
        raise RuleRefused("wrong_state")
    before = rule.state
    getattr(rule, verb)()
    if verb == "pause":
        rule.paused_why = why
    if verb in ("watch", "resume"):
        _plan(rule)
    rule.save()
    _moved(rule, before=before, actor=person.actor, why=why)
    _record(
        rule, f"rule.{verb}", person, before={"state": before},
        after={"state": rule.state, "why": why},
    )  # fmt: skip
    return rule


def _may(person: Person, permission: str) -> None:
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(permission):
        raise RuleRefused("not_allowed")


def _may_everywhere(person: Person) -> None:
    """What changes at once what is frozen in every warehouse is for those who see them all."""
    _may(person, roles.RULES_EDIT)
    if not scope_of(person, permission=roles.RULES_EDIT).is_everything:
        raise RuleRefused("not_allowed")


def _locked(rule_id: int) -> Rule:
    rule = (
        Rule.objects.select_for_update(of=("self",))
        .select_related("version", "next_version")
        .filter(pk=rule_id)
        .first()
    )
    if rule is None:
        raise RuleRefused("unknown_rule")
    return rule


def _check(draft: RuleDraft, *, rule_id: int) -> None:
    name = draft.name.strip()
    if not name or len(name) > 80:
        raise RuleRefused("name_missing")
    if Rule.objects.filter(name=name).exclude(pk=rule_id).exists():
        raise RuleRefused("name_taken")
    wrong = faults(
        draft.definition,
        parameters=draft.parameters,
        rule_id=rule_id,
        today=timezone.localdate(),
    )
    if wrong:
        raise RuleRefused("definition_wrong", wrong)


def _check_ready(rule: Rule, version: RuleVersion, *, written: bool = True) -> None:
    values = values_for(rule, version)
    wrong = faults(
        version.definition,
        parameters=values,
        rule_id=rule.pk,
        today=timezone.localdate(),
        written=written,
    )
    if wrong:
        raise RuleRefused("definition_wrong", wrong)
    failing = failing_cases(rule, version, values)
    if failing:
        raise RuleRefused(
            "case_fails",
            [Wrong(part="cases", path=each.name, sentence=each.sentence) for each in failing],
        )


def _add_version(rule: Rule, definition: Mapping[str, Any], person: Person) -> RuleVersion:
    last = rule.versions.aggregate(last=Max("number"))["last"] or 0
    return RuleVersion.objects.create(
        rule=rule, number=last + 1, definition=dict(definition), made_by=person
    )


def _plan(rule: Rule) -> None:
    """A rule that searches the stock knows its next moment; the others have none."""
    said = tuned(rule.version.definition, rule.parameters) if rule.version else {}
    runs = rule.state in (S.ENABLED, S.SHADOW)
    cron = str(said.get("cron", ""))
    rule.due_at = next_due(cron, now=timezone.now()) if _is_scanned(rule) and runs else None


def _is_scanned(rule: Rule) -> bool:
    return rule.trigger in TRIGGERS and TRIGGERS[rule.trigger].scanned


def _in_a_month() -> date:
    return date.fromordinal(timezone.localdate().toordinal() + REVIEW_DAYS)


def _moved(rule: Rule, *, before: str, actor: str, why: str) -> None:
    RuleMove.objects.create(
        rule=rule, version=rule.version, before=before, after=rule.state, actor=actor, why=why[:400]
    )


def _record(
    rule: Rule,
    action: str,
    person: Person,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any],
) -> None:
    org.record(
        actor=person.actor,
        action=action,
        subject=rule.number,
        before=dict(before or {}),
        after=dict(after),
    )


def _tell_approvers(rule: Rule, person: Person) -> None:
    others = [pk for pk in people_with(roles.RULES_ENABLE) if pk != person.pk]
    org.notify(
        kind="rule.asked",
        to=others,
        params={"who": str(person), "rule": f"{rule.number} {rule.name}"},
        document=rule.number,
        link=f"/freeze-rules/{rule.pk}/",
    )
