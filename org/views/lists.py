"""What people do with a list as such: keep a view, choose columns, export, act on many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from org import selectors, services
from org.access import person_of, to_sign_in
from org.addresses import number_in
from org.lists import batches
from org.lists.exporting import ExportRefused, start_export
from org.lists.pages import may_see, question_of_query
from org.lists.registry import list_of
from org.lists.specs import MANY, ListSpec, UnknownList
from org.models import Person

# A page has at most so many rows to tick.
MOST_TICKED = 200


def list_seen(request: HttpRequest, key: str) -> ListSpec[Any]:
    """The list, if there is such a list and the person may read it."""
    try:
        spec = list_of(key)
    except UnknownList:
        raise Http404 from None
    if not may_see(spec, person_of(request)):
        raise PermissionDenied
    return spec


def back_to(request: HttpRequest, spec: ListSpec[Any]) -> HttpResponse:
    """To the page the form stood on, if it is one of ours."""
    where = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(where, allowed_hosts=None) and where.startswith("/")
    return HttpResponseRedirect(where if ours else reverse(spec.route))


@require_POST
def save_view(request: HttpRequest, key: str) -> HttpResponse:
    """Keep tab, filters, sorting and columns under a name."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    spec = list_seen(request, key)
    sort = spec.sorted_by(request.POST.get("sort", ""))
    asked = question_of_query(spec, request.POST.get("query", "")[:2000], sort, request.user)
    query = _query(asked.asked, "" if sort == spec.sort else sort)
    columns = [each.key for each in spec.shown(request.POST.getlist("column"))]
    try:
        with transaction.atomic(durable=True):
            view_id = services.save_view(
                person=request.user,
                list_key=spec.key,
                name=request.POST.get("name", "").replace("\x00", ""),
                query=query,
                columns=columns,
                role=request.POST.get("role", ""),
            )
    except services.ViewRefused as refused:
        messages.error(request, str(refused))
        return back_to(request, spec)
    messages.success(request, _("The view is saved."))
    kept = f"{query}&" if query else ""
    return HttpResponseRedirect(f"{reverse(spec.route)}?{kept}view={view_id}")


@require_POST
def delete_view(request: HttpRequest, key: str, view_id: int) -> HttpResponse:
    """Forget a view of one's own."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    spec = list_seen(request, key)
    try:
        with transaction.atomic(durable=True):
            name = services.delete_view(person=request.user, view_id=view_id)
    except services.ViewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The view “%s” is deleted.") % name)
    return HttpResponseRedirect(reverse(spec.route))


@require_POST
def set_up(request: HttpRequest, key: str) -> HttpResponse:
    """Remember the columns and the rows of a page."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    spec = list_seen(request, key)
    chosen = [] if request.POST.get("reset") else request.POST.getlist("column")
    columns = [each.key for each in spec.shown(chosen)] if chosen else []
    with transaction.atomic(durable=True):
        services.set_up_list(
            person=request.user,
            list_key=spec.key,
            columns=columns,
            rows=number_in(request.POST, "rows") or 50,
        )
    return back_to(request, spec)


