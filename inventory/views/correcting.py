"""Correct stock: find the place, type what is there, look at what it means, book it or ask."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from inventory import selectors as stock
from inventory.requests import Refused
from inventory.selectors import corrections as known
from inventory.services import correcting
from org import clocks, roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.models import Person
from org.scope import Scope
from org.selectors import approvals as asked
from org.selectors import attachments, scope_of
from org.services import approvals

MOST_ROWS = correcting.MOST_LINES


@dataclass
class Row:
    """One row of the form: a cell, what was typed, and what is wrong with it."""

    location_id: int
    location_code: str
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    lot_id: int | None
    lot_code: str
    grade: str
    owner: str
    on_hand: int
    pinned: int = 0
    serial_tracked: bool = False
    counted: str = ""
    change: str = ""
    serials: str = ""
    wrong: str = ""


def _scope(person: Person) -> Scope:
    return scope_of(person, permission=roles.STOCK_ADJUST)


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_ADJUST)
def correct(request: HttpRequest) -> HttpResponse:
    """The form, the look at what it would do, and the deed."""
    person = person_of(request)
    scope = _scope(person)
    if request.method == "GET":
        return _open(request, scope)
    rows = _rows_typed(request.POST, scope)
    house = number_in(request.POST, "warehouse") or 0
    lines, wrong = _lines(rows)
    order = correcting.CorrectionOrder(
        warehouse_id=house,
        lines=tuple(line for _row, line in lines),
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", "")[:300],
    )
    trouble = _("Some rows cannot be read; see below.") if wrong else ""
    if not wrong and "book" in request.POST:
        answer, trouble = _carry_out(request, order, person)
        if answer is not None:
            return answer
    checked = None
    if not trouble:
        try:
            checked = correcting.check_correction(order, person=person)
        except correcting.CorrectionRefused as refused:
            trouble = str(refused)
            if refused.line is not None:
                lines[refused.line][0].wrong = str(refused)
    if checked is not None and "back" not in request.POST:
        return _show_check(request, checked, rows, order)
    return _show_form(request, rows, house, trouble if "back" not in request.POST else "")


def _open(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The cells of what the address names, or the question where."""
    start, trouble = _start(request.GET, scope)
    if start is None:
        return render(
            request,
            "inventory/correct/where.html",
            {
                "houses": stock.warehouses(scope=scope),
                "given": request.GET,
                "trouble": trouble,
                "corrections": known.corrections(scope=scope),
            },
        )
    rows = _rows_of(start)
    named = request.GET.get("sku", "").strip()
    if named and not any(row.sku_code == named.upper() for row in rows):
        extra, trouble = _row_named(start, named, request.GET.get("lot", "").strip())
        rows += [extra] if extra is not None else []
    return _show_form(request, rows, start.warehouse_id, trouble)


def _start(given: QueryDict, scope: Scope) -> tuple[known.StartPlace | None, str]:
    cell_id, location_id = number_in(given, "cell"), number_in(given, "location")
    if cell_id is not None:
        return known.cells_of_cell(cell_id=cell_id, scope=scope), ""
    if location_id is not None:
        return known.cells_of_location(location_id=location_id, scope=scope), ""
    house, code = number_in(given, "warehouse"), given.get("place", "").strip()
    if house is None or not code:
        return None, ""
    found = None
    if stock.warehouses(scope=scope, ids=[house]):
        found = stock.location_by_code(warehouse_id=house, code=code.upper())
    if found is None:
        return None, str(correcting.CorrectionRefused("unknown_location"))
    return known.cells_of_location(location_id=found.id, scope=scope), ""


def _rows_of(start: known.StartPlace) -> list[Row]:
    tracked = {
        sku.id for sku in stock.skus([cell.sku_id for cell in start.cells]).values()
        if sku.serial_tracked
    }  # fmt: skip
    pieces = known.pieces_in([cell.id for cell in start.cells if cell.sku_id in tracked])
    return [
        Row(
            location_id=cell.location_id, location_code=cell.location_code, sku_id=cell.sku_id,
            sku_code=cell.sku_code, sku_name=cell.sku_name, unit_name=cell.unit_name,
            lot_id=cell.lot_id, lot_code=cell.lot_code, grade=cell.grade, owner=cell.owner,
            on_hand=cell.on_hand, pinned=cell.pinned, serial_tracked=cell.sku_id in tracked,
            serials="\n".join(pieces.get(cell.id, [])),
        )
        for cell in start.cells
    ]  # fmt: skip


