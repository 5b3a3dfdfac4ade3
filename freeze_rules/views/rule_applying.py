"""Having a rule applied here: what it would do is shown first, then it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeze_rules.report_forms import ApplyForm
from freeze_rules.selectors import rule_views
from freeze_rules.services import applying
from freeze_rules.services.applying import Applied, ApplyRefused, Shown
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.selectors import scope_of

NAMES = ("rule", "warehouse", "location", "sku", "lot", "qty", "why")


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_HOLD)
def apply_rule(request: HttpRequest) -> HttpResponse:
    """Choose a rule and goods or a place; see what it would freeze; confirm."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    rules = rule_views.rules_for_people()
    if request.method == "GET":
        first = {name: request.GET[name][:64] for name in NAMES if name in request.GET}
        house = number_in(request.GET, "house")
        if house is not None:
            for view in stock.warehouses(scope=scope, ids=[house]):
                first["warehouse"] = view.code
        return _page(request, ApplyForm(scope=scope, rules=rules, initial=first), rules=rules)
    form = ApplyForm(request.POST, scope=scope, rules=rules)
    shown: Shown | None = None
    if form.is_valid():
        rule_id = int(form.cleaned_data["rule"])
        try:
            if "confirm" in request.POST:
                with transaction.atomic(durable=True):
                    done = applying.apply(
                        rule_id=rule_id, wish=form.wish(), person=person, key=form.key(),
                        seen=form.cleaned_data["seen"],
                    )  # fmt: skip
                return _done(request, rule_id, done)
            shown = applying.preview(rule_id=rule_id, wish=form.wish(), person=person)
        except ReportRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except ApplyRefused as refused:
            form.add_error(None, str(refused))
            if refused.code == "world_moved":
                shown = applying.preview(rule_id=rule_id, wish=form.wish(), person=person)
    return _page(request, form, rules=rules, shown=shown)


def _done(request: HttpRequest, rule_id: int, done: Applied) -> HttpResponse:
    if done.stopped:
        messages.error(request, _("The rule was stopped at its limit; nothing is frozen."))
    elif done.holds:
        numbers = ", ".join(f"H-{each}" for each in done.holds)
        messages.success(
            request,
            _("%(units)s units are frozen under %(holds)s.")
            % {"units": f"{done.units:,}", "holds": numbers},
        )
    else:
        why = ", ".join(done.refused) or "–"
        messages.error(request, _("The ledger froze nothing: %(why)s.") % {"why": why})
    if len(done.holds) == 1:
        return HttpResponseRedirect(reverse("hold", args=[done.holds[0]]))
    return HttpResponseRedirect(reverse("freeze-rule", args=[rule_id]))


def _page(
    request: HttpRequest,
    form: ApplyForm,
    *,
    rules: list[tuple[int, str]],
    shown: Shown | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "rules": rules,
        "shown": shown,
        "attempt": form["token"].value(),
        "may_edit": person_of(request).may(roles.RULES_EDIT),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "freeze_rules/rule_apply.html", context, status=status)
