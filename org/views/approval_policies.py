"""Say who approves what, and try it: "who would be asked?"."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import selectors as who
from org.access import permission_required, person_of
from org.addresses import number_in
from org.approving import Facts, kinds
from org.models import Agreement, ApprovalPolicy, Asked, Assignment, Person
from org.places import SHOP, WAREHOUSE, of_kind
from org.roles import APPROVALS_POLICIES, PERMISSIONS
from org.scope import Scope
from org.selectors import policies as known
from org.selectors import standing_in
from org.services import approvals
from org.services.approvals.policies import MOST_STEPS, trait_names

INDENT = "\u2003"
STEP_FIELDS = ("asked", "agreement", "permission", "role", "deadline_hours", "escalate_role")


@require_GET
@permission_required(APPROVALS_POLICIES)
def policies(request: HttpRequest) -> HttpResponse:
    """All policies, and a sample: who would be asked about this much, there?"""
    makers = _makers(person_of(request))
    return render(
        request,
        "org/approvals/policies.html",
        {
            "policies": known.policies(),
            "kinds": [(each.code, str(each.name)) for each in kinds()],
            "places": _places(),
            "traits": list(trait_names().items()),
            "given": request.GET,
            "people": [(row.pk, str(row)) for row in makers[:500]],
            **_sample(request.GET, makers),
        },
    )


def _units() -> list[tuple[int, str]]:
    """Policies are the company's: whoever writes them sees the whole tree."""
    return [
        (unit.id, INDENT * unit.path.count("/", 0, -1) + unit.name)
        for unit in who.units(scope=Scope.everything())
    ]


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Where a sample may happen: units as numbers, "warehouse:7", "shop:3", by group."""
    units = [(str(unit_id), name) for unit_id, name in _units()]
    groups = [(_("Parts of the company"), units)]
    for kind, label in ((WAREHOUSE, _("Warehouses")), (SHOP, _("Shops"))):
        groups.append((label, [(f"{kind}:{each.id}", each.name) for each in of_kind(kind)]))
    return [(label, choices) for label, choices in groups if choices]


def _where(told: str) -> dict[str, int] | None:
    """The place of a sample as `approvals.needed` wants it; None for one that is not there."""
    kind, colon, number = told.partition(":")
    if not colon:
        known_units = {str(unit_id): unit_id for unit_id, _name in _units()}
        return {"unit_id": known_units[told]} if told in known_units else None
    if kind not in (WAREHOUSE, SHOP):
        return None
    place = next((each for each in of_kind(kind) if str(each.id) == number), None)
    return None if place is None else {"unit_id": place.unit_id, f"{kind}_id": place.id}


def _makers(reader: Person) -> QuerySet[Person]:
    """Who may be taken as the maker of a sample: people who work where the reader sees."""
    rows = Person.objects.filter(is_active=True).order_by("display_name", "pk")
    scope = who.scope_of(reader, permission=APPROVALS_POLICIES)
    if not scope.is_everything:
        jobs = Assignment.objects.filter(
            Q(unit__in=scope.unit_ids or ())
            | Q(warehouse_id__in=scope.warehouse_ids)
            | Q(shop_id__in=scope.shop_ids)
        )
        rows = rows.filter(pk__in=jobs.values("person"))
    return rows


def _sample(given: QueryDict, makers: QuerySet[Person]) -> dict[str, Any]:
    """What the sample in the address comes to; nothing when none is asked for."""
    kind, where = given.get("kind", ""), _where(given.get("unit", ""))
    if kind not in {each.code for each in kinds()} or where is None:
        return {}
    facts = Facts(
        subject="",
        amount=_money(given.get("amount", "")) or Decimal(0),
        qty=number_in(given, "qty") or 0,
        traits=tuple(code for code in trait_names() if given.get("trait") == code),
    )
    maker = makers.filter(pk=number_in(given, "maker") or 0).first()
    return {
        "tried": True,
        "answer": approvals.needed(kind=kind, facts=facts, person=maker, **where),
    }


def _money(text: str) -> Decimal | None:
    """A typed amount; None when there is none or it makes no sense."""
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return value.quantize(Decimal("0.01")) if value.is_finite() and abs(value) < 10**10 else None


@require_http_methods(["GET", "POST"])
@permission_required(APPROVALS_POLICIES)
def edit(request: HttpRequest, policy_id: int | None = None) -> HttpResponse:
    """Make a policy, or change one; what was typed stays when something is wrong."""
    policy = None
    if policy_id is not None:
        policy = _within_reach(request, policy_id)
    typed = request.POST if request.method == "POST" else _as_typed(policy)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            with transaction.atomic(durable=True):
                saved = approvals.save_policy(
                    draft=_draft(request.POST),
                    person=person_of(request),
                    policy_id=policy_id,
                    version=number_in(request.POST, "version"),
                )
        except approvals.PolicyWrong as trouble:
            wrong = {trouble.field: str(trouble)}
        except approvals.ApprovalRefused as refused:
            wrong = {"": str(refused)}
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
            return HttpResponseRedirect(reverse("approval-policies"))
    context = _choices() | {
        "policy": policy,
        "typed": typed,
        "wrong": wrong,
        "steps": _step_rows(typed, wrong),
    }
    status = 422 if wrong else 200
    return render(request, "org/approvals/policy.html", context, status=status)


def _choices() -> dict[str, Any]:
    return {
        "kinds": [(each.code, str(each.name)) for each in kinds()],
        "units": _units(),
        "traits": list(trait_names().items()),
        "asked_choices": Asked.choices,
        "agreements": Agreement.choices,
        "permissions": [(code, str(name)) for code, name in PERMISSIONS.items()],
        "roles": known.role_names(deciding=True),
        "all_roles": known.role_names(),
        "people": standing_in.deciders(),
    }


def _as_typed(policy: ApprovalPolicy | None) -> QueryDict:
    """A policy as its form would send it."""
    typed = QueryDict(mutable=True)
    if policy is None:
        typed["is_active"] = "1"
        typed["rank"] = "0"
        typed["step-1-asked"] = Asked.MANAGER
        typed["step-1-deadline_hours"] = "24"
        return typed
    for name in ("kind", "name", "trait", "rank", "version"):
        typed[name] = str(getattr(policy, name))
    for name in (
        "unit_id",
        "min_amount",
        "max_amount",
        "min_qty",
        "max_qty",
        "min_share_pct",
        "min_skus",
        "min_places",
    ):
        value = getattr(policy, name)
        typed[name.removesuffix("_id")] = "" if value is None else str(value)
    for name in ("again_allowed", "is_active"):
        if getattr(policy, name):
            typed[name] = "1"
    for step in policy.steps.all():
        for name in STEP_FIELDS:
            value = getattr(step, name)
            typed[f"step-{step.position}-{name}"] = "" if value is None else str(value)
        typed.setlist(f"step-{step.position}-person_ids", [str(each) for each in step.person_ids])
    return typed


def _step_rows(typed: QueryDict, wrong: dict[str, str]) -> list[dict[str, Any]]:
    rows = []
    for number in range(1, MOST_STEPS + 1):
        row: dict[str, Any] = {name: typed.get(f"step-{number}-{name}", "") for name in STEP_FIELDS}
        row["number"] = number
        row["person_ids"] = typed.getlist(f"step-{number}-person_ids")
        row["used"] = bool(row["asked"])
        row["wrong"] = [
            text for field, text in wrong.items() if field.startswith(f"step-{number}-")
        ]
        rows.append(row)
    return rows


def _draft(typed: QueryDict) -> approvals.PolicyDraft:
    """What the form says.

    Raises:
        PolicyWrong: a figure is none.
    """

    def figure(name: str) -> int | None:
        text = typed.get(name, "").strip().replace(",", "")
        if not text:
            return None
        if not (text.lstrip("-").isdecimal() and len(text) < 16):
            raise approvals.PolicyWrong(name, _("This must be a whole number."))
        return int(text)

    def money(name: str) -> Decimal | None:
        text = typed.get(name, "").strip()
        value = _money(text)
        if text and value is None:
            raise approvals.PolicyWrong(name, _("This must be an amount, such as 500 or 99.50."))
        return value

    steps = []
    for number in range(1, MOST_STEPS + 1):
        prefix = f"step-{number}-"
        if not typed.get(f"{prefix}asked"):
            continue
        people = [each for each in typed.getlist(f"{prefix}person_ids") if each.isdecimal()]
        steps.append(
            approvals.StepDraft(
                asked=typed.get(f"{prefix}asked", ""),
                agreement=typed.get(f"{prefix}agreement") or "ANY",
                permission=typed.get(f"{prefix}permission", ""),
                role=typed.get(f"{prefix}role", ""),
                person_ids=tuple(int(each) for each in people),
                deadline_hours=figure(f"{prefix}deadline_hours"),
                escalate_role=typed.get(f"{prefix}escalate_role", ""),
            )
        )
    unit_id = number_in(typed, "unit")
    return approvals.PolicyDraft(
        kind=typed.get("kind", ""),
        name=typed.get("name", ""),
        unit_id=unit_id if unit_id in {each for each, _name in _units()} else None,
        trait=typed.get("trait", ""),
        min_amount=money("min_amount"),
        max_amount=money("max_amount"),
        min_qty=figure("min_qty"),
        max_qty=figure("max_qty"),
        min_share_pct=money("min_share_pct"),
        min_skus=figure("min_skus"),
        min_places=figure("min_places"),
        rank=figure("rank") or 0,
        again_allowed="again_allowed" in typed,
        is_active="is_active" in typed,
        steps=tuple(steps),
    )


def _within_reach(request: HttpRequest, policy_id: int) -> ApprovalPolicy:
    """A policy that the person may change. Raises Http404."""
    policy = known.policy(policy_id)
    if policy is None:
        raise Http404
    try:
        approvals.check_reach(person_of(request), policy.unit_id)
    except approvals.ApprovalRefused:
        raise Http404 from None
    return policy


@require_POST
@permission_required(APPROVALS_POLICIES)
def switch(request: HttpRequest, policy_id: int) -> HttpResponse:
    """Put a policy in force, or out of it."""
    _within_reach(request, policy_id)
    try:
        with transaction.atomic(durable=True):
            approvals.switch_policy(
                policy_id=policy_id, person=person_of(request), on=request.POST.get("on") == "1"
            )
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("approval-policies"))
