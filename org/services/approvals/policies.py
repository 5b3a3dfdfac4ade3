"""Say who must agree to what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from org.approving import UnknownKind, kind_of
from org.models import ApprovalPolicy, ApprovalStep, Asked, Person, RoleSet
from org.roles import APPROVALS_DECIDE, APPROVALS_POLICIES, PERMISSIONS, Role
from org.selectors.people import roles_carrying, scope_of
from org.services.approvals.refusals import ApprovalRefused
from org.services.audit import record

MOST_STEPS = 5
# Of policies that a kind brings along: everybody else's count before them.
LOWEST_RANK = -1_000
TRAITS = {"SAFETY": gettext_lazy("Safety")}


class PolicyWrong(Exception):
    """A field of a policy makes no sense; `field` names it, the text says what to do."""

    code = "policy_wrong"

    def __init__(self, field: str, text: str) -> None:
        super().__init__(field)
        self.field = field
        self.text = text

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class StepDraft:
    """One step as somebody wants it."""

    asked: str
    agreement: str = "ANY"
    permission: str = ""
    role: str = ""
    person_ids: tuple[int, ...] = ()
    deadline_hours: int | None = None
    escalate_role: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyDraft:
    """A policy as somebody wants it."""

    kind: str
    name: str
    steps: tuple[StepDraft, ...]
    unit_id: int | None = None
    trait: str = ""
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    min_qty: int | None = None
    max_qty: int | None = None
    min_share_pct: Decimal | None = None
    min_skus: int | None = None
    min_places: int | None = None
    rank: int = 0
    again_allowed: bool = False
    is_active: bool = True


def save_policy(
    *, draft: PolicyDraft, person: Person, policy_id: int | None = None, version: int | None = None
) -> ApprovalPolicy:
    """Make a policy or change one; requests that run keep the steps they were asked with.

    Joins the caller's transaction and leaves an audit record with before and after.

    Args:
        draft: all of the policy.
        person: who says so, with `approvals.policies`.
        policy_id: the one to change; None makes a new one.
        version: the version that was shown.

    Raises:
        ApprovalRefused: not_allowed, unknown_policy, policy_changed.
        PolicyWrong: a field makes no sense.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(APPROVALS_POLICIES):
        raise ApprovalRefused("not_allowed")
    check_reach(person, draft.unit_id)
    _check(draft)
    before: dict[str, Any] | None = None
    if policy_id is None:
        policy = ApprovalPolicy(version=0)
    else:
        policy = _locked(policy_id)
        check_reach(person, policy.unit_id)
        if version is not None and version != policy.version:
            raise ApprovalRefused("policy_changed")
        before = described(policy)
    for name in (
        "kind", "unit_id", "trait", "min_amount", "max_amount", "min_qty", "max_qty",
        "min_share_pct", "min_skus", "min_places", "rank", "again_allowed", "is_active",
    ):  # fmt: skip
        setattr(policy, name, getattr(draft, name))
    policy.name = draft.name.strip()[:120]
    policy.version += 1
    policy.save()
    policy.steps.all().delete()
    ApprovalStep.objects.bulk_create(
        ApprovalStep(policy=policy, position=number, **_columns(step))
        for number, step in enumerate(draft.steps, 1)
    )
    record(
        actor=person.actor,
        action="approval.policy_made" if before is None else "approval.policy_changed",
        subject=f"approval-policy:{policy.pk}",
        before=before,
        after=described(policy),
        unit_id=policy.unit_id,
    )
    return policy


def standard_policy(
    *, kind: str, permission: str, deadline_hours: int, actor: str
) -> ApprovalPolicy:
    """The policy that a kind brings along: whoever has the permission there is asked.

    Made when it is first needed, of the lowest rank, so that any other policy counts before it;
    its trait is the permission. Who governs policies changes it or switches it off like any
    other. Joins the caller's transaction.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = ApprovalPolicy.objects.filter(kind=kind, trait=permission).order_by("id").first()
    if known is not None:
        return known
    policy = ApprovalPolicy.objects.create(
        kind=kind, name=f"{kind_of(kind).name}: {PERMISSIONS[permission]}"[:120],
        trait=permission, rank=LOWEST_RANK,
    )  # fmt: skip
    ApprovalStep.objects.create(
        policy=policy, position=1, asked=Asked.PERMISSION, permission=permission,
        deadline_hours=deadline_hours, escalate_role=Role.HEAD_OFFICE,
    )  # fmt: skip
    record(
        actor=actor, action="approval.policy_made", subject=f"approval-policy:{policy.pk}",
        after=described(policy),
    )  # fmt: skip
    return policy


def trait_names() -> dict[str, str]:
    """Properties that policies may ask for: those of all kinds, and those of standard policies."""
    used = ApprovalPolicy.objects.filter(trait__in=PERMISSIONS).values_list("trait", flat=True)
    return {code: str(name) for code, name in TRAITS.items()} | {
        code: str(PERMISSIONS[code]) for code in sorted(set(used))
    }


def switch_policy(*, policy_id: int, person: Person, on: bool) -> None:
    """Put a policy in force or out of it. Joins the caller's transaction.

    Raises:
        ApprovalRefused: not_allowed, unknown_policy.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(APPROVALS_POLICIES):
        raise ApprovalRefused("not_allowed")
    policy = _locked(policy_id)
    check_reach(person, policy.unit_id)
    if policy.is_active != on:
        policy.is_active = on
        policy.version += 1
        policy.save(update_fields=["is_active", "version"])
        record(
            actor=person.actor, action="approval.policy_switched",
            subject=f"approval-policy:{policy.pk}", before={"is_active": not on},
            after={"is_active": on}, unit_id=policy.unit_id,
        )  # fmt: skip


