"""Pages on which people choose how they hear of things, and on which IT keeps the channels."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from org import roles, selectors, services
from org.access import permission_required, person_of
from org.access import to_sign_in as sent_to_sign_in
from org.addresses import number_in
from org.models import Person
from org.notices import KINDS, Channel, Group, Timing

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)


class HoursForm(forms.Form):
    """When and where somebody wants to be written to."""

    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )  # fmt: skip
    daily_at = forms.TimeField(
        label=gettext_lazy("Once a day at"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=[(zone, zone) for zone in ZONES]
    )
    wecom_user = forms.CharField(
        label=gettext_lazy("WeCom account"), required=False, max_length=64,
        help_text=gettext_lazy("Your account in the company's WeCom, not your nickname."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Both ends of the quiet hours, or neither."""
        said = super().clean() or {}
        if "quiet_from" in said and "quiet_until" in said:
            missing = [name for name in ("quiet_from", "quiet_until") if said[name] is None]
            if len(missing) == 1:
                self.add_error(missing[0], _("Give both times, or leave both empty."))
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Choose by kind and channel when to hear, and the hours to be left alone."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    person = request.user
    choices = selectors.notice_choices(person_id=person.pk)
    if request.method == "POST":
        form = HoursForm(request.POST)
        choices = {
            place: request.POST.get(f"{place[0]}:{place[1]}", usual)
            for place, usual in choices.items()
        }
        if form.is_valid():
            try:
                with transaction.atomic(durable=True):
                    services.choose_notices(person_id=person.pk, choices=choices)
                    services.set_notice_hours(person_id=person.pk, **form.cleaned_data)
            except services.BadNoticeSetup:
                form.add_error(None, _("One of the choices is not offered. Choose again."))
            else:
                messages.success(request, _("Kept. It holds from the next notice on."))
                return HttpResponseRedirect(reverse("notice-settings"))
    else:
        form = HoursForm(initial=_initial(person))
    context = {
        "form": form,
        "groups": _groups(choices),
        "channels": Channel.choices,
        "has_mail": bool(person.email),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "org/notice_settings.html", context, status=status)


def _initial(person: Person) -> dict[str, Any]:
    own = selectors.notice_hours(person_id=person.pk)
    if own is None:
        return {"zone": settings.TIME_ZONE, "daily_at": "09:00"}
    return {
        "zone": own.zone,
        "quiet_from": own.quiet_from,
        "quiet_until": own.quiet_until,
        "daily_at": own.daily_at,
        "wecom_user": own.wecom_user,
    }


def _groups(choices: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    """Kinds by group, each with a select per channel. The bell gathers nothing."""
    at_once = [(Timing.NOW.value, _("yes")), (Timing.NEVER.value, _("no"))]
    return [
        {
            "label": label,
            "kinds": [
                {
                    "name": kind.name,
                    "cells": [
                        {
                            "name": f"{kind.code}:{channel}",
                            "label": f"{kind.name} · {text}",
                            "value": choices[kind.code, channel],
                            "choices": at_once if channel == Channel.BELL else Timing.choices,
                        }
                        for channel, text in Channel.choices
                    ],
                }
                for kind in KINDS.values()
                if kind.group == group
            ],
        }
        for group, label in Group.choices
        if any(kind.group == group for kind in KINDS.values())
    ]


class BotForm(forms.Form):
    """A new group bot."""

    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=80)
    key = forms.CharField(
        label=gettext_lazy("Webhook address or key"), max_length=300,
        help_text=gettext_lazy("As WeCom shows it when the bot is added. It is not shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("What it tells"), choices=Group.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    urgent_only = forms.BooleanField(label=gettext_lazy("Only what is urgent"), required=False)


def _check_whole_house(request: HttpRequest) -> None:
    """Channels carry notices of every unit, so they are set up by who sees all of them.

    Raises:
        PermissionDenied: the person has the right for a part of the company only.
    """
    scope = selectors.scope_of(person_of(request), permission=roles.CLIENTS_EDIT)
    if not scope.is_everything:
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.CLIENTS_EDIT)
def notice_channels(request: HttpRequest) -> HttpResponse:
    """Group bots, whether mail and WeCom are set up, and what was given up."""
    _check_whole_house(request)
    form = BotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                services.add_notice_bot(actor=person_of(request).actor, **form.cleaned_data)
        except services.BadNoticeSetup as error:
            form.add_error(
                error.code if error.code in form.fields else None,
                _("This is no key of a bot. Copy the whole webhook address from WeCom."),
            )
        else:
            messages.success(request, _("The group is told from now on."))
            return HttpResponseRedirect(reverse("notice-channels"))
    context = {
        "form": form,
        "bots": selectors.notice_bots(),
        "dead": selectors.dead_deliveries(),
        "mail": services.mail_is_set_up(),
        "wecom": services.wecom_is_set_up(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "org/notice_channels.html", context, status=status)


@require_POST
@permission_required(roles.CLIENTS_EDIT)
def switch_bot(request: HttpRequest, bot_id: int) -> HttpResponse:
    """Switch a group bot off or on."""
    _check_whole_house(request)
    active = request.POST.get("active") == "1"
    with transaction.atomic(durable=True):
        services.switch_notice_bot(bot_id=bot_id, active=active, actor=person_of(request).actor)
    return HttpResponseRedirect(reverse("notice-channels"))


@require_POST
@permission_required(roles.CLIENTS_EDIT)
def revive_deliveries(request: HttpRequest) -> HttpResponse:
    """Try everything again that was given up, or one of it."""
    _check_whole_house(request)
    one = number_in(request.POST, "id")
    ids = [each.id for each in selectors.dead_deliveries()] if one is None else [one]
    with transaction.atomic(durable=True):
        count = services.revive_deliveries(ids=ids)
        services.record(
            actor=person_of(request).actor, action="notice.revived", subject="notices",
            after={"count": count},
        )  # fmt: skip
    text = ngettext("%s notice is sent again.", "%s notices are sent again.", count) % count
    messages.success(request, text)
    return HttpResponseRedirect(reverse("notice-channels"))
