"""The tree of the company: open regions and stores, rename and move them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from org import roles, selectors, services
from org.access import permission_required, person_of
from org.lists.pages import list_page
from org.lists.units import UNITS
from org.models import Unit
from org.refusals import REFUSALS, said
from org.scope import Scope
from org.selectors import scope_of
from org.services.unit_moves import move_unit


class UnitForm(forms.Form):
    """A region or store and the unit it hangs under."""

    kind = forms.ChoiceField(
        label=gettext_lazy("kind"),
        choices=[("REGION", gettext_lazy("Region")), ("STORE", gettext_lazy("Store"))],
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        validators=[RegexValidator(r"^[A-Za-z0-9_.-]+$")],
        help_text=gettext_lazy("Letters, digits and . _ -; it stays for ever."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    parent = forms.TypedChoiceField(label=gettext_lazy("Belongs to"), coerce=int)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (unit.id, f"{unit.code} {unit.name}")
            for unit in selectors.units(scope=scope)
            if unit.kind != Unit.Kind.STORE
        ]


@permission_required(roles.PEOPLE_VIEW)
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """The tree, as far as one sees it."""
    me = person_of(request)
    page = list_page(request, UNITS, scope=scope_of(me, permission=roles.PEOPLE_VIEW))
    shown = Unit.objects.filter(pk__in=[row["id"] for row in page.rows])
    holding = shown.exclude(kind=Unit.Kind.STORE).values_list("pk", flat=True)
    context = {
        "list": page,
        "may_edit": me.may(roles.UNITS_EDIT),
        "holding": set(holding),
        "row_extra": "org/parts/unit_buttons.html",
    }
    return render(request, "org/units.html", context)


@permission_required(roles.UNITS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_unit(request: HttpRequest) -> HttpResponse:
    """Open a region or store."""
    me = person_of(request)
    scope = scope_of(me, permission=roles.UNITS_EDIT)
    known = {"parent": request.GET.get("parent", ""), "kind": "STORE"}
    form = UnitForm(request.POST or None, scope=scope, initial=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic(durable=True):
                services.create_unit(
                    code=given["code"], name=given["name"], kind=given["kind"],
                    parent_id=given["parent"], actor=me.actor,
                )  # fmt: skip
        except REFUSALS as error:
            form.add_error("code" if isinstance(error, services.CodeTaken) else None, said(error))
        else:
            messages.success(request, _("The unit is open."))
            return HttpResponseRedirect(reverse("units"))
    status = 422 if form.is_bound else 200
    return render(request, "org/unit.html", {"form": form, "unit": None}, status=status)


@permission_required(roles.UNITS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Rename a unit or hang it elsewhere; both ends must be one's own."""
    me = person_of(request)
    scope = scope_of(me, permission=roles.UNITS_EDIT)
    row = Unit.objects.filter(pk=unit_id).first()
    if row is None or not scope.covers(row.pk):
        raise PermissionDenied
    known = {"kind": row.kind, "code": row.code, "name": row.name, "parent": row.parent_id}
    form = UnitForm(request.POST if request.method == "POST" else None, scope=scope, initial=known)
    # What a unit is and is called by others stays; the top of the tree hangs nowhere.
    for name in ("kind", "code"):
        del form.fields[name]
    if row.parent_id is None or not scope.covers(row.parent_id):
        del form.fields["parent"]
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                services.rename_unit(unit_id=row.pk, name=form.cleaned_data["name"], actor=me.actor)
                if "parent" in form.fields:
                    parent: int = form.cleaned_data["parent"]
                    move_unit(unit_id=row.pk, parent_id=parent, actor=me.actor)
        except REFUSALS as error:
            form.add_error("parent" if "parent" in form.fields else None, said(error))
        else:
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("units"))
    status = 422 if form.is_bound else 200
    return render(request, "org/unit.html", {"form": form, "unit": row}, status=status)
