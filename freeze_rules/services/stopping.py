"""A rule is stopped: it failed, or it would have gone beyond its limits. Nothing is half done, and
the events it has not judged are kept for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from freeze_rules.models import KeptEvent, Outcome, Rule, RuleMove, RuleState, Verdict
from freeze_rules.selectors.rulebook import RuleBook
from freeze_rules.selectors.weighing import FOR_RULE, Heard
from freeze_rules.services.laying import ACTOR, Laid
from freeze_rules.services.limits import Beyond, Taken
from org import roles
from org import services as org
from org.selectors.notices import people_with


def pause_failed(failed: Mapping[int, str]) -> None:
    """Rules that cannot be judged are paused and reported; their events are kept."""
    for rule_id, why in failed.items():
        _pause(rule_id, _("It failed while running: %(why)s") % {"why": why})


def stop_at_limit(
    laid: Sequence[Laid],
    taken: Mapping[int, Taken],
    broken: Mapping[int, Beyond],
) -> None:
    """These rules are stopped whole before anything is laid, and somebody is asked."""
    verdicts, kept = [], []
    for at, each in enumerate(laid):
        rule = each.hit.rule
        if rule.id not in broken:
            continue
        would = taken.get(at, Taken())
        verdicts.append(
            Verdict(
                event_id=each.hit.event.id,
                version_id=rule.version_id,
                document=each.request.document,
                outcome=Outcome.STOPPED,
                sku_id=each.scope.sku_id,
                lot_id=each.scope.lot_id,
                warehouse_id=each.scope.warehouse_id,
                qty=would.units,
                value=would.value,
                facts=dict(each.hit.facts),
                code=broken[rule.id].limit,
            )
        )
        if each.hit.event.id is not None:
            kept.append(KeptEvent(rule_id=rule.id, event_id=each.hit.event.id))
    Verdict.objects.bulk_create(verdicts)
    KeptEvent.objects.bulk_create(kept, ignore_conflicts=True)
    for rule_id, limit in broken.items():
        _pause(rule_id, _("Stopped at its limit: it %(limit)s.") % {"limit": limit})


def stop_releasing(*, rule_id: int, limit: Beyond) -> None:
    """The rule is stopped whole before it lets go of anything, and somebody is asked."""
    _pause(rule_id, _("Stopped at its limit: it %(limit)s.") % {"limit": limit})


def keep_for_paused(events: Sequence[Heard], book: RuleBook, failed: Collection[int] = ()) -> None:
    """Events that a paused or failing rule would have looked at wait for it."""
    late = set(failed) | set(book.broken)
    wanted = {kind: list(ids) for kind, ids in book.paused.items()}
    if late:
        for rule_id, kind in Rule.objects.filter(pk__in=late).values_list("id", "trigger"):
            wanted.setdefault(kind, []).append(rule_id)
    rows = [
        KeptEvent(rule_id=rule_id, event_id=event.id)
        for event in events
        for rule_id in wanted.get(event.kind, ())
        if event.id is not None and event.facts.get(FOR_RULE) in (None, rule_id)
    ]
    if rows:
        KeptEvent.objects.bulk_create(rows, ignore_conflicts=True)


def _pause(rule_id: int, why: str) -> None:
    rule = Rule.objects.select_for_update().get(pk=rule_id)
    if rule.state not in (RuleState.ENABLED, RuleState.SHADOW):
        return
    before = rule.state
    rule.pause()
    rule.paused_why = why[:400]
    rule.save(update_fields=["state", "paused_why"])
    RuleMove.objects.create(
        rule=rule, version=rule.version, before=before, after=rule.state, actor=ACTOR, why=why[:400]
    )
    org.record(
        actor=ACTOR,
        action="rule.paused",
        subject=rule.number,
        before={"state": before},
        after={"state": rule.state, "why": why[:400]},
    )
    told = {*people_with(roles.RULES_ENABLE), *([rule.owner_id] if rule.owner_id else [])}
    org.notify(
        kind="rule.stopped",
        to=told,
        params={"rule": f"{rule.number} {rule.name}", "why": why[:200]},
        document=rule.number,
        link=f"/freeze-rules/{rule.pk}/",
        urgent=True,
    )
