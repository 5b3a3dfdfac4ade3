"""People: who works here, what they may do where, and letting them in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import roles, selectors, services
from org.access import permission_required, person_of
from org.addresses import number_in, words_in
from org.deeds import deed
from org.lists.pages import list_page
from org.lists.people import PEOPLE
from org.models import Person
from org.refusals import REFUSALS, said
from org.scope import Scope
from org.selectors import directory, scope_of
from org.selectors.signed_in import (
    invitation_open,
    second_factor_of,
    sessions_of,
    sign_ins_of,
)
from org.services import invitations, second_factor, sessions

# In the session until the page has shown it once: a link for somebody without mail.
LINK = "link_to_hand_over"


def place_choices(scope: Scope) -> list[tuple[str, Any]]:
    """Units, warehouses and shops as a grouped choice; values such as "warehouse:3"."""
    titles = {"unit": _("Units"), "warehouse": _("Warehouses"), "shop": _("Shops")}
    groups: dict[str, list[tuple[str, str]]] = {title: [] for title in titles.values()}
    for place in directory.places_inside(scope):
        groups[titles[place.kind]].append((f"{place.kind}:{place.id}", place.name))
    return [("", _("Choose a place")), *((title, each) for title, each in groups.items() if each)]


class JobForm(forms.Form):
    """A role at a place, for some days if said."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    place = forms.ChoiceField(label=gettext_lazy("Where"))
    valid_from = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Until and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(role.code, role.label) for role in directory.roles()]
        self._offer("role", [("", _("Choose a role")), *offered])
        self._offer("place", place_choices(scope))

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def asked(self) -> dict[str, Any]:
        """What `services.assign` takes."""
        kind, _colon, number = self.cleaned_data["place"].partition(":")
        return {
            "role": self.cleaned_data["role"],
            f"{kind}_id": int(number),
            "valid_from": self.cleaned_data["valid_from"],
            "valid_until": self.cleaned_data["valid_until"],
        }


