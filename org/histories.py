"""Histories of people, roles, units and approval policies, and how a version comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from org import places, roles, selectors, services
from org.approving import kinds
from org.history import CannotRestore, Field, HistoryKind, Known, Part, Restoring, Rows
from org.models import Agreement, ApprovalPolicy, Asked, Person, RoleSet, Unit
from org.refusals import REFUSALS, said
from org.scope import Scope
from org.selectors import directory
from org.selectors.belonging import unit_of_person
from org.services import approvals
from org.services.safeguards import check_may_manage
from org.services.unit_moves import move_unit


def _done(work: Callable[[], object]) -> None:
    """Raises CannotRestore with the sentence that the pages say."""
    try:
        work()
    except REFUSALS as error:
        raise CannotRestore(error.code, said(error)) from error


def _unit_names(ids: Collection[Any]) -> Mapping[Any, str]:
    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))


def _person_names(ids: Collection[Any]) -> Mapping[Any, str]:
    return dict(Person.objects.filter(pk__in=ids).values_list("pk", "display_name"))


def _role_names(codes: Collection[Any]) -> dict[str, str]:
    return {row.code: row.label for row in RoleSet.objects.filter(code__in=codes)}


def _permission_names(codes: Collection[Any]) -> Mapping[Any, str]:
    return {code: str(roles.PERMISSIONS.get(code, code)) for code in codes}


# People.


def _find_person(person_id: int, scope: Scope) -> Known | None:
    row = directory.person(person_id, scope=scope)
    if row is None:
        return None
    return Known(
        code=row.username,
        name=row.name,
        url=reverse("person", args=[row.id]),
        unit_id=unit_of_person(row.id),
    )


def _tell_jobs(rows: Rows) -> list[str]:
    """ "Store manager at West Lake (2026-01-01 – …)" for each role somebody had."""
    names = _role_names([row["role"] for row in rows])
    units = _unit_names({row["unit_id"] for row in rows} - {None})
    kept = {places.UNIT: units}
    for kind in (places.WAREHOUSE, places.SHOP):
        if any(row[f"{kind}_id"] for row in rows):
            kept[kind] = {each.id: each.name for each in places.of_kind(kind)}
    told = []
    for row in rows:
        kind = next(kind for kind in (places.UNIT, places.WAREHOUSE, places.SHOP)
                    if row[f"{kind}_id"] is not None)  # fmt: skip
        place = kept[kind].get(row[f"{kind}_id"], "?")
        text = _("%(role)s at %(place)s") % {
            "role": names.get(row["role"], row["role"]), "place": place,
        }  # fmt: skip
        if row["valid_from"] or row["valid_until"]:
            text += f" ({row['valid_from'] or '…'} – {row['valid_until'] or '…'})"
        told.append(text)
    return told


def _restore_person(asked: Restoring) -> None:
    them = Person.objects.get(pk=asked.object_id)

    def work() -> None:
        check_may_manage(by=asked.person, person=them)
        services.change_person(
            person_id=them.pk,
            **{
                name: asked.state[name] if name in asked.names else getattr(them, name)
                for name in ("display_name", "email", "language")
            },
            actor=asked.person.actor,
        )
        if "is_active" in asked.names:
            services.set_active(
                person_id=them.pk, active=asked.state["is_active"], actor=asked.person.actor,
                by=asked.person,
            )  # fmt: skip

    _done(work)


PERSON = HistoryKind(
    code="person",
    name=gettext_lazy("Person"),
    see=(roles.PEOPLE_VIEW, roles.AUDIT_VIEW),
    edit=roles.PEOPLE_EDIT,
    fields=(
        Field(name="username", label=gettext_lazy("Name to sign in"), restored=False),
        Field(name="display_name", label=gettext_lazy("Name")),
        Field(name="email", label=gettext_lazy("E-mail")),
        Field(name="language", label=gettext_lazy("Language"), choices=dict(settings.LANGUAGES)),
        Field(name="is_active", label=gettext_lazy("May sign in")),
        Field(name="is_superuser", label=gettext_lazy("Superuser"), restored=False),
    ),
    # Roles are given and taken on the person's page, where each place is checked.
    parts=(Part(name="assignments", label=gettext_lazy("Roles"), tell=_tell_jobs, restored=False),),
    find=_find_person,
    subject=lambda pk: f"person:{pk}",
    restore=_restore_person,
)


# Roles.


def _find_role(role_id: int, scope: Scope) -> Known | None:
    row = RoleSet.objects.filter(pk=role_id).first()
    if row is None or scope.is_nothing:
        return None
    return Known(code=row.code, name=row.label, url=reverse("role", args=[row.code]))


def _restore_role(asked: Restoring) -> None:
    role = RoleSet.objects.get(pk=asked.object_id)
    told = asked.state
    known = frozenset(roles.PERMISSIONS)
    _done(
        lambda: services.change_role(
            code=role.code,
            permissions=roles.carried(role.code, told["added"], told["removed"]) & known,
            name=told["name"], note=told["note"], actor=asked.person.actor, by=asked.person,
        )
    )  # fmt: skip


def _role_subject(role_id: int) -> str:
    return f"role:{RoleSet.objects.filter(pk=role_id).values_list('code', flat=True).first()}"


ROLE = HistoryKind(
    code="role",
    name=gettext_lazy("Role"),
    see=(roles.PEOPLE_VIEW, roles.AUDIT_VIEW),
    edit=roles.ROLES_EDIT,
    fields=(
        Field(name="code", label=gettext_lazy("Code"), restored=False),
        Field(name="name", label=gettext_lazy("Name")),
        Field(name="note", label=gettext_lazy("What for")),
        Field(name="added", label=gettext_lazy("Added to what was shipped"),
              names=_permission_names),
        Field(name="removed", label=gettext_lazy("Taken from what was shipped"),
              names=_permission_names),
    ),
    find=_find_role,
    subject=_role_subject,
    restore=_restore_role,
    company_wide=True,
)  # fmt: skip


# Units.


def _find_unit(unit_id: int, scope: Scope) -> Known | None:
    row = scope.limit(Unit.objects.filter(pk=unit_id), "pk").first()
    if row is None:
        return None
    return Known(code=row.code, name=row.name, url=reverse("unit", args=[row.pk]), unit_id=row.pk)


def _restore_unit(asked: Restoring) -> None:
    def work() -> None:
        actor = asked.person.actor
        if "name" in asked.names:
            services.rename_unit(unit_id=asked.object_id, name=asked.state["name"], actor=actor)
        if "parent_id" in asked.names:
            # Both ends must be one's own, as on the page of the unit.
            reach = selectors.scope_of(asked.person, permission=roles.UNITS_EDIT)
            parent = asked.state["parent_id"]
            if parent is None or not reach.covers(parent):
                raise services.NotYours
            move_unit(unit_id=asked.object_id, parent_id=parent, actor=actor)

    _done(work)


UNIT = HistoryKind(
    code="unit",
    name=gettext_lazy("Unit"),
    see=(roles.PEOPLE_VIEW, roles.AUDIT_VIEW),
    edit=roles.UNITS_EDIT,
    fields=(
        Field(name="code", label=gettext_lazy("Code"), restored=False),
        Field(name="name", label=gettext_lazy("Name")),
        Field(name="kind", label=gettext_lazy("Kind"), choices=dict(Unit.Kind.choices),
              restored=False),
        Field(name="parent_id", label=gettext_lazy("Belongs to"), names=_unit_names),
    ),
    find=_find_unit,
    subject=lambda pk: f"unit:{Unit.objects.values_list('code', flat=True).get(pk=pk)}",
    restore=_restore_unit,
)  # fmt: skip


# Approval policies.


def _find_policy(policy_id: int, scope: Scope) -> Known | None:
    row = ApprovalPolicy.objects.filter(pk=policy_id).first()
    if row is None or scope.is_nothing:
        return None
    url = reverse("approval-policy", args=[row.pk])
    return Known(code=str(row.pk), name=row.name, url=url, unit_id=row.unit_id)


def _tell_steps(rows: Rows) -> list[str]:
    """ "1. Whoever has a role there: Finance (24 h)" for each step."""
    names = _role_names([row["role"] for row in rows])
    people = _person_names({each for row in rows for each in row["person_ids"]})
    told = []
    for row in sorted(rows, key=lambda each: int(each["position"])):
        whom = {
            Asked.PERMISSION: str(roles.PERMISSIONS.get(row["permission"], row["permission"])),
            Asked.ROLE: names.get(row["role"], row["role"]),
            Asked.PERSONS: ", ".join(people.get(each, str(each)) for each in row["person_ids"]),
        }.get(row["asked"], "")
        text = f"{row['position']}. {Asked(row['asked']).label}"
        text += f": {whom}" if whom else ""
        if row["agreement"] == Agreement.ALL:
            text += f", {Agreement.ALL.label}"
        if row["deadline_hours"]:
            text += f" ({row['deadline_hours']} h)"
        told.append(text)
    return told


def _restore_policy(asked: Restoring) -> None:
    told = asked.state
    money: dict[str, Any] = {
        name: None if told.get(name) is None else Decimal(str(told[name]))
        for name in ("min_amount", "max_amount", "min_share_pct")
    }
    plain: dict[str, Any] = {
        name: told.get(name)
        for name in (
            "kind", "name", "unit_id", "trait", "min_qty", "max_qty", "min_skus", "min_places",
            "rank", "again_allowed", "is_active",
        )
    }  # fmt: skip
    steps = tuple(
        approvals.StepDraft(
            asked=row["asked"], agreement=row["agreement"], permission=row["permission"],
            role=row["role"], person_ids=tuple(row["person_ids"]),
            deadline_hours=row["deadline_hours"], escalate_role=row["escalate_role"],
        )
        for row in sorted(told.get("steps", ()), key=lambda each: int(each["position"]))
    )  # fmt: skip
    try:
        approvals.save_policy(
            draft=approvals.PolicyDraft(**plain, **money, steps=steps),
            person=asked.person,
            policy_id=asked.object_id,
        )
    except (approvals.PolicyWrong, approvals.ApprovalRefused) as error:
        raise CannotRestore(error.code, str(error)) from error


def _kind_names(codes: Collection[Any]) -> Mapping[Any, str]:
    return {each.code: str(each.name) for each in kinds()}


POLICY = HistoryKind(
    code="policy",
    name=gettext_lazy("Approval policy"),
    see=(roles.APPROVALS_POLICIES, roles.AUDIT_VIEW),
    edit=roles.APPROVALS_POLICIES,
    fields=(
        Field(name="kind", label=gettext_lazy("What needs approval"), names=_kind_names),
        Field(name="name", label=gettext_lazy("Name")),
        Field(name="unit_id", label=gettext_lazy("Unit"), names=_unit_names),
        Field(name="trait", label=gettext_lazy("Only if"), choices=approvals.TRAITS),
        Field(name="min_amount", label=gettext_lazy("from this amount"), money=True),
        Field(name="max_amount", label=gettext_lazy("up to this amount"), money=True),
        Field(name="min_qty", label=gettext_lazy("from this quantity")),
        Field(name="max_qty", label=gettext_lazy("up to this quantity")),
        Field(name="min_share_pct", label=gettext_lazy("from this share of one SKU")),
        Field(name="min_skus", label=gettext_lazy("from so many SKUs in an hour")),
        Field(name="min_places", label=gettext_lazy("from so many warehouses in an hour")),
        Field(name="rank", label=gettext_lazy("rank")),
        Field(name="again_allowed", label=gettext_lazy("one person may decide several steps")),
        Field(name="is_active", label=gettext_lazy("in force")),
    ),
    parts=(Part(name="steps", label=gettext_lazy("Steps"), tell=_tell_steps),),
    find=_find_policy,
    subject=lambda pk: f"approval-policy:{pk}",
    restore=_restore_policy,
)
