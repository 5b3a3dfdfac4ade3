"""What a master or setting was: its changes, two versions beside each other, restoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import selectors
from org.access import person_of, signed_in
from org.addresses import number_in
from org.history import CannotRestore, HistoryKind, Known, UnknownHistory, history_kind
from org.models import Person
from org.selectors.history import FieldChange, Moment, compared, differing, moments
from org.services.restoring import check_may_restore, restore_version

SHOWN_AT_ONCE = 50


@dataclass(frozen=True)
class _Thing:
    kind: HistoryKind
    object_id: int
    known: Known
    # Newest first.
    moments: Sequence[Moment]


def _thing(person: Person, code: str, object_id: int) -> _Thing:
    """Raises Http404, PermissionDenied."""
    try:
        kind = history_kind(code)
    except UnknownHistory:
        raise Http404 from None
    if not any(map(person.may, kind.see)):
        raise PermissionDenied
    known = kind.find(object_id, selectors.scope_of(person, permission=kind.see))
    if known is None:
        raise Http404
    return _Thing(kind, object_id, known, moments(kind, object_id)[::-1])


@require_GET
@signed_in
def history(request: HttpRequest, kind: str, object_id: int) -> HttpResponse:
    """Every change; with `from` and `to` what differs between two of them."""
    person = person_of(request)
    thing = _thing(person, kind, object_id)
    by_id = {each.id: each for each in thing.moments}
    older = by_id.get(number_in(request.GET, "from") or 0)
    newer = by_id.get(number_in(request.GET, "to") or 0)
    differences: tuple[FieldChange, ...] | None = None
    if older is not None and newer is not None:
        if older.id > newer.id:
            older, newer = newer, older
        differences = compared(thing.kind, older.state, newer.state)
    shown = thing.moments[:SHOWN_AT_ONCE] if "all" not in request.GET else thing.moments
    return render(
        request,
        "org/history.html",
        _facts(thing)
        | {
            "moments": shown,
            "hidden": len(thing.moments) - len(shown),
            "older": older,
            "newer": newer,
            "differences": differences,
            "may_restore": _may_restore(thing, person),
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def version(request: HttpRequest, kind: str, object_id: int, moment_id: int) -> HttpResponse:
    """One version as it was, and what bringing it back would change now."""
    person = person_of(request)
    return _version(request, _thing(person, kind, object_id), moment_id, person)


@require_POST
@signed_in
def restore(request: HttpRequest, kind: str, object_id: int, moment_id: int) -> HttpResponse:
    """Make the thing what it was; what refuses says why, and the typed reason stays."""
    person = person_of(request)
    thing = _thing(person, kind, object_id)
    if not _may_restore(thing, person):
        raise PermissionDenied
    try:
        with transaction.atomic(durable=True):
            restore_version(
                kind=thing.kind, object_id=object_id, moment_id=moment_id,
                seen=number_in(request.POST, "seen") or 0, why=request.POST.get("why", ""),
                person=person,
            )  # fmt: skip
    except CannotRestore as refused:
        again = _thing(person, kind, object_id)
        return _version(request, again, moment_id, person, wrong=str(refused))
    messages.success(request, _("The version is back."))
    return HttpResponseRedirect(reverse("history", args=[kind, object_id]))


def _version(
    request: HttpRequest,
    thing: _Thing,
    moment_id: int,
    person: Person,
    *,
    wrong: str = "",
) -> HttpResponse:
    moment = next((each for each in thing.moments if each.id == moment_id), None)
    if moment is None:
        raise Http404
    now = thing.moments[0]
    changes: Sequence[FieldChange] = ()
    if now.state is not None and moment.state is not None:
        names = differing(thing.kind, now.state, moment.state)
        told = compared(thing.kind, now.state, moment.state)
        changes = [each for each in told if each.name in names]
    facts = _facts(thing) | {
        "moment": moment,
        "is_newest": moment.id == now.id,
        "seen": now.id,
        "was": compared(thing.kind, None, moment.state) if moment.state else (),
        "changes": changes,
        "may_restore": _may_restore(thing, person),
        "why": request.POST.get("why", ""),
        "wrong": wrong,
    }
    return render(request, "org/history_version.html", facts, status=422 if wrong else 200)


def _may_restore(thing: _Thing, person: Person) -> bool:
    try:
        check_may_restore(kind=thing.kind, object_id=thing.object_id, person=person)
    except CannotRestore:
        return False
    return True


def _facts(thing: _Thing) -> dict[str, Any]:
    return {"kind": thing.kind, "known": thing.known, "object_id": thing.object_id}
