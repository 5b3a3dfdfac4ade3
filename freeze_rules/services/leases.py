"""Every freeze is somebody's: who looks at it again, when, and what they do then.

`give` is called by whoever lays a freeze, in the same transaction; `sweep` finds those that were
laid by other ways. A safety freeze never ends by time and a commercial one at its own minute: a
lease only reminds, it releases nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules.models import Lease, NextStep
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors.leasing import Leased, leased, unleased
from org import roles
from org import services as org
from org.coded import CodedRefusal
from org.models import Person
from org.scope import Scope
from org.selectors import people_in_role, people_with, scope_of
from org.services.notices import notify

# A freeze whose reason names no days is looked at after a week.
USUAL_DAYS = 7
# Nobody puts a review off for longer at once.
LONGEST_DAYS = 90
REMIND_EVERY = timedelta(hours=20)
ESCALATES_AFTER = timedelta(days=3)
BATCH = 500

SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "unknown_hold": _("There is no such hold among yours."),
    "not_a_freeze": _("Only freezes have a review; this hold belongs to an order or a reserve."),
    "closed": _("This freeze is released already."),
    "why_missing": _("Say why the review is put off or the freeze handed over."),
    "date_passed": _("This date has passed."),
    "too_far": _("A review is put off by at most 90 days at once."),
    "unknown_owner": _("There is no such person who may look after frozen stock."),
    "bad_step": _("There is no such next step."),
    "nothing_changed": _("Nothing would change."),
}


class LeaseRefused(CodedRefusal):
    """Nothing was changed. `code` is stable, the text is for people."""

    sentences = SENTENCES


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A lease for one new freeze; without an owner whoever laid it, or who keeps that place.

    `owner_role` names everybody who has a role there instead of one person.
    """

    hold_id: int
    owner_id: int | None = None
    owner_role: str = ""
    next_step: str = NextStep.DECIDE
    # Without one the date on the claim, or as many days as its reason says.
    review_at: datetime | None = None


def give(grants: Sequence[Grant]) -> int:
    """Give freezes their leases, in the transaction that lays them; how many are new.

    A freeze that has one keeps it. A constant number of statements for owners that are named.
    """
    assert connection.in_atomic_block, "The lease belongs to the transaction of the freeze."
    found = {view.hold_id: view for view in leased([grant.hold_id for grant in grants])}
    keepers = _Keepers()
    rows, reviews = [], {}
    for grant in grants:
        view = found.get(grant.hold_id)
        if view is None:
            continue
        owner = grant.owner_id
        if owner is None and not grant.owner_role:
            owner = _who_laid(view.placed_by) or keepers.of(view.unit_id)
        rows.append(
            Lease(
                hold_id=grant.hold_id, owner_id=owner, owner_role=grant.owner_role,
                next_step=grant.next_step,
            )
        )  # fmt: skip
        review = grant.review_at or (None if view.review_at else _first_review(view))
        if review is not None:
            reviews[grant.hold_id] = review
    before = Lease.objects.filter(hold_id__in=found).count()
    Lease.objects.bulk_create(rows, ignore_conflicts=True)
    if reviews:
        inventory.set_reviews(reviews)
    return len(rows) - before


def sweep(*, limit: int = BATCH) -> int:
    """Give open freezes without a lease one; how many. Fewer than `limit`: none is left."""
    there = Exists(Lease.objects.filter(hold=OuterRef("pk")))
    ids = unleased(without=there, limit=limit)
    give([Grant(hold_id=each) for each in ids])
    return len(ids)


