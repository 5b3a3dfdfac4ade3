"""Approval policies as people read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from org.approving import UnknownKind, kind_of
from org.models import ApprovalPolicy, ApprovalStep, Asked, Person, RoleSet
from org.roles import APPROVALS_DECIDE, PERMISSIONS


@dataclass(frozen=True, kw_only=True)
class PolicyView:
    """A policy with its steps in words."""

    policy: ApprovalPolicy
    kind_name: str
    # From where on it applies.
    lower: str
    steps: tuple[str, ...]


def policies() -> list[PolicyView]:
    """All policies: by kind, those in force first, the highest rank first. Five statements."""
    rows = ApprovalPolicy.objects.select_related("unit").prefetch_related("steps")
    found = list(rows.order_by("kind", "-is_active", "-rank", "id"))
    ids = {each for row in found for step in row.steps.all() for each in step.person_ids}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "display_name"))
    roles = dict(role_names())
    return [
        PolicyView(
            policy=row,
            kind_name=_kind_name(row.kind),
            lower=_lower(row),
            steps=tuple(
                _said(step, names, roles)
                for step in sorted(row.steps.all(), key=lambda s: s.position)
            ),
        )
        for row in found
    ]


def _lower(policy: ApprovalPolicy) -> str:
    """The lower limits: from one of them on the policy applies."""
    told = []
    if policy.min_amount is not None:
        told.append(f"{policy.min_amount:,.2f}")
    if policy.min_qty is not None:
        words = {"number": f"{policy.min_qty:,}"}
        told.append(ngettext("%(number)s unit", "%(number)s units", policy.min_qty) % words)
    if policy.min_share_pct is not None:
        told.append(_("%(n)s %% of one SKU") % {"n": f"{policy.min_share_pct.normalize():f}"})
    if policy.min_skus is not None:
        told.append(_("%(n)s SKUs an hour") % {"n": f"{policy.min_skus:,}"})
    if policy.min_places is not None:
        told.append(_("%(n)s warehouses an hour") % {"n": f"{policy.min_places:,}"})
    return _(" or ").join(told) if told else _("always")


def policy(policy_id: int) -> ApprovalPolicy | None:
    """One policy with its steps."""
    rows = ApprovalPolicy.objects.prefetch_related("steps")
    return rows.filter(pk=policy_id).first()


def role_names(*, deciding: bool = False) -> list[tuple[str, str]]:
    """Roles of this company with their names; `deciding`: only those that may approve."""
    rows = RoleSet.objects.order_by("id")
    return [
        (row.code, row.label) for row in rows if not deciding or APPROVALS_DECIDE in row.permissions
    ]


def _kind_name(code: str) -> str:
    try:
        return str(kind_of(code).name)
    except UnknownKind:
        return code


def _said(step: ApprovalStep, names: dict[int, str], roles: dict[str, str]) -> str:
    who = str(Asked(step.asked).label)
    if step.asked == Asked.PERMISSION:
        who = str(PERMISSIONS.get(step.permission, step.permission))
    elif step.asked == Asked.ROLE:
        who = roles.get(step.role, step.role)
    elif step.asked == Asked.PERSONS:
        who = ", ".join(names.get(each, str(each)) for each in step.person_ids)
    return who
