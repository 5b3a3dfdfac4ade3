"""Pages on which people report: inspections, customs, suppliers, damage and leaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from freeze_rules import report_forms as forms
from freeze_rules.lists.customs import CUSTOMS
from freeze_rules.lists.fields import goods
from freeze_rules.lists.incidents import INCIDENTS
from freeze_rules.lists.inspections import INSPECTIONS, TONES
from freeze_rules.models import Inspection
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import customs as at_customs
from freeze_rules.services.reports import incidents, inspections
from freeze_rules.services.reports.refusals import ReportRefused
from org import clocks, roles
from org.access import permission_required, person_of
from org.addresses import back_from
from org.callers import SignedIn
from org.lists.pages import list_page
from org.models import Person
from org.selectors import attachments, names_of_actors, scope_of
from org.services import approvals
from org.services.approvals import talking

SAID = dict(forms.CUSTOMS)


def _answer(
    request: HttpRequest,
    template: str,
    *,
    form: forms.Reported | None,
    work: Callable[[Any], str],
    shown: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Do what a sent form asks, or show the page, with what is wrong with the form."""
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                with transaction.atomic(durable=True):
                    said = work(form)
            except ReportRefused as refused:
                refuse(form, refused)
            else:
                messages.success(request, said)
                return HttpResponseRedirect(request.get_full_path())
    status = 422 if form is not None and form.errors else 200
    return render(request, template, {"form": form, **shown()}, status=status)


def refuse(form: forms.Reported, refused: ReportRefused) -> None:
    """Show a refusal at its field, or above the form."""
    said = str(refused)
    if refused.line is not None:
        said = _("Line %(n)s: %(what)s") % {"n": refused.line, "what": said}
    form.add_error(refused.field if refused.field in form.fields else None, said)


def _form(request: HttpRequest, kind: type[forms.Reported], permission: str) -> Any:
    """The form for whoever may report; None for others."""
    person = person_of(request)
    if not person.may(permission):
        return None
    scope = scope_of(person, permission=permission)
    if request.method == "POST":
        return kind(request.POST, request.FILES, scope=scope)
    first = {name: request.GET[name][:64] for name in kind.base_fields if name in request.GET}
    return kind(scope=scope, initial=first)


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def inspection_list(request: HttpRequest) -> HttpResponse:
    """Inspections under way and decided; asking for one."""
    person = person_of(request)

    def work(form: forms.InspectionForm) -> str:
        given = form.cleaned_data
        row = inspections.ask(
            key=form.key(), by=SignedIn(person),
            sample=inspections.Sample(
                goods=form.what(), qty=given["qty"], sample=given["sample"] or 0,
                document=given["document"], note=given["note"],
            ),
        )  # fmt: skip
        return _("%(number)s is under way.") % {"number": row.number}

    def shown() -> dict[str, Any]:
        scope = scope_of(person, permission=roles.STOCK_VIEW)
        return {"list": list_page(request, INSPECTIONS, scope=scope)}

    form = _form(request, forms.InspectionForm, roles.STOCK_INSPECT)
    return _answer(request, "freeze_rules/inspections.html", form=form, work=work, shown=shown)


