"""Bring stock in from a file: send it, look at what is wrong, book it, watch."""

from __future__ import annotations

import io
import uuid

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inventory.selectors import imports as asked
from inventory.services import importing
from inventory.services.importing.columns import LABELS
from inventory.services.importing.workbooks import XLSX, fault_workbook, template
from org import roles
from org import selectors as org_selectors
from org.access import permission_required, person_of
from org.addresses import number_in

SHOWN = 100


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_IMPORT)
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a file or paste rows; below, the imports until now."""
    person = person_of(request)
    trouble = ""
    pasted = request.POST.get("rows", "")
    if request.method == "POST":
        try:
            number = _take_in(request, pasted)
        except importing.ImportRefused as refused:
            trouble = importing.about_file(refused.code, refused.there)
        else:
            return HttpResponseRedirect(reverse("stock-import-one", args=[number]))
    context = {
        "trouble": trouble,
        "pasted": pasted,
        "token": uuid.uuid4().hex,
        "columns": LABELS.values(),
        "imports": asked.imports(person=person),
    }
    return render(request, "inventory/imports/send.html", context, status=422 if trouble else 200)


def _take_in(request: HttpRequest, pasted: str) -> int:
    person = person_of(request)
    key = f"page:{person.pk}:{request.POST.get('token', '')[:40]}"
    file = request.FILES.get("file")
    with transaction.atomic(durable=True):
        if isinstance(file, UploadedFile):
            return importing.import_file(
                key=key, name=file.name or "", file=file.file or io.BytesIO(),
                size=file.size or 0, person=person,
            )  # fmt: skip
        return importing.import_text(key=key, text=pasted, person=person)


def _one(request: HttpRequest, import_id: int) -> asked.ImportView:
    found = asked.stock_import(import_id, person=person_of(request))
    if found is None:
        raise Http404
    return found


@require_GET
@permission_required(roles.STOCK_IMPORT)
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """What will be booked, what is wrong, how far it is."""
    person = person_of(request)
    found = _one(request, import_id)
    begin = min(number_in(request.GET, "after") or 0, 10**9)
    faults = asked.import_faults(import_id, after=begin, limit=SHOWN)
    job_id = found.book_job_id or (None if found.checked else found.check_job_id)
    counts = asked.fault_counts(import_id) if found.checked else []
    context = {
        "found": found,
        "own": found.person_id == person.pk,
        "job": org_selectors.job(job_id, person=person) if job_id else None,
        "faults": [(fault, LABELS.get(fault.column, ""), importing.about_row(fault.code))
                   for fault in faults],
        "counts": [(LABELS.get(column, ""), importing.about_row(code), count)
                   for column, code, count in counts],
        "next_url": f"?after={faults[-1].row}" if len(faults) == SHOWN else "",
        "first_url": "?" if begin else "",
    }  # fmt: skip
    return render(request, "inventory/imports/one.html", context)


@require_POST
@permission_required(roles.STOCK_IMPORT)
def book_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Book all rows, or the good ones."""
    take = "ALL" if request.POST.get("take") == "ALL" else "GOOD"
    try:
        with transaction.atomic(durable=True):
            importing.start_booking(
                import_id=import_id,
                take=take,
                adds_places=request.POST.get("adds_places") == "on",
                person=person_of(request),
            )
    except importing.ImportRefused as refused:
        if refused.code == "unknown_import":
            raise Http404 from None
        messages.error(request, importing.about_file(refused.code, refused.there))
    else:
        messages.success(request, _("The rows are being booked."))
    return HttpResponseRedirect(reverse("stock-import-one", args=[import_id]))


@require_GET
@permission_required(roles.STOCK_IMPORT)
def import_template(_request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return _workbook(template(), _("stock-template.xlsx"))


@require_GET
@permission_required(roles.STOCK_IMPORT)
def import_faults(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows at fault, to correct and send again."""
    _one(request, import_id)
    return _workbook(fault_workbook(import_id), f"IM-{import_id}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