def _row_named(start: known.StartPlace, code: str, lot_code: str) -> tuple[Row | None, str]:
    """A row for goods that the books do not know in this place."""
    ids = stock.sku_ids_by_barcode([code, code.upper()])
    sku_id = next((found[0] for found in ids.values()), None)
    if sku_id is None:
        return None, str(correcting.CorrectionRefused("unknown_sku"))
    sku = stock.skus([sku_id])[sku_id]
    lots = stock.lots_named(codes=[lot_code]) if lot_code else []
    lot_id = next((lot.id for lot in lots if lot.sku_id == sku_id), None)
    if lot_code and lot_id is None:
        return None, str(correcting.CorrectionRefused("unknown_lot"))
    if sku.lot_tracked and lot_id is None:
        return None, str(correcting.CorrectionRefused("lot_missing"))
    return Row(
        location_id=start.location_id, location_code=start.location_code, sku_id=sku_id,
        sku_code=sku.code, sku_name=sku.name, unit_name=sku.unit_name, lot_id=lot_id,
        lot_code=lot_code, grade="ZP", owner="SELF", on_hand=0, serial_tracked=sku.serial_tracked,
    ), ""  # fmt: skip


def _rows_typed(typed: QueryDict, scope: Scope) -> list[Row]:
    """The rows as they were sent, with what things are called looked up again."""
    rows = []
    for number in range(min(number_in(typed, "rows") or 0, MOST_ROWS)):
        location_id = number_in(typed, f"location-{number}") or 0
        sku_id = number_in(typed, f"sku-{number}") or 0
        rows.append(
            Row(
                location_id=location_id, location_code="", sku_id=sku_id, sku_code="",
                sku_name="", unit_name="", lot_id=number_in(typed, f"lot-{number}"), lot_code="",
                grade=typed.get(f"grade-{number}", "ZP")[:2],
                owner=typed.get(f"owner-{number}", "SELF")[:32], on_hand=0,
                counted=typed.get(f"counted-{number}", "").strip()[:20],
                change=typed.get(f"change-{number}", "").strip()[:20],
                serials=typed.get(f"serials-{number}", "")[:20000],
            )
        )  # fmt: skip
    _name(rows, scope)
    return rows


def _name(rows: list[Row], scope: Scope) -> None:
    skus = stock.skus([row.sku_id for row in rows])
    places = stock.locations([row.location_id for row in rows])
    lots = stock.lots([row.lot_id for row in rows if row.lot_id is not None])
    there = {
        (cell.location_id, cell.sku_id, cell.lot_id, cell.grade, cell.owner): cell
        for place in {row.location_id for row in rows}
        if (start := known.cells_of_location(location_id=place, scope=scope)) is not None
        for cell in start.cells
    }
    for row in rows:
        if row.sku_id in skus:
            sku = skus[row.sku_id]
            row.sku_code, row.sku_name, row.unit_name = sku.code, sku.name, sku.unit_name
            row.serial_tracked = sku.serial_tracked
        if row.location_id in places:
            row.location_code = places[row.location_id].code
        if row.lot_id in lots:
            row.lot_code = lots[row.lot_id].code
        cell = there.get((row.location_id, row.sku_id, row.lot_id, row.grade, row.owner))
        if cell is not None:
            row.on_hand, row.pinned = cell.on_hand, cell.pinned


