"""What the stock was at a moment in the past, and what changed between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.lists.wording import house_names, odd_grade
from inventory.selectors import whereabouts
from inventory.selectors.moments import Axis
from inventory.selectors.wording import sku_ids_for_words
from org import clocks, roles
from org.access import permission_required, person_of
from org.addresses import address_with, number_in, words_in
from org.selectors import names_of_actors, scope_of

PAGE = 100
AXES = [(Axis.RECORDED, _lazy("As it was booked then")), (Axis.OCCURRED, _lazy("As it happened"))]


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `until` is set when two moments are compared."""

    at: datetime
    until: datetime | None
    axis: Axis
    words: str
    warehouse_id: int | None
    after: int | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A balance with the names of what it is; `grade` only when it is odd."""

    balance: stock.PastBalance
    warehouse: str
    grade: str

    @classmethod
    def of(cls, balance: stock.PastBalance, houses: Mapping[int, str]) -> Line:
        """The balance, named."""
        house = houses.get(balance.warehouse_id, balance.warehouse_code)
        return cls(balance, house, odd_grade(balance.grade))


@require_GET
@permission_required(roles.STOCK_VIEW)
def past(request: HttpRequest) -> HttpResponse:
    """The stock board of any moment; with a second moment, what changed until then."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    # Moments that are typed are those of the warehouse that is asked for.
    clocks.show_times_at(number_in(request.GET, "warehouse") or 0, scope=scope)
    asked = _asked(request.GET)
    skus = sku_ids_for_words(asked.words) if asked.words else None
    houses = None if asked.warehouse_id is None else [asked.warehouse_id]
    names = house_names(scope)
    context: dict[str, object] = {
        "asked": asked,
        "clear_url": request.path if request.GET else "",
        "axes": AXES,
        "warehouses": list(names.items()),
        "first_url": address_with(request, after="") if asked.after else "",
    }
    if asked.until is None:
        page = stock.as_of(
            at=asked.at, axis=asked.axis, sku_ids=skus, warehouse_ids=houses, scope=scope,
            after=asked.after, limit=PAGE,
        )  # fmt: skip
        context["rows"], after = [Line.of(row, names) for row in page.rows], page.after
    else:
        found = stock.difference(
            since=asked.at, until=asked.until, axis=asked.axis, sku_ids=skus,
            warehouse_ids=houses, scope=scope, after=asked.after, limit=PAGE,
        )  # fmt: skip
        lines = [(row, Line.of(row.after, names)) for row in found.rows]
        context["differences"], after = lines, found.after
    context["next_url"] = address_with(request, after=str(after)) if after else ""
    return render(request, "inventory/past.html", context)


@require_GET
@permission_required(roles.STOCK_VIEW)
def past_balance(request: HttpRequest, balance_id: int) -> HttpResponse:
    """One balance at that moment: its cells and the claims that were open."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    house = whereabouts.warehouse_of_balance(balance_id, scope=scope)
    clocks.show_times_at(house, scope=scope)
    asked = _asked(request.GET)
    page = stock.as_of(at=asked.at, axis=asked.axis, balance_ids=[balance_id], scope=scope)
    claims = stock.claims_as_of(at=asked.at, axis=asked.axis, balance_id=balance_id, scope=scope)
    if not page.rows or claims is None:
        raise Http404
    names = names_of_actors([claim.placed_by for claim in claims.rows])
    return render(
        request,
        "inventory/past_balance.html",
        {
            "asked": asked,
            "balance": page.rows[0],
            "line": Line.of(page.rows[0], house_names(scope)),
            "axes": AXES,
            "cells": stock.cells_as_of(
                at=asked.at, axis=asked.axis, balance_id=balance_id, scope=scope
            ),
            "by_reason": claims.by_reason,
            "claims": [(claim, names[claim.placed_by]) for claim in claims.rows],
            "more": claims.after is not None,
        },
    )


def _asked(given: QueryDict) -> Asked:
    """The address in our types; what cannot be read is said and taken as now."""
    problems: list[str] = []
    now = timezone.now()
    at = _moment(given, "at", problems)
    until = _moment(given, "until", problems)
    if at and until and until < at:
        at, until = until, at
    axis = given.get("axis", "")
    return Asked(
        at=at or now,
        until=until,
        axis=Axis(axis) if axis in set(Axis) else Axis.RECORDED,
        words=words_in(given, "q"),
        warehouse_id=number_in(given, "warehouse"),
        after=number_in(given, "after"),
        problems=tuple(problems),
    )


def _moment(given: QueryDict, name: str, problems: list[str]) -> datetime | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if timezone.is_aware(found) else timezone.make_aware(found)
    except (ValueError, OverflowError):
        problems.append(_("“%(text)s” is not a date and time.") % {"text": text[:40]})
        return None