def check_reach(person: Person, unit_id: int | None) -> None:
    """A policy for the whole company is made by whoever governs all of it.

    Raises:
        ApprovalRefused: not_allowed.
    """
    scope = scope_of(person, permission=APPROVALS_POLICIES)
    if not (scope.is_everything if unit_id is None else scope.covers(unit_id)):
        raise ApprovalRefused("not_allowed")


def _locked(policy_id: int) -> ApprovalPolicy:
    found = ApprovalPolicy.objects.select_for_update(no_key=True).filter(pk=policy_id).first()
    if found is None:
        raise ApprovalRefused("unknown_policy")
    return found


def _columns(step: StepDraft) -> dict[str, Any]:
    """Only what its way of asking uses; the rest would mislead."""
    found = asdict(step) | {"person_ids": sorted(step.person_ids)}
    for asked, name, empty in (
        (Asked.PERMISSION, "permission", ""), (Asked.ROLE, "role", ""),
        (Asked.PERSONS, "person_ids", []),
    ):  # fmt: skip
        if step.asked != asked:
            found[name] = empty
    return found


def described(policy: ApprovalPolicy) -> dict[str, Any]:
    """A policy for the audit trail."""
    said = {
        name: getattr(policy, name)
        for name in (
            "kind", "name", "unit_id", "trait", "min_qty", "max_qty", "min_skus", "min_places",
            "rank", "again_allowed", "is_active",
        )
    }  # fmt: skip
    for name in ("min_amount", "max_amount", "min_share_pct"):
        value = getattr(policy, name)
        said[name] = None if value is None else str(value)
    steps = policy.steps.order_by("position").values(
        "asked", "agreement", "permission", "role", "person_ids", "deadline_hours",
        "escalate_role",
    )  # fmt: skip
    return said | {"steps": list(steps)}


def _check(draft: PolicyDraft) -> None:
    try:
        kind_of(draft.kind)
    except UnknownKind:
        raise PolicyWrong("kind", _("Choose what needs approval.")) from None
    if not draft.name.strip():
        raise PolicyWrong("name", _("Give it a name that people recognise."))
    if draft.trait and draft.trait not in trait_names():
        raise PolicyWrong("trait", _("There is no such property."))
    for low, high in (("min_amount", "max_amount"), ("min_qty", "max_qty")):
        least, most = getattr(draft, low), getattr(draft, high)
        if any(each is not None and each < 0 for each in (least, most)):
            raise PolicyWrong(low, _("A limit cannot be negative."))
        if least is not None and most is not None and most < least:
            raise PolicyWrong(high, _("The upper limit lies below the lower one."))
    _check_reach_limits(draft)
    if not draft.steps:
        raise PolicyWrong("steps", _("Name at least one step: somebody must be asked."))
    if len(draft.steps) > MOST_STEPS:
        raise PolicyWrong("steps", _("Five steps at most."))
    for number, step in enumerate(draft.steps, 1):
        _check_step(number, step)


def _check_reach_limits(draft: PolicyDraft) -> None:
    """Share, SKUs and warehouses are known of freezes and their releases."""
    share = draft.min_share_pct
    if share is not None and not 0 < share <= 100:
        raise PolicyWrong("min_share_pct", _("A share is more than 0 and at most 100 percent."))
    for name in ("min_skus", "min_places"):
        number = getattr(draft, name)
        if number is not None and not 1 <= number < 2**31:
            raise PolicyWrong(name, _("This is a whole number from 1."))
    if not kind_of(draft.kind).says_reach:
        for name in ("min_share_pct", "min_skus", "min_places"):
            if getattr(draft, name) is not None:
                raise PolicyWrong(name, _("This limit is for freezes and their releases."))


def _check_step(number: int, step: StepDraft) -> None:
    def wrong(name: str, text: str) -> PolicyWrong:
        return PolicyWrong(f"step-{number}-{name}", text)

    if step.asked not in Asked.values:
        raise wrong("asked", _("Choose who is asked."))
    if step.agreement not in {"ANY", "ALL"}:
        raise wrong("agreement", _("Choose whether one of them is enough."))
    if step.asked == Asked.PERMISSION and step.permission not in PERMISSIONS:
        raise wrong("permission", _("Choose a permission."))
    if step.asked == Asked.ROLE and step.role not in roles_carrying(APPROVALS_DECIDE):
        raise wrong("role", _("Choose a role that may approve."))
    if step.asked == Asked.PERSONS:
        able = {
            each.pk
            for each in Person.objects.filter(pk__in=step.person_ids, is_active=True)
            if each.may(APPROVALS_DECIDE)
        }
        if not step.person_ids or able != set(step.person_ids):
            raise wrong("person_ids", _("Choose people who may approve."))
    if step.deadline_hours is not None and not 1 <= step.deadline_hours <= 8760:
        raise wrong("deadline_hours", _("From 1 hour to 8,760 hours (a year)."))
    if step.escalate_role:
        if not RoleSet.objects.filter(code=step.escalate_role).exists():
            raise wrong("escalate_role", _("Choose a role."))
        if step.deadline_hours is None:
            raise wrong("deadline_hours", _("Say after how many hours it escalates."))