@require_POST
def export_list(request: HttpRequest, key: str) -> HttpResponse:
    """Queue an export of the present filter."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    spec = list_seen(request, key)
    asked = request.POST
    try:
        with transaction.atomic(durable=True):
            job_id = start_export(
                spec=spec,
                person=request.user,
                query=asked.get("query", "")[:2000],
                sort=spec.sorted_by(asked.get("sort", "")),
                columns=asked.getlist("column"),
                form=asked.get("format", "xlsx"),
                why=asked.get("why", ""),
            )
    except ExportRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, running_in_background(job_id))
    return back_to(request, spec)


@require_POST
def start_batch(request: HttpRequest, key: str) -> HttpResponse:
    """Choose rows for an action; done at once when nothing more has to be asked."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    spec = list_seen(request, key)
    asked = request.POST
    chosen = [text for text in asked.getlist("id") if text.isascii() and text.isdigit()]
    wish = batches.Wish(
        action=asked.get("action", ""),
        query=asked.get("query", "")[:1000],
        sort=spec.sorted_by(asked.get("sort", "")),
        ids=[int(text) for text in chosen[:MOST_TICKED] if len(text) < 19],
        everything=asked.get("all") == "1",
    )
    try:
        with transaction.atomic(durable=True):
            made = batches.choose(spec=spec, wish=wish, person=request.user)
            page = batches.page_of(spec=spec, batch=made)
            if page:
                return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'batch': made.pk})}")
            if not batches.needs_asking(spec=spec, batch=made):
                made = batches.confirm(batch_id=made.pk, person=request.user, why="", choice="")
    except batches.BatchRefused as refused:
        messages.error(request, str(refused))
        return back_to(request, spec)
    if made.confirmed_at is None or made.refused:
        return HttpResponseRedirect(reverse("batch", args=[made.pk]))
    messages.success(request, batches.outcome_of(made))
    return back_to(request, spec)


@require_http_methods(["GET", "POST"])
def batch_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What will be done with which rows; afterwards, what became of each."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    found = selectors.batch(batch_id, person=request.user)
    if found is None:
        raise PermissionDenied
    trouble = _confirm(request, batch_id) if request.method == "POST" else ""
    if request.method == "POST" and not trouble:
        return HttpResponseRedirect(request.path)
    found = selectors.batch(batch_id, person=request.user) or found
    spec = list_of(found.list_key)
    question = question_of_query(spec, found.query, found.sort, request.user)
    action = next(each for each in spec.actions if each.key == found.action)
    back = f"{reverse(spec.route)}?{found.query}" if found.query else reverse(spec.route)
    context = {
        "batch": found,
        "count": len(found.ids),
        "action": action,
        "list_title": spec.title,
        "chips": [(each.label, each.said(question.get(each.name)))
                  for each in spec.filters(question) if question.get(each.name)],
        "tab": next((each.label for each in spec.tabs(question) if each.active), "")
        if spec.tabs else "",
        "choices": action.choices(request.user) if action.choices else [],
        "asks_why": action.needs_why or len(found.ids) > MANY,
        "why": request.POST.get("why", found.why),
        "choice": request.POST.get("choice", found.choice),
        "trouble": trouble,
        "job": selectors.job(found.job_id, person=request.user) if found.job_id else None,
        "back_url": back,
    }  # fmt: skip
    return render(request, "org/batch.html", context, status=422 if trouble else 200)


def _confirm(request: HttpRequest, batch_id: int) -> str:
    """Why it is not done; empty when it is."""
    person = person_of(request)
    with transaction.atomic(durable=True):
        gone = batches.moved_on(batch_id=batch_id, person=person)
    if gone:
        text = ngettext(
            "%(count)s row has changed meanwhile and no longer fits your filter. Look at the new "
            "number and confirm again.",
            "%(count)s rows have changed meanwhile and no longer fit your filter. Look at the new "
            "number and confirm again.",
            gone,
        )
        return text % {"count": gone}
    try:
        with transaction.atomic(durable=True):
            done = batches.confirm(
                batch_id=batch_id, person=person, why=request.POST.get("why", ""),
                choice=request.POST.get("choice", ""),
            )  # fmt: skip
    except batches.BatchRefused as refused:
        return str(refused)
    if done.job_id:
        messages.success(request, running_in_background(done.job_id))
    return ""


def running_in_background(job_id: int) -> SafeString:
    """What somebody is told who started a job, with the way to it."""
    return format_html(
        '{} <a href="{}">{}</a>',
        _("It runs in the background; you may go on working."),
        reverse("job", args=[job_id]),
        _("Watch it"),
    )


def _query(asked: Mapping[str, str], sort: str) -> str:
    return urlencode(dict(asked) | ({"sort": sort} if sort else {}))
