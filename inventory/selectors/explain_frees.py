"""What would free units: a person, a time, an arrival; said in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from inventory.models import Hold
from inventory.models.claims import Binding, Role
from inventory.selectors.explanations import FreedNext, Origin, Step
from inventory.selectors.incoming import incoming
from org.roles import PERMISSIONS
from org.scope import Scope

# Arrivals and ends that an explanation names.
NEXT = 20


def permission_of(hold: Hold) -> str:
    """What somebody must be allowed to, to release it; commitments are their owners' business."""
    return "" if hold.role == Role.COMMITMENT else hold.reason.release_permission


def frees(hold: Hold, origin: Origin | None = None) -> str:
    """What would free the units of a claim, as a sentence."""
    parts = [_first(hold)]
    if origin is not None:
        parts.append(_("cancelled units return to %(origin)s") % {"origin": origin.document})
    if hold.role != Role.COMMITMENT and hold.binds_to == Binding.PLACE:
        parts.append(_("or move the goods to another place"))
    if hold.release_condition:
        parts.append(_("or wait until its condition is met"))
    if hold.expires_at is not None:
        parts.append(_("or wait until %(day)s, when it runs out") % {"day": _day(hold.expires_at)})
    return "; ".join(parts)


def _first(hold: Hold) -> str:
    if hold.role != Role.COMMITMENT:
        needed = hold.reason.release_permission
        return _("Release H-%(hold)s (needs: %(permission)s)") % {
            "hold": hold.pk,
            "permission": PERMISSIONS.get(needed, needed),
        }
    if hold.reason.code == "TRANSFER":
        return _("Receive or cancel transfer %(document)s") % {"document": hold.document}
    if hold.reason.code == "ORDER":
        return _("Cancel or ship %(document)s") % {"document": hold.document}
    return _("End %(document)s or release H-%(hold)s") % {
        "document": hold.document,
        "hold": hold.pk,
    }


def freed_next(
    steps: Iterable[Step],
    *,
    sku_ids: Collection[int],
    warehouse_ids: Collection[int],
    grade: str,
    scope: Scope,
) -> tuple[FreedNext, ...]:
    """What should become sellable by itself, soonest first. One statement.

    Arrivals are what was announced and has not come; ends are those of the named claims, except
    of drawn ones, whose units go back to where they were drawn from.
    """
    now = timezone.now()
    found = [
        FreedNext(
            kind=row.kind,
            document=row.document,
            qty=row.expected,
            due_at=row.due_at,
            overdue=row.due_at < now,
            sentence=_arrives(row.document, row.due_at, row.expected, overdue=row.due_at < now),
        )
        for row in incoming(scope=scope, sku_ids=sku_ids, warehouse_ids=warehouse_ids, limit=NEXT)
        if row.grade == grade and row.expected
    ]
    found += [
        FreedNext(
            kind="EXPIRY",
            document=step.document,
            qty=step.qty,
            due_at=step.expires_at,
            overdue=step.expires_at < now,
            sentence=_("H-%(hold)s runs out on %(day)s: +%(qty)s")
            % {"hold": step.hold_id, "day": _day(step.expires_at), "qty": step.qty},
            hold_id=step.hold_id,
        )
        for step in steps
        if step.expires_at is not None and step.origin is None
    ]
    return tuple(sorted(found, key=lambda item: (item.due_at, item.document))[:NEXT])


def _arrives(document: str, due_at: datetime, qty: int, *, overdue: bool) -> str:
    named = {"document": document, "day": _day(due_at), "qty": qty}
    if overdue:
        return _("%(document)s should have arrived on %(day)s: +%(qty)s") % named
    return _("%(document)s arrives on %(day)s: +%(qty)s") % named


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d")


def largest_first(by_reason: Sequence[tuple[str, str, int]]) -> tuple[tuple[str, str, int], ...]:
    """(code, label, units) with the largest first."""
    return tuple(sorted(by_reason, key=lambda item: -item[2]))
