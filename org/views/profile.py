"""One's own page: name, language, tastes, password, sessions."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from org import services
from org.access import to_sign_in
from org.look import CHOICES
from org.models import Person
from org.selectors.signed_in import second_factor_of, sessions_of
from org.services import invitations, second_factor, sessions
from org.views.look import with_look
from org.views.passwords import ChangePasswordForm
from org.views.sign_in import with_language


class ProfileForm(forms.Form):
    """What somebody may change about themselves."""

    display_name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(
        label=gettext_lazy("Colours"),
        choices=[
            ("auto", gettext_lazy("As the machine")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ],
    )
    density = forms.ChoiceField(
        label=gettext_lazy("Spacing"),
        choices=[("dense", gettext_lazy("Dense")), ("comfortable", gettext_lazy("Roomy"))],
    )
    sound = forms.ChoiceField(
        label=gettext_lazy("Sound at the scanner"),
        choices=[("on", gettext_lazy("On")), ("off", gettext_lazy("Off"))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """See and change what is one's own."""
    person = request.user
    if not isinstance(person, Person):
        return to_sign_in(request)
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=_known(person))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        tastes = {name: given[name] for name in ("theme", "density", "sound")}
        with transaction.atomic(durable=True):
            services.change_person(
                person_id=person.pk, display_name=given["display_name"], email=person.email,
                language=given["language"], actor=person.actor,
            )  # fmt: skip
            services.set_preferences(person_id=person.pk, **tastes)
        answer = with_language(HttpResponseRedirect(reverse("profile")), given["language"])
        messages.success(request, _("Kept."))
        return with_look(answer, {name: tastes[name] for name in tastes if name in CHOICES})
    return _page(request, person, form, ChangePasswordForm(person=person), form.is_bound)


@sensitive_post_parameters("old", "password", "again")
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    """Choose another password; every other session of the person ends."""
    person = request.user
    if not isinstance(person, Person):
        return to_sign_in(request)
    form = ChangePasswordForm(request.POST, person=person)
    if not form.is_valid():
        return _page(request, person, ProfileForm(initial=_known(person)), form, True)
    with transaction.atomic(durable=True):
        invitations.set_password(
            person=person, password=form.cleaned_data["password"], actor=person.actor
        )
        update_session_auth_hash(request, person)
        request.session.save()
        sessions.end_sessions(
            person=person, keep=request.session.session_key or "", actor=person.actor
        )
    messages.success(request, _("Your password is changed; your other devices are signed out."))
    return HttpResponseRedirect(reverse("profile"))


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out one device of one's own, or all but this one."""
    person = request.user
    if not isinstance(person, Person):
        return to_sign_in(request)
    handle = request.POST.get("handle", "")
    with transaction.atomic(durable=True):
        if handle == "others":
            ended = sessions.end_sessions(
                person=person, keep=request.session.session_key or "", actor=person.actor
            )
        else:
            ended = int(sessions.end_session(person=person, handle=handle, actor=person.actor))
    messages.success(
        request,
        ngettext("%(n)s device is signed out.", "%(n)s devices are signed out.", ended)
        % {"n": ended},
    )
    return HttpResponseRedirect(reverse("profile"))


def _known(person: Person) -> dict[str, str]:
    tastes = {
        name: str(person.preferences.get(name, choices[0]))
        for name, choices in services.PREFERENCES.items()
    }
    return tastes | {"display_name": person.display_name, "language": person.language}


def _page(
    request: HttpRequest,
    person: Person,
    form: ProfileForm,
    password: ChangePasswordForm,
    refused: bool,
) -> HttpResponse:
    return render(
        request,
        "org/profile.html",
        {
            "form": form,
            "password": password,
            "sessions": sessions_of(person, current=request.session.session_key or ""),
            "factor": second_factor_of(person),
            "shown": second_factor.SHOWN in request.session,
        },
        status=422 if refused else 200,
    )