def change(
    *,
    hold_id: int,
    person: Person,
    why: str = "",
    review_at: datetime | None = None,
    owner_id: int | None = None,
    next_step: str = "",
) -> Lease:
    """Put a review off, hand a freeze over, or say what happens next. Joins the transaction.

    A new date and a new owner need a reason; both are on the trail, and the new owner is told.

    Raises:
        LeaseRefused: not_allowed, unknown_hold, not_a_freeze, closed, why_missing, date_passed,
            too_far, unknown_owner, bad_step, nothing_changed.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    view = _open_freeze(hold_id, person)
    give([Grant(hold_id=hold_id)])
    row = Lease.objects.select_for_update(no_key=True).get(hold_id=hold_id)
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    if review_at is not None and review_at != view.review_at:
        _check_review(review_at)
        before["review"] = view.review_at.isoformat() if view.review_at else None
        after["review"] = review_at.isoformat()
    if owner_id is not None and owner_id != row.owner_id:
        _check_owner(owner_id, view)
        before["owner"], after["owner"] = row.owner_id or row.owner_role or None, owner_id
    if not why.strip() and after:
        raise LeaseRefused("why_missing")
    if next_step and next_step != row.next_step:
        if next_step not in NextStep.values:
            raise LeaseRefused("bad_step")
        before["next"], after["next"] = row.next_step, next_step
    if not after:
        raise LeaseRefused("nothing_changed")
    if "review" in after and review_at is not None:
        inventory.set_reviews({hold_id: review_at})
        row.extensions += 1
        row.reminded_at = row.escalated_at = None
    if "owner" in after:
        row.owner_id, row.owner_role = owner_id, ""
    row.next_step = next_step or row.next_step
    row.save()
    org.record(
        actor=person.actor, action="freeze.lease_changed", subject=view.document,
        before=before, after={**after, "why": why.strip()}, unit_id=view.unit_id,
    )  # fmt: skip
    if "owner" in after and owner_id is not None and owner_id != person.pk:
        notify(
            kind="freeze.handed", to=[owner_id], document=view.document, link=_page(hold_id),
            params={"hold": view.document, "who": str(person)},
        )  # fmt: skip
    return row


def remind(*, now: datetime, limit: int = BATCH) -> int:
    """Tell owners of freezes past their review, once a day, and those above them after three days.

    Joins the caller's transaction. Returns how many freezes somebody was told of.
    """
    stale = Q(reminded_at__isnull=True) | Q(reminded_at__lt=now - REMIND_EVERY)
    rows = list(
        Lease.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(stale, hold__closed_at__isnull=True, hold__review_at__lt=now)
        .order_by("hold__review_at", "id")[:limit]
    )
    views = {view.hold_id: view for view in leased([row.hold_id for row in rows])}
    keepers = _Keepers()
    for row in rows:
        view = views[row.hold_id]
        assert view.review_at is not None
        to = keepers.of_lease(row, view)
        late = now - view.review_at >= ESCALATES_AFTER
        told = {"hold": view.document, "reason": view.reason_label}
        notify(
            kind="hold.review", to=to, params=told,
            document=view.document, link=_page(row.hold_id),
        )  # fmt: skip
        if late and row.escalated_at is None:
            above = set(people_with(roles.STOCK_RELEASE_SAFETY, unit_id=view.unit_id)) - to
            notify(
                kind="freeze.overdue", to=above, params=told, document=view.document,
                link=_page(row.hold_id), urgent=view.is_safety,
            )  # fmt: skip
            row.escalated_at = now
        row.reminded_at = now
    Lease.objects.bulk_update(rows, ["reminded_at", "escalated_at"])
    return len(rows)


class _Keepers:
    """People who keep a place's frozen stock, asked once for each place."""

    def __init__(self) -> None:
        self._known: dict[int | None, list[int]] = {}
        self._roles: dict[tuple[str, int | None, int | None], list[int]] = {}

    def of_lease(self, row: Lease, view: Leased) -> set[int]:
        """Whoever hears of a review: its owner, who has its role there, or who keeps the place."""
        if row.owner_id is not None:
            return {row.owner_id}
        place = (row.owner_role, view.unit_id, view.warehouse_id)
        if row.owner_role and place not in self._roles:
            role, unit_id, warehouse_id = place
            self._roles[place] = people_in_role(role, unit_id=unit_id, warehouse_id=warehouse_id)
        return set(self._roles.get(place, ()) or self.all(view.unit_id))

    def all(self, unit_id: int | None) -> Collection[int]:
        if unit_id not in self._known:
            self._known[unit_id] = people_with(roles.STOCK_RELEASE, unit_id=unit_id)
        return self._known[unit_id]

    def of(self, unit_id: int | None) -> int | None:
        return min(self.all(unit_id), default=None)


def _who_laid(actor: str) -> int | None:
    kind, _colon, pk = actor.partition(":")
    return int(pk) if kind == "person" and pk.isdecimal() else None


def _first_review(view: Leased) -> datetime:
    return view.created_at + timedelta(days=view.review_days or USUAL_DAYS)


def _page(hold_id: int) -> str:
    return f"/holds/{hold_id}/"


def _open_freeze(hold_id: int, person: Person) -> Leased:
    if not person.may(roles.STOCK_HOLD):
        raise LeaseRefused("not_allowed")
    scope: Scope = scope_of(person, permission=roles.STOCK_HOLD)
    seen = stock.holds(scope=scope, ids=[hold_id], closed=True, limit=1)
    if not seen:
        raise LeaseRefused("unknown_hold")
    if seen[0].role != "FREEZE":
        raise LeaseRefused("not_a_freeze")
    if seen[0].closed_at is not None:
        raise LeaseRefused("closed")
    return leased([hold_id])[0]


def _check_review(review_at: datetime) -> None:
    now = timezone.now()
    if review_at <= now:
        raise LeaseRefused("date_passed")
    if review_at > now + timedelta(days=LONGEST_DAYS + 1):
        raise LeaseRefused("too_far")


def _check_owner(owner_id: int, view: Leased) -> None:
    if owner_id not in people_with(roles.STOCK_HOLD, unit_id=view.unit_id):
        raise LeaseRefused("unknown_owner")