class NewPersonForm(JobForm):
    """Somebody new with their first role."""

    display_name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    username = forms.CharField(
        label=gettext_lazy("Name to sign in"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=gettext_lazy("Letters, digits and . @ + - _; they type it each time."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("The invitation goes there. Without it you hand the link over."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    field_order = [
        "display_name", "username", "email", "language", "role", "place", "valid_from",
        "valid_until",
    ]  # fmt: skip


@permission_required(roles.PEOPLE_VIEW)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who works here; names are found by pinyin too."""
    me = person_of(request)
    scope = scope_of(me, permission=roles.PEOPLE_VIEW)
    return render(
        request,
        "org/people.html",
        {"list": list_page(request, PEOPLE, scope=scope), "may_edit": me.may(roles.PEOPLE_EDIT)},
    )


@permission_required(roles.PEOPLE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Add somebody with a first role and invite them."""
    me = person_of(request)
    scope = scope_of(me, permission=roles.PEOPLE_EDIT)
    form = NewPersonForm(request.POST or None, scope=scope)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic(durable=True):
                made = services.create_person(
                    username=given["username"], display_name=given["display_name"],
                    password=None, language=given["language"], email=given["email"],
                    actor=me.actor,
                )  # fmt: skip
                services.assign(person_id=made.pk, **form.asked(), actor=me.actor, by=me)
                link = invitations.invite(person=made, kind="INVITE", actor=me.actor, by=me)
        except REFUSALS as error:
            taken = isinstance(error, services.NameTaken)
            form.add_error("username" if taken else None, said(error))
        else:
            _hand_over(request, link)
            return HttpResponseRedirect(reverse("person", args=[made.pk]))
    status = 422 if form.is_bound else 200
    return render(request, "org/person_new.html", {"form": form}, status=status)


@permission_required(roles.PEOPLE_VIEW)
@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: roles, devices, sign-ins, what was done to them."""
    return _page(request, person_id)


def _page(
    request: HttpRequest, person_id: int, form: JobForm | None = None, status: int = 200
) -> HttpResponse:
    me = person_of(request)
    found = directory.person(person_id, scope=scope_of(me, permission=roles.PEOPLE_VIEW))
    if found is None:
        raise PermissionDenied
    row = Person.objects.get(pk=person_id)
    may_edit = me.may(roles.PEOPLE_EDIT)
    scope = scope_of(me, permission=roles.PEOPLE_EDIT) if may_edit else Scope.nothing()
    trail = selectors.audit_trail(subject=row.actor, limit=30)
    names = selectors.names_of_actors([each.actor for each in trail])
    link = request.session.get(LINK)
    if link and link["person"] == person_id:
        del request.session[LINK]
    else:
        link = None
    return render(
        request,
        "org/person.html",
        {
            "shown": found,
            "may_edit": may_edit,
            "form": form or (JobForm(scope=scope) if may_edit else None),
            "sessions": sessions_of(row),
            "factor": second_factor_of(row),
            "invitation": invitation_open(row),
            "link": request.build_absolute_uri(link["path"]) if link else "",
            "sign_ins": sign_ins_of(row),
            "events": [
                {"at": each.at, "title": deed(each.action), "who": names[each.actor],
                 "note": _words(each.after or each.before)}
                for each in trail
            ],
        },
        status=status,
    )  # fmt: skip


def _words(facts: dict[str, Any] | None) -> str:
    """What was told beside yes and no, which the deed says already."""
    told = [value for value in (facts or {}).values() if not isinstance(value, bool)]
    return " · ".join(str(value) for value in told if value not in ("", None))


def _hand_over(request: HttpRequest, link: Any) -> None:
    """Let the next page show the link, when no mail carries it."""
    if link.mail_to:
        messages.success(
            request, _("An invitation is on its way to %(to)s.") % {"to": link.mail_to}
        )
        return
    path = reverse("invitation", args=[invitations.token_of(link)])
    request.session[LINK] = {"person": link.person_id, "path": path}


def _on_person(
    request: HttpRequest, person_id: int, work: Callable[[Person, Person], object]
) -> HttpResponse:
    """Do something to a person inside one's scope; a refusal is said on their page."""
    me = person_of(request)
    scope = scope_of(me, permission=roles.PEOPLE_EDIT)
    if directory.person(person_id, scope=scope) is None:
        raise PermissionDenied
    try:
        with transaction.atomic(durable=True):
            work(me, Person.objects.get(pk=person_id))
    except REFUSALS as error:
        messages.error(request, said(error))
    return HttpResponseRedirect(reverse("person", args=[person_id]))


@permission_required(roles.PEOPLE_EDIT)
@require_POST
def assign(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a role; what is wrong stands at its field."""
    me = person_of(request)
    scope = scope_of(me, permission=roles.PEOPLE_EDIT)
    if directory.person(person_id, scope=scope) is None:
        raise PermissionDenied
    form = JobForm(request.POST, scope=scope)
    if form.is_valid():
        try:
            with transaction.atomic(durable=True):
                services.assign(person_id=person_id, **form.asked(), actor=me.actor, by=me)
        except REFUSALS as error:
            form.add_error(None, said(error))
        else:
            messages.success(request, _("The role is given."))
            return HttpResponseRedirect(reverse("person", args=[person_id]))
    return _page(request, person_id, form, 422)


@permission_required(roles.PEOPLE_EDIT)
@require_POST
def unassign(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take a role away."""

    def work(me: Person, them: Person) -> None:
        job = them.assignments.filter(pk=number_in(request.POST, "job") or 0).first()
        if job is not None:
            services.unassign(
                person_id=them.pk, role=job.role.code, unit_id=job.unit_id,
                warehouse_id=job.warehouse_id, shop_id=job.shop_id, actor=me.actor, by=me,
            )  # fmt: skip

    return _on_person(request, person_id, work)


@permission_required(roles.PEOPLE_EDIT)
@require_POST
def act_on_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Shut out, let in, invite again, reset password or second factor, sign devices out."""
    act = request.POST.get("act", "")

    def work(me: Person, them: Person) -> None:
        if act in {"activate", "deactivate"}:
            services.set_active(
                person_id=them.pk, active=act == "activate", actor=me.actor, by=me,
                why=words_in(request.POST, "why"),
            )  # fmt: skip
        elif act in {"INVITE", "RESET"}:
            link = invitations.invite(person=them, kind=act, actor=me.actor, by=me)
            _hand_over(request, link)
        elif act == "factor":
            second_factor.reset(person=them, actor=me.actor, by=me)
        elif act == "sessions":
            sessions.end_sessions(person=them, actor=me.actor, by=me)

    return _on_person(request, person_id, work)
