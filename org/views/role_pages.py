"""Roles: the matrix, one role, making, comparing and restoring them."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import roles as catalogue
from org import services
from org.access import permission_required, person_of
from org.refusals import REFUSALS, said
from org.selectors import directory, scope_of


@dataclass(frozen=True)
class Row:
    """A permission across roles: for each whether it carries it and whether that was changed."""

    permission: catalogue.Permission
    marks: list[tuple[bool, bool]]


class RoleForm(forms.Form):
    """Name of a role and what it carries."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    note = forms.CharField(label=gettext_lazy("What for"), max_length=200, required=False)
    permissions = forms.MultipleChoiceField(
        choices=list(catalogue.PERMISSIONS.items()), required=False
    )


def _matrix(shown: list[directory.RoleView]) -> list[tuple[Promise, list[Row]]]:
    return [
        (
            group.title,
            [
                Row(
                    each,
                    [
                        (each.code in role.permissions,
                         each.code in role.added or each.code in role.removed)
                        for role in shown
                    ],
                )
                for each in group.permissions
            ],
        )
        for group in catalogue.GROUPS
    ]  # fmt: skip


@permission_required(catalogue.PEOPLE_VIEW)
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Every role beside the others; two chosen ones show only where they differ."""
    shown = directory.roles()
    chosen = [role for role in shown if role.code in request.GET.getlist("compare")]
    matrix = _matrix(chosen if len(chosen) > 1 else shown)
    if len(chosen) > 1:
        matrix = [
            (title, [row for row in rows if len({has for has, _changed in row.marks}) > 1])
            for title, rows in matrix
        ]
    return render(
        request,
        "org/roles.html",
        {
            "roles": chosen if len(chosen) > 1 else shown,
            "matrix": [(title, rows) for title, rows in matrix if rows],
            "comparing": len(chosen) > 1,
            "may_edit": person_of(request).may(catalogue.ROLES_EDIT),
        },
    )


@permission_required(catalogue.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, code: str) -> HttpResponse:
    """One role; whoever may changes what it carries."""
    found = directory.role(code)
    if found is None:
        raise Http404
    me = person_of(request)
    may_edit = me.may(catalogue.ROLES_EDIT)
    if request.method == "POST" and not may_edit:
        return render(request, "403.html", status=403)
    known = {"name": found.label, "note": found.note, "permissions": sorted(found.permissions)}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        # A shipped name stays the shipped one, in both languages, until it is changed.
        kept = found.is_shipped and given["name"] == found.label
        try:
            with transaction.atomic(durable=True):
                changed = services.change_role(
                    code=code, permissions=given["permissions"],
                    name=None if kept else given["name"], note=given["note"],
                    actor=me.actor, by=me,
                )  # fmt: skip
        except REFUSALS as error:
            form.add_error(None, said(error))
        else:
            messages.success(request, _("Kept.") if changed else _("Nothing was different."))
            return HttpResponseRedirect(reverse("role", args=[code]))
    return _form_page(request, form, found, may_edit=may_edit)


@permission_required(catalogue.ROLES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_role(request: HttpRequest) -> HttpResponse:
    """Make a role of the company's own, from nothing or as a copy."""
    me = person_of(request)
    copied = directory.role(request.GET.get("copy", ""))
    known = {"permissions": sorted(copied.permissions)} if copied else {}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic(durable=True):
                made = services.create_role(
                    name=given["name"], note=given["note"], permissions=given["permissions"],
                    actor=me.actor, by=me,
                )  # fmt: skip
        except REFUSALS as error:
            taken = isinstance(error, services.RoleNameTaken)
            form.add_error("name" if taken else None, said(error))
        else:
            return HttpResponseRedirect(reverse("role", args=[made.code]))
    return _form_page(request, form, None, may_edit=True)


def _form_page(
    request: HttpRequest, form: RoleForm, found: directory.RoleView | None, *, may_edit: bool
) -> HttpResponse:
    me = person_of(request)
    ticked = set(form["permissions"].value() or [])
    # Who shapes roles must have a permission everywhere to give it or take it.
    own = {
        code
        for code in (catalogue.PERMISSIONS if may_edit else ())
        if me.may(code) and scope_of(me, permission=code).is_everything
    } if not me.is_superuser else set(catalogue.PERMISSIONS)  # fmt: skip
    groups = [
        (group.title, [(each, each.code in ticked, each.code in own) for each in group.permissions])
        for group in catalogue.GROUPS
    ]
    shown = {"form": form, "role": found, "groups": groups, "may_edit": may_edit}
    return render(request, "org/role.html", shown, status=422 if form.is_bound else 200)


@permission_required(catalogue.ROLES_EDIT)
@require_POST
def act_on_role(request: HttpRequest, code: str) -> HttpResponse:
    """Bring back what was shipped, or take a role of the company's own away."""
    me = person_of(request)
    there = reverse("role", args=[code])
    try:
        with transaction.atomic(durable=True):
            if request.POST.get("act") == "delete":
                services.delete_role(code=code, actor=me.actor, by=me)
                there = reverse("roles")
            elif request.POST.get("act") == "restore":
                services.restore_role(code=code, actor=me.actor, by=me)
                messages.success(request, _("The role is as it was shipped."))
    except REFUSALS as error:
        messages.error(request, said(error))
    return HttpResponseRedirect(there)
