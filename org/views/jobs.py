"""Watch long work, stop it, fetch what it made."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from org import selectors, services
from org.access import person_of
from org.access import to_sign_in as sent_to_sign_in
from org.lists.exporting import pieces_of
from org.lists.jobs import JOBS
from org.lists.pages import list_page
from org.models import Person
from org.scope import Scope


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The person's jobs, newest first."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    # Whose they are decides, not where: no scope is asked for.
    page = list_page(request, JOBS, scope=Scope.nothing())
    return render(request, "org/jobs.html", {"list": page})


def _job(request: HttpRequest, job_id: int) -> selectors.JobView:
    """A job that the person may see; others and those that never were look the same."""
    found = selectors.job(job_id, person=person_of(request))
    if found is None:
        raise PermissionDenied
    return found


@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job; htmx asks for its progress alone, and for the whole page when it has ended."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    found = _job(request, job_id)
    context = {
        "job": found,
        "own": found.person_id == request.user.pk,
        "moments": _moments(found),
    }
    if request.headers.get("HX-Target") != "progress":
        return render(request, "org/job.html", context)
    answer = render(request, "org/parts/progress.html", context)
    if found.finished:
        answer["HX-Refresh"] = "true"
    return answer


def _moments(found: selectors.JobView) -> list[dict[str, object]]:
    """When it was asked for, begun and ended, and what came of it."""
    known = (
        (found.created_at, _("Asked for"), found.person_name, ""),
        (found.started_at, _("Begun"), "", ""),
        (found.finished_at, found.state_label, "", found.failure),
    )
    return [
        {"at": at, "title": title, "who": who, "note": note} for at, title, who, note in known if at
    ]


@require_POST
def cancel_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask a job of one's own to stop; what is done stays done."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    try:
        with transaction.atomic(durable=True):
            stopped = services.cancel_job(job_id=job_id, person=request.user)
    except services.UnknownJob:
        raise PermissionDenied from None
    said = (
        _("It stops after the piece it is working on.") if stopped else _("It has ended already.")
    )
    messages.info(request, said)
    return HttpResponseRedirect(reverse("job", args=[job_id]))


@require_POST
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Try a job of one's own again; it goes on where it stood."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    try:
        with transaction.atomic(durable=True):
            again = services.retry_job(job_id=job_id, person=request.user)
    except services.UnknownJob:
        raise PermissionDenied from None
    said = _("It is tried again, from where it stood.") if again else _("It has not failed.")
    messages.info(request, said)
    return HttpResponseRedirect(reverse("job", args=[job_id]))


@require_GET
def job_file(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """What a job left for download."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    _job(request, job_id)
    found = selectors.job_file(job_id, person=request.user)
    if found is None:
        raise Http404
    name, content_type, content = found
    # A long file lies in pieces and goes out piece by piece.
    answer: HttpResponseBase = (
        HttpResponse(content, content_type=content_type)
        if content
        else StreamingHttpResponse(pieces_of(job_id), content_type=content_type)
    )
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
