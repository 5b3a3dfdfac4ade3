"""Who stands in for me, and for whom I do."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from org.access import permission_required, person_of
from org.approving import kinds
from org.models import Person
from org.roles import APPROVALS_DECIDE
from org.selectors import standing_in
from org.services import approvals

MOMENT = "%Y-%m-%dT%H:%M"


class DelegationForm(forms.Form):
    """Who, from when, until when, for what."""

    to = forms.TypedChoiceField(label=gettext_lazy("Who stands in"), coerce=int)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("From"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT],
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT],
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Only for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick nothing to hand over everything."),
    )
    why = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: object, person: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        to, only = self.fields["to"], self.fields["kinds"]
        assert isinstance(to, forms.TypedChoiceField)
        assert isinstance(only, forms.MultipleChoiceField)
        to.choices = standing_in.deciders(without=[person.pk])
        only.choices = [(each.code, str(each.name)) for each in kinds()]


@require_http_methods(["GET", "POST"])
@permission_required(APPROVALS_DECIDE)
def delegations(request: HttpRequest) -> HttpResponse:
    """The delegations of mine, those to me, and a form for a new one."""
    person = person_of(request)
    now = timezone.localtime()
    first = {"starts_at": now.replace(second=0, microsecond=0), "ends_at": _next_week(now)}
    if request.method == "POST":
        form = DelegationForm(request.POST, person=person)
    else:
        form = DelegationForm(initial=first, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            _save(form, person)
        except approvals.ApprovalRefused as refused:
            field = {"bad_time": "ends_at", "too_long": "ends_at"}.get(refused.code, "to")
            form.add_error(field, str(refused))
        else:
            messages.success(request, _("It is noted; both of you can see it here."))
            return HttpResponseRedirect(reverse("delegations"))
    context = {
        "form": form,
        "mine": standing_in.delegations(from_person=person),
        "for_others": standing_in.delegations(to_person=person),
        "now": now,
    }
    status = 422 if form.errors else 200
    return render(request, "org/approvals/delegations.html", context, status=status)


def _next_week(now: datetime) -> datetime:
    return now.replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=7)


def _save(form: DelegationForm, person: Person) -> None:
    said = form.cleaned_data
    with transaction.atomic(durable=True):
        approvals.delegate(
            person=person,
            to=Person.objects.get(pk=said["to"]),
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            kinds=said["kinds"],
            why=said["why"],
        )


@require_POST
@permission_required(APPROVALS_DECIDE)
def end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Take a delegation of one's own back."""
    try:
        with transaction.atomic(durable=True):
            approvals.end_delegation(delegation_id=delegation_id, person=person_of(request))
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Ended."))
    return HttpResponseRedirect(reverse("delegations"))