def _inspection(person: Person, inspection_id: int) -> Inspection:
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = asked.inspections(scope=scope, ids=[inspection_id])
    if not found:
        raise Http404
    clocks.show_times_at(found[0].warehouse_id, scope=scope)
    return found[0]


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def inspection(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """One inspection: its files, and writing its result."""
    person = person_of(request)
    row = _inspection(person, inspection_id)
    form = _form(request, forms.ResultForm, roles.STOCK_INSPECT)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and _decided(request, form, row, person):
            return HttpResponseRedirect(reverse("inspection", args=[row.pk]))
    who = names_of_actors([row.asked_by, row.decided_by])
    context = {
        "row": row,
        "asked_by": who[row.asked_by],
        "decided_by": who[row.decided_by],
        "goods": goods(row.sku, row.lot),
        "tone": TONES[row.result],
        "form": form if row.result == Inspection.Result.ASKED else None,
        "may_attach": form is not None,
        "files": attachments.files_of([row.number]),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "freeze_rules/inspection.html", context, status=status)


def _decided(request: HttpRequest, form: forms.ResultForm, row: Inspection, person: Person) -> bool:
    given = form.cleaned_data
    try:
        with transaction.atomic(durable=True):
            if (file := given["file"]) is not None:
                _attach(file, row, person)
            inspections.decide(
                inspection_id=row.pk, result=given["result"], reference=given["reference"],
                passed=given["passed"], note=given["note"], by=SignedIn(person),
            )  # fmt: skip
    except ReportRefused as refused:
        refuse(form, refused)
        return False
    except approvals.ApprovalRefused as refused:
        form.add_error("file", str(refused))
        return False
    messages.success(request, _("The result of %(number)s is written.") % {"number": row.number})
    return True


def _attach(file: UploadedFile[bytes], row: Inspection, person: Person) -> None:
    talking.attach(
        document=row.number,
        actor=person.actor,
        name=file.name or "",
        file=file,
        size=file.size or 0,
    )


@require_POST
@permission_required(roles.STOCK_INSPECT)
def inspection_attach(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """A photo or the report, also after the result."""
    person = person_of(request)
    row = _inspection(person, inspection_id)
    try:
        with transaction.atomic(durable=True):
            file = request.FILES.get("file")
            if not isinstance(file, UploadedFile):
                raise approvals.ApprovalRefused("file_empty")
            _attach(file, row, person)
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The file is attached."))
    return HttpResponseRedirect(reverse("inspection", args=[row.pk]))


@require_GET
@permission_required(roles.STOCK_VIEW)
def inspection_file(request: HttpRequest, inspection_id: int, file_id: int) -> HttpResponse:
    """An attached photo or paper."""
    row = _inspection(person_of(request), inspection_id)
    file = attachments.file_of_document(row.number, file_id=file_id)
    if file is None:
        raise Http404
    name, kind, content = file
    answer = HttpResponse(content, content_type=kind)
    paper = not kind.startswith("image/")
    answer["Content-Disposition"] = str(
        content_disposition_header(as_attachment=paper, filename=name)
    )
    return answer


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def customs(request: HttpRequest) -> HttpResponse:
    """Lots at customs, and what customs say of a lot."""
    person = person_of(request)

    def work(form: forms.CustomsForm) -> str:
        given, what = form.cleaned_data, form.what()
        if what.lot_id is None:
            raise ReportRefused("lot_missing", field="lot")
        at_customs.set_state(
            lot_id=what.lot_id, sku_id=what.goods, state=given["state"],
            declaration=given["declaration"], note=given["note"], person=person,
            actor=person.actor,
        )  # fmt: skip
        return _("Lot %(lot)s: %(state)s.") % {
            "lot": given["lot"], "state": SAID[given["state"]]
        }  # fmt: skip

    def shown() -> dict[str, Any]:
        scope = scope_of(person, permission=roles.STOCK_VIEW)
        return {"list": list_page(request, CUSTOMS, scope=scope)}

    form = _form(request, forms.CustomsForm, roles.STOCK_INSPECT)
    return _answer(request, "freeze_rules/customs.html", form=form, work=work, shown=shown)


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def incident_list(request: HttpRequest) -> HttpResponse:
    """Damage, leaks and repairs; reporting one, also from a phone at the shelf."""
    person = person_of(request)

    def work(form: forms.IncidentForm) -> str:
        given = form.cleaned_data
        row = incidents.report(
            key=form.key(), kind=given["kind"], what=form.what(), note=given["note"],
            qty=given["qty"] or 0, by=SignedIn(person),
        )  # fmt: skip
        return _("%(number)s is reported.") % {"number": row.number}

    form = _form(request, forms.IncidentForm, roles.STOCK_INSPECT)

    def shown() -> dict[str, Any]:
        scope = scope_of(person, permission=roles.STOCK_VIEW)
        page = list_page(request, INCIDENTS, scope=scope)
        ids = [row["id"] for row in page.rows]
        return {
            "list": page,
            "leaking": asked.leaking(scope=scope, ids=ids) if form is not None else (),
            "row_extra": "freeze_rules/mended.html" if form is not None else "",
        }

    return _answer(request, "freeze_rules/incidents.html", form=form, work=work, shown=shown)


@require_POST
@permission_required(roles.STOCK_INSPECT)
def incident_mended(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The leak is mended."""
    try:
        with transaction.atomic(durable=True):
            row = incidents.mend(incident_id=incident_id, by=SignedIn(person_of(request)))
    except ReportRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(number)s is mended.") % {"number": row.number})
    return HttpResponseRedirect(back_from(request, reverse("incidents")))
