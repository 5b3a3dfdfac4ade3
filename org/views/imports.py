"""Bring rows in from a file: send it, say what its columns hold, see what is wrong, book, watch."""

from __future__ import annotations

import io
import uuid

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import selectors
from org.access import person_of, to_sign_in
from org.addresses import number_in
from org.importing.booking import start_booking
from org.importing.files import ImportRefused
from org.importing.kinds import ImportKind, UnknownImport, kind_of
from org.importing.storing import import_file, import_text, map_columns
from org.importing.texts import about_file, about_row
from org.importing.workbooks import fault_workbook, first_rows, template
from org.lists.files import XLSX
from org.models import Import, Person
from org.selectors import imports as asked
from org.views.lists import running_in_background

SHOWN = 100
PREVIEWED = 8


def _kind(request: HttpRequest, key: str) -> ImportKind:
    try:
        kind = kind_of(key)
    except UnknownImport:
        raise Http404 from None
    if not person_of(request).may(kind.permission):
        raise PermissionDenied
    return kind


def _mine(request: HttpRequest, import_id: int) -> tuple[Import, ImportKind]:
    """An import of one's own; others and those that never were look the same."""
    found = asked.import_of(import_id, person=person_of(request))
    if found is None:
        raise PermissionDenied
    return found, _kind(request, found.kind)


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """What can be brought in from a file."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    kinds = [kind_of(key) for key in settings.IMPORTS]
    may = [kind for kind in kinds if request.user.may(kind.permission)]
    return render(request, "org/imports/index.html", {"kinds": may})


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a file or paste rows; below, one's imports until now."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    kind = _kind(request, key)
    trouble, pasted = "", request.POST.get("rows", "")
    if request.method == "POST":
        try:
            number = _take_in(request, kind, pasted)
        except ImportRefused as refused:
            trouble = about_file(refused.code, refused.there)
        else:
            return HttpResponseRedirect(reverse("import", args=[number]))
    context = {
        "kind": kind,
        "trouble": trouble,
        "pasted": pasted,
        "token": uuid.uuid4().hex,
        "imports": asked.imports_of(person=request.user, kind=kind.key),
    }
    return render(request, "org/imports/send.html", context, status=422 if trouble else 200)


def _take_in(request: HttpRequest, kind: ImportKind, pasted: str) -> int:
    person = person_of(request)
    key = f"page:{person.pk}:{kind.key}:{request.POST.get('token', '')[:40]}"
    file = request.FILES.get("file")
    with transaction.atomic(durable=True):
        if isinstance(file, UploadedFile):
            return import_file(
                kind=kind, key=key, name=file.name or "", file=file.file or io.BytesIO(),
                size=file.size or 0, person=person,
            )  # fmt: skip
        return import_text(kind=kind, key=key, text=pasted, person=person)


@require_GET
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """The columns, what will be booked, what is wrong, how far it is."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    found, kind = _mine(request, import_id)
    begin = min(number_in(request.GET, "after") or 0, 10**9)
    faults = asked.import_faults(import_id, after=begin, limit=SHOWN)
    job_id = found.book_job_id or (None if found.checked_at else found.check_job_id)
    job = selectors.job(job_id, person=request.user) if job_id else None
    counts = asked.fault_counts(import_id) if found.checked_at else []
    context = {
        "found": found,
        "kind": kind,
        "good": found.rows - found.faulty - found.adding,
        "refused": found.rows - found.bad - found.booked
        if job and job.finished and found.book_job_id
        else 0,
        "same_as": asked.booked_before(found) if found.checked_at else None,
        "job": job,
        "needs_mapping": bool(kind.missing(found.header)),
        "missing": ", ".join(kind.missing(found.header)),
        "columns": list(zip(found.headings, found.header, strict=False)),
        "preview": first_rows(found, count=PREVIEWED),
        "faults": [(fault, kind.label(fault.column), about_row(kind, fault.code))
                   for fault in faults],
        "counts": [(kind.label(column), about_row(kind, code), count)
                   for column, code, count in counts],
        "next_url": f"?after={faults[-1].row}" if len(faults) == SHOWN else "",
        "first_url": "?" if begin else "",
    }  # fmt: skip
    return render(request, "org/imports/one.html", context)


@require_POST
def map_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Say which field each column holds; it is remembered for the next file."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    _mine(request, import_id)
    try:
        with transaction.atomic(durable=True):
            found = Import.objects.select_for_update(no_key=True).get(pk=import_id)
            header = [request.POST.get(f"column-{at}", "") for at in range(len(found.headings))]
            map_columns(found=found, kind=kind_of(found.kind), header=header)
    except ImportRefused as refused:
        messages.error(request, about_file(refused.code, refused.there))
    return HttpResponseRedirect(reverse("import", args=[import_id]))


@require_POST
def book_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Book all rows, or the good ones."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    _mine(request, import_id)
    take = "ALL" if request.POST.get("take") == "ALL" else "GOOD"
    adds = request.POST.get("adds") == "on"
    try:
        with transaction.atomic(durable=True):
            job_id = start_booking(import_id=import_id, take=take, adds=adds, person=request.user)
    except ImportRefused as refused:
        messages.error(request, about_file(refused.code, refused.there))
    else:
        messages.success(request, running_in_background(job_id))
    return HttpResponseRedirect(reverse("import", args=[import_id]))


@require_GET
def template_file(request: HttpRequest, key: str) -> HttpResponse:
    """The workbook to fill in."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    kind = _kind(request, key)
    return _workbook(template(kind), f"{kind.title}.xlsx")


@require_GET
def fault_file(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows at fault, to correct and send again."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    found, kind = _mine(request, import_id)
    return _workbook(fault_workbook(found, kind), f"{found}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