def _lines(rows: list[Row]) -> tuple[list[tuple[Row, correcting.CorrectionLine]], bool]:
    """The rows that say something, as lines; True when one cannot be read."""
    found, wrong = [], False
    for row in rows:
        serials: tuple[str, ...] = ()
        if row.serial_tracked:
            if not row.counted:
                continue
            serials = tuple(each.strip() for each in row.serials.split() if each.strip())
        typed = row.counted or row.change
        if not typed:
            continue
        digits = typed.replace(",", "").replace("−", "-").removeprefix("+")
        plain = digits.removeprefix("-") if not row.counted else digits
        if not (plain.isascii() and plain.isdigit() and len(plain) < 12):
            row.wrong = str(correcting.CorrectionRefused("bad_quantity"))
            wrong = True
            continue
        found.append(
            (
                row,
                correcting.CorrectionLine(
                    location_id=row.location_id, sku_id=row.sku_id, lot_id=row.lot_id,
                    grade=row.grade, owner=row.owner, qty=int(digits),
                    mode=correcting.COUNT if row.counted else correcting.CHANGE, serials=serials,
                ),
            )
        )  # fmt: skip
    return found, wrong


def _show_form(request: HttpRequest, rows: list[Row], house: int, trouble: str) -> HttpResponse:
    context = {
        "rows": rows, "house": house, "trouble": trouble, "given": request.POST,
        "reasons": known.reasons(), "token": request.POST.get("token") or uuid.uuid4().hex,
        "place": rows[0].location_code if rows else "",
    }  # fmt: skip
    status = 422 if trouble and request.method == "POST" else 200
    return render(request, "inventory/correct/form.html", context, status=status)


def _show_check(
    request: HttpRequest,
    checked: correcting.CheckedCorrection,
    rows: list[Row],
    order: correcting.CorrectionOrder,
) -> HttpResponse:
    context: dict[str, Any] = {
        "checked": checked, "rows": rows, "order": order, "given": request.POST,
        "reason_label": dict(known.reasons())[order.reason],
        "impact": [
            (correcting.KIND.word(code), value) for code, value in checked.facts.impact
        ],
    }  # fmt: skip
    return render(request, "inventory/correct/check.html", context)


def _carry_out(
    request: HttpRequest, order: correcting.CorrectionOrder, person: Person
) -> tuple[HttpResponse | None, str]:
    """Book it or ask; the photos belong to it. What is refused is said, and nothing is kept."""
    try:
        with transaction.atomic(durable=True):
            done = correcting.correct(
                key=f"page:{person.pk}:{request.POST.get('token', '')[:40]}",
                order=order,
                person=person,
            )
            for file in request.FILES.getlist("photo")[:10]:
                if isinstance(file, UploadedFile):
                    approvals.attach(
                        document=done.number, actor=person.actor, name=file.name or "",
                        file=file.file or io.BytesIO(), size=file.size or 0,
                    )  # fmt: skip
    except (correcting.CorrectionRefused, approvals.ApprovalRefused, Refused) as refused:
        return None, str(refused)
    if done.approval_id is None:
        messages.success(request, _("%(number)s is booked.") % {"number": done.number})
        return HttpResponseRedirect(reverse("correction", args=[done.correction_id])), ""
    messages.success(
        request, _("Asked for approval. Nothing is booked before somebody has agreed.")
    )
    return HttpResponseRedirect(reverse("approval", args=[done.approval_id])), ""


@require_GET
@permission_required(roles.STOCK_VIEW)
def correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """One correction: what was typed, by whom and why, its photos, and what became of it."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    found = known.corrections(scope=scope, ids=[correction_id])
    if not found:
        raise Http404
    clocks.show_times_at(found[0].warehouse_id, scope=scope)
    booked = stock.journal(document=found[0].number, scope=scope, limit=1).rows
    context = {
        "correction": found[0],
        "files": attachments.files_of([found[0].number]),
        "approval": asked.request_of_document(found[0].number),
        "booked": bool(booked),
    }
    return render(request, "inventory/correct/one.html", context)


@require_GET
@permission_required(roles.STOCK_VIEW)
def photo(request: HttpRequest, correction_id: int, file_id: int) -> HttpResponse:
    """A photo of a correction."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    found = known.corrections(scope=scope, ids=[correction_id])
    file = attachments.file_of_document(found[0].number, file_id=file_id) if found else None
    if file is None:
        raise Http404
    name, content_type, content = file
    answer = HttpResponse(content, content_type=content_type)
    is_paper = not content_type.startswith("image/")
    answer["Content-Disposition"] = str(
        content_disposition_header(as_attachment=is_paper, filename=name)
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
