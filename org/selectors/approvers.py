"""Who is asked, and for whom somebody may decide.

Two readings of the same rules: from a step to people (`people_asked`, to tell them) and from a
person to steps (`steps_for`, for lists). A test holds them against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from org.approving import Facts
from org.models import (
    ApprovalDecision,
    ApprovalPolicy,
    ApprovalRequest,
    Asked,
    Assignment,
    Delegation,
    Person,
    RequestStep,
    Unit,
)
from org.models.approval_policies import StepColumns
from org.roles import APPROVALS_DECIDE, Role
from org.selectors.people import jobs_in_force, roles_carrying, scope_of

MANAGERS = {
    Unit.Kind.STORE: Role.STORE_MANAGER,
    Unit.Kind.REGION: Role.REGION_MANAGER,
    Unit.Kind.HEAD_OFFICE: Role.HEAD_OFFICE,
}
# The lower limits of a policy: from one of them on it applies.
LOWER = ("min_amount", "min_qty", "min_share_pct", "min_skus", "min_places")
# Chains of stand-ins longer than this are nobody's intention.
LONGEST_CHAIN = 5


@dataclass(frozen=True)
class StandIn:
    """In whose place somebody may decide; None in `kinds` is every kind, in `request` any.

    `through` are those who passed it on: nobody chooses who decides about their own request.
    """

    principal_id: int
    kinds: frozenset[str] | None = None
    request_id: int | None = None
    through: frozenset[int] = frozenset()

    def covers(self, request: ApprovalRequest) -> bool:
        """True when it reaches this request."""
        return (
            (self.kinds is None or request.kind in self.kinds)
            and self.request_id in (None, request.pk)
            and request.maker_id not in self.through
        )


@dataclass(frozen=True)
class Where:
    """What is decided about lies in a unit, and perhaps all of it in one warehouse or shop."""

    unit: Unit
    warehouse_id: int | None = None
    shop_id: int | None = None

    @classmethod
    def of(cls, request: ApprovalRequest) -> Where:
        """Where a request is about."""
        return cls(request.unit, request.warehouse_id, request.shop_id)

    @property
    def jobs_just_here(self) -> Q:
        """Assignments to this very warehouse or shop."""
        if self.warehouse_id is not None:
            return Q(warehouse_id=self.warehouse_id)
        return Q(pk__in=[]) if self.shop_id is None else Q(shop_id=self.shop_id)


def policy_for(*, kind: str, unit_id: int, facts: Facts) -> ApprovalPolicy | None:
    """The policy that decides about such an action; None when nobody need be asked."""
    path = Unit.objects.values_list("path", flat=True).get(pk=unit_id)
    rows = ApprovalPolicy.objects.filter(
        Q(unit__isnull=True) | Q(unit__path__in=_paths_up(path)),
        Q(trait="") | Q(trait__in=list(facts.traits)),
        Q(**{f"{name}__isnull": True for name in LOWER})
        | Q(min_amount__lte=facts.amount)
        | Q(min_qty__lte=facts.qty)
        | Q(min_share_pct__lte=facts.share_pct)
        | Q(min_skus__lte=facts.skus)
        | Q(min_places__lte=facts.places),
        Q(max_amount__isnull=True) | Q(max_amount__gte=facts.amount),
        Q(max_qty__isnull=True) | Q(max_qty__gte=facts.qty),
        kind=kind,
        is_active=True,
    )
    return rows.prefetch_related("steps").order_by("-rank", "id").first()


def _paths_up(path: str) -> list[str]:
    """The paths of a unit and of those above it, the nearest first."""
    codes = path.rstrip("/").split("/")
    return ["/".join(codes[:count]) + "/" for count in range(len(codes), 0, -1)]


def manager_unit(*, where: Where, without: Collection[int] = ()) -> Unit | None:
    """The nearest unit upwards that has a manager who is not one of `without`.

    Whoever has the manager's role at just this warehouse or shop counts as its unit's. Three
    statements.
    """
    paths = _paths_up(where.unit.path)
    above = {each.path: each for each in Unit.objects.filter(path__in=paths)}
    jobs = jobs_in_force().filter(person__is_active=True).exclude(person_id__in=without)
    held = set(jobs.filter(unit__in=above.values()).values_list("unit_id", "role__code"))
    here = jobs.filter(where.jobs_just_here).values_list("role__code", flat=True)
    held |= {(where.unit.pk, role) for role in here}
    for path in paths:
        each = above[path]
        if (each.pk, MANAGERS[Unit.Kind(each.kind)]) in held:
            return each
    return None


def people_asked(
    step: StepColumns,
    *,
    where: Where,
    managed: Unit | None,
    escalated: bool = False,
    without: Collection[int] = (),
) -> list[Person]:
    """Active people who may decide such a step about something there, by name.

    Args:
        step: a policy's step, or a request's copy of it.
        where: the unit, and the warehouse or shop, of what is decided about.
        managed: for managers, the unit whose manager is asked.
        escalated: also those it escalates to.
        without: people who may not, such as whoever asks.
    """
    jobs = _jobs_of_step(step, where=where, managed=managed)
    wanted = Q(pk__in=step.person_ids) if step.asked == Asked.PERSONS else Q(assignments__in=jobs)
    if escalated and step.escalate_role:
        wanted |= Q(assignments__in=_jobs(where, [step.escalate_role]))
    rows = able_people().filter(wanted).exclude(pk__in=without)
    return list(rows.order_by("display_name", "pk"))


def able_people() -> QuerySet[Person]:
    """Active people with `approvals.decide` somewhere."""
    deciders = jobs_in_force().filter(role__code__in=roles_carrying(APPROVALS_DECIDE))
    able = Person.objects.filter(is_active=True, assignments__in=deciders)
    return Person.objects.filter(pk__in=able.values("pk")).distinct()


def _jobs_of_step(step: StepColumns, *, where: Where, managed: Unit | None) -> QuerySet[Assignment]:
    if step.asked == Asked.MANAGER:
        if managed is None:
            return Assignment.objects.none()
        manager = MANAGERS[Unit.Kind(managed.kind)]
        there = Q(unit=managed)
        if managed.pk == where.unit.pk:
            there |= where.jobs_just_here
        return jobs_in_force().filter(there, role__code=manager)
    if step.asked == Asked.PERMISSION:
        return _jobs(where, roles_carrying(step.permission))
    return _jobs(where, [step.role])


def _jobs(where: Where, roles: Iterable[str]) -> QuerySet[Assignment]:
    there = Q(unit__path__in=_paths_up(where.unit.path)) | where.jobs_just_here
    return jobs_in_force().filter(there, role__code__in=list(roles))


def stand_ins(person: Person, *, at: datetime | None = None) -> list[StandIn]:
    """The person and everybody in whose place they may decide now, also through others.

    Whoever stands in for somebody who stands in for a third decides for the third; circles end.
    A hand-over concerns its request only. One statement for each link of the longest chain.
    """
    now = at or timezone.now()
    found = [StandIn(person.pk)]
    ends = list(found)
    for _link in range(LONGEST_CHAIN):
        ends = [
            each
            for each in _one_link(ends, now)
            if not any(_within(each, known) for known in found)
        ]
        if not ends:
            break
        found += ends
    return found


def _one_link(ends: Sequence[StandIn], now: datetime) -> list[StandIn]:
    rows = Delegation.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        to_person_id__in={each.principal_id for each in ends},
        from_person__is_active=True,
        starts_at__lte=now,
        ended_early=False,
    ).order_by("id")
    found = []
    for row in rows:
        for end in ends:
            if end.principal_id != row.to_person_id:
                continue
            kinds = _both(end.kinds, frozenset(row.kinds) or None)
            if kinds is not None and not kinds:
                continue
            if None not in (end.request_id, row.request_id) and end.request_id != row.request_id:
                continue
            # The first end is the person: whoever hands over to them is passed through next.
            passed = end.through | {row.from_person_id}
            found.append(
                StandIn(row.from_person_id, kinds, end.request_id or row.request_id, passed)
            )
    return found


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _within(one: StandIn, known: StandIn) -> bool:
    """True when `known` allows all that `one` would."""
    return (
        one.principal_id == known.principal_id
        and (known.kinds is None or (one.kinds is not None and one.kinds <= known.kinds))
        and (known.request_id is None or one.request_id == known.request_id)
        and known.through <= one.through
    )


def asked_of(person: Person) -> Q:
    """Open steps that ask this very person, as a condition on `RequestStep`."""
    open_now = RequestStep.objects.filter(opened_at__isnull=False, closed_at__isnull=True)
    wanted = Q(asked=Asked.PERSONS, person_ids__contains=[person.pk])
    codes = open_now.filter(asked=Asked.PERMISSION).values_list("permission", flat=True)
    for code in sorted(set(codes)):
        scope = scope_of(person, permission=code)
        here = Q(asked=Asked.PERMISSION, permission=code)
        wanted |= here & scope.inside(RequestStep, "request__unit")
    jobs = jobs_in_force().filter(person=person).select_related("unit")
    for job in jobs:
        there, role = _about_place_of(job), job.role_id
        wanted |= Q(asked=Asked.ROLE, role=role) & there
        wanted |= Q(escalated_at__isnull=False, escalate_role=role) & there
        if role in MANAGERS.values():
            kind = next(kind for kind, manager in MANAGERS.items() if manager == role)
            managed = Q(manager_unit_id=job.unit_id)
            if job.unit_id is None:
                managed = there & Q(manager_unit_id=F("request__unit_id"))
            wanted |= Q(asked=Asked.MANAGER, manager_unit__kind=kind) & managed
    return wanted


def _about_place_of(job: Assignment) -> Q:
    """Steps of requests about where the job is, as a condition on `RequestStep`."""
    if job.unit is not None:
        return Q(request__unit__path__startswith=job.unit.path)
    if job.warehouse_id is not None:
        return Q(request__warehouse_id=job.warehouse_id)
    return Q(request__shop_id=job.shop_id)


def steps_for(person: Person, *, at: datetime | None = None) -> Q:
    """Open steps that the person may decide, also in somebody's place.

    A condition on `RequestStep`; leaves out what they asked for themselves, and what they or the
    one in whose place they act have decided already.
    """
    places = stand_ins(person, at=at)
    people = Person.objects.in_bulk([each.principal_id for each in places])
    wanted = Q(pk__in=[])
    for each in places:
        principal = people[each.principal_id]
        if not principal.is_active:
            continue
        one = (
            asked_of(principal)
            & ~Q(request__maker_id=principal.pk)
            & ~Q(pk__in=_decided(principal.pk))
        )
        if each.through:
            one &= ~Q(request__maker_id__in=sorted(each.through))
        if each.kinds is not None:
            one &= Q(request__kind__in=sorted(each.kinds))
        if each.request_id is not None:
            one &= Q(request_id=each.request_id)
        wanted |= one
    return (
        wanted
        & Q(opened_at__isnull=False, closed_at__isnull=True)
        & ~Q(request__maker_id=person.pk)
        & ~Q(pk__in=_decided(person.pk))
    )


def _decided(person_id: int) -> QuerySet[RequestStep, int]:
    """Steps in which the person may not decide again: decided here, or in another step."""
    took_part = Q(decisions__person_id=person_id) | Q(decisions__principal_id=person_id)
    elsewhere = ApprovalRequest.objects.filter(took_part, again_allowed=False)
    return RequestStep.objects.filter(
        Q(request__in=elsewhere)
        | Q(pk__in=ApprovalDecision.objects.filter(person_id=person_id).values("step_id"))
        | Q(pk__in=ApprovalDecision.objects.filter(principal_id=person_id).values("step_id"))
    ).values_list("pk", flat=True)


def principal_for(person: Person, *, step: RequestStep, at: datetime | None = None) -> int | None:
    """In whose name the person decides this step: their own first; None when they may not."""
    if not Person.objects.filter(pk=person.pk, is_active=True).exists():
        return None
    base = RequestStep.objects.filter(
        steps_for(person, at=at), pk=step.pk, request__state="SUBMITTED"
    )
    if not base.exists():
        return None
    for each in stand_ins(person, at=at):
        if not each.covers(step.request):
            continue
        principal = Person.objects.get(pk=each.principal_id)
        mine = asked_of(principal) & ~Q(request__maker_id=principal.pk)
        rows = RequestStep.objects.filter(mine, pk=step.pk)
        if rows.exclude(pk__in=_decided(principal.pk)).exists():
            return each.principal_id
    return None


def people_of_open_step(request: ApprovalRequest, step: RequestStep) -> list[Person]:
    """Whom an open step of a request asks now, without those who may not."""
    took_part: set[int] = {request.maker_id}
    rows = request.decisions.all()
    if request.again_allowed:
        rows = rows.filter(step=step)
    for row in rows:
        took_part |= {row.person_id, row.principal_id}
    return people_asked(
        step,
        where=Where.of(request),
        managed=step.manager_unit,
        escalated=step.escalated_at is not None,
        without=took_part,
    )


def also_told(
    people: Sequence[Person], *, kind: str, maker_id: int, at: datetime | None = None
) -> list[int]:
    """These people and whoever stands in for them now, as ids, each once; never the maker."""
    now = at or timezone.now()
    found = [person.pk for person in people]
    ends = [StandIn(each) for each in found]
    for _link in range(LONGEST_CHAIN):
        rows = Delegation.objects.filter(
            from_person_id__in={each.principal_id for each in ends},
            request__isnull=True,
            starts_at__lte=now,
            ends_at__gt=now,
            ended_early=False,
            to_person__is_active=True,
        )
        ends = [
            StandIn(row.to_person_id)
            for row in rows
            if (not row.kinds or kind in row.kinds)
            and row.to_person_id not in found
            and row.to_person_id != maker_id
        ]
        if not ends:
            break
        found += sorted({each.principal_id for each in ends})
    return found
