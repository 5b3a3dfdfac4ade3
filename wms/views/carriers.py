"""Carriers and how many waybill numbers they have left."""

from __future__ import annotations

import re

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from org import roles
from org.access import permission_required, person_of
from wms import selectors, services
from wms.services.carriers import MOST_DIGITS

LARGEST = 10**MOST_DIGITS - 1


class CarrierForm(forms.Form):
    """A carrier and the waybill numbers it gave."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Such as SF. A known code gets the new numbers and name."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    letters = forms.CharField(
        label=gettext_lazy("Letters before the number"), max_length=12, required=False
    )
    first = forms.IntegerField(
        label=gettext_lazy("First waybill number"), min_value=0, max_value=LARGEST
    )
    last = forms.IntegerField(
        label=gettext_lazy("Last waybill number"), min_value=0, max_value=LARGEST
    )

    def clean_code(self) -> str:
        """Upper case letters and digits."""
        code: str = self.cleaned_data["code"].strip().upper()
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9_-]*", code):
            raise forms.ValidationError(_("Use letters and digits only."))
        return code


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def carriers(request: HttpRequest) -> HttpResponse:
    """The carriers in use; below, one more or more numbers for a known one."""
    form = CarrierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                services.open_carrier(**form.cleaned_data, actor=person_of(request).actor)
        except services.BadRange:
            form.add_error("last", _("The last number comes before the first."))
        except services.WaybillsOverlap:
            form.add_error("first", _("Some of these numbers were given before."))
        else:
            messages.success(request, _("%(name)s is there.") % {"name": form.cleaned_data["name"]})
            return HttpResponseRedirect(request.path)
    return render(
        request,
        "wms/carriers.html",
        {"carriers": selectors.carriers(), "form": form},
        status=422 if form.is_bound else 200,
    )
