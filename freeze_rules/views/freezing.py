"""Freezing goods: what and why, then what it would do, then it is done exactly so."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeze_rules import services as freezing
from freeze_rules.forms import AMOUNTS, POLICIES, FreezeForm
from freeze_rules.views.told import tell
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors.holds import ACTS
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of
from org.services.approvals import ApprovalRefused

PREFILLED = ("warehouse", "zone", "location", "sku", "lot", "supplier", "grade", "reason")
SALT = "freeze.drawn"


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_HOLD)
def freeze(request: HttpRequest) -> HttpResponse:
    """Ask, show the plan, apply it. `apply` lays what was shown, `change` goes back to the form."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    if request.method != "POST":
        return _form(request, FreezeForm(initial=_first(request, scope), scope=scope))
    form = FreezeForm(request.POST, scope=scope)
    if not form.is_valid():
        return _form(request, form, status=422)
    if "change" in request.POST:
        return _form(request, form)
    drawn = _drawn(form.cleaned_data["drawn"], person)
    moved = False
    if "apply" in request.POST and drawn is not None and form.cleaned_data["plan"]:
        try:
            return _lay(request, form, drawn, person)
        except (freezing.FreezeRefused, inventory.Refused, ApprovalRefused) as refused:
            moved = refused.code == "world_moved"
            if not moved:
                form.refuse(refused)
                return _form(request, form, status=422)
    return _plan(request, form, drawn, moved=moved)


def _first(request: HttpRequest, scope: Scope) -> dict[str, str]:
    """What the address fills in; `house` is a warehouse by id, for pages that have no code."""
    given = {name: request.GET.get(name, "") for name in PREFILLED}
    house = number_in(request.GET, "house")
    if house is not None:
        named = stock.warehouses(scope=scope, ids=[house])
        given["warehouse"] = named[0].code if named else ""
    everything = request.GET.get("amount") == "all" or not given["location"]
    return {
        **given,
        "amount": "all" if everything else "some",
        "policy": inventory.Policy.FREE_ONLY.value,
        "token": uuid.uuid4().hex,
    }


def _form(request: HttpRequest, form: FreezeForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "reasons": form.reasons.values(), "acts": ACTS}
    return render(request, "freeze_rules/freeze.html", context, status=status)


def _lay(request: HttpRequest, form: FreezeForm, drawn: int, person: Person) -> HttpResponse:
    """Apply what was shown.

    Raises:
        FreezeRefused, Refused, ApprovalRefused: nothing was laid or asked.
    """
    given = form.cleaned_data
    with transaction.atomic(durable=True):
        done = freezing.freeze_or_ask(
            key=given["token"], order=form.order(), person=person, pk=drawn, plan=given["plan"]
        )
    if done.frozen is None:
        said = _(
            "This needs somebody's consent: asked for as AP-%(number)s. Nothing is frozen yet."
        )
        messages.warning(request, said % {"number": done.approval_id})
        return HttpResponseRedirect(reverse("approval", args=[done.approval_id]))
    messages.success(request, _("%(number)s is in force.") % {"number": done.frozen.number})
    address = reverse("holds")
    return HttpResponseRedirect(f"{address}?{urlencode({'document': done.frozen.number})}")


def _plan(
    request: HttpRequest, form: FreezeForm, drawn: int | None, *, moved: bool
) -> HttpResponse:
    person = person_of(request)
    order = form.order()
    try:
        planned = freezing.plan_freeze(order=order, pk=drawn, person=person)
        if planned.plan.refusal is not None:
            raise planned.plan.refusal
    except (freezing.FreezeRefused, inventory.Refused) as refused:
        form.refuse(refused)
        return _form(request, form, status=422)
    sku = stock.skus([order.sku_id])[order.sku_id] if order.sku_id else None
    lot = stock.lots([order.lot_id])[order.lot_id] if order.lot_id else None
    context = {
        "form": form,
        "told": tell(planned),
        "planned": planned,
        "order": order,
        "sku": sku,
        "lot": lot,
        "given": form.cleaned_data,
        "reason": form.reasons[order.reason],
        "warehouse": dict(form.fields["warehouse"].choices)[form.cleaned_data["warehouse"]],  # type: ignore[attr-defined]
        "grade": dict(form.fields["grade"].choices)[order.grade],  # type: ignore[attr-defined]
        "policy": dict(POLICIES)[order.policy],
        "amount": dict(AMOUNTS)[form.cleaned_data["amount"]],
        "review_on": form.review_day(),
        "drawn": signing.dumps([planned.pk, person.pk], salt=SALT),
        "moved": moved,
    }
    return render(request, "freeze_rules/plan.html", context, status=409 if moved else 200)


def _drawn(signed: str, person: Person) -> int | None:
    """The number that this person was shown a plan for; None for none, or somebody else's."""
    try:
        pk, whose = signing.loads(signed, salt=SALT) if signed else (None, None)
    except signing.BadSignature:
        return None
    return pk if whose == person.pk else None
