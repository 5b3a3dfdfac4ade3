"""The hold board, and letting go."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from freeze_rules import services as freezing
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors.board import frozen_by_reason
from org import roles
from org.access import permission_required, person_of
from org.selectors import names_of_actors, scope_of

PAGE = 50
SORTS = {
    "newest": _lazy("Newest first"),
    "oldest": _lazy("Oldest first"),
    "review": _lazy("Review due first"),
    "cost": _lazy("Highest cost first"),
}


@dataclass(frozen=True)
class Row:
    """A claim, who placed it in the reader's language, and whether this person may let go."""

    hold: stock.HoldView
    who: str
    releasable: bool


def _typed(fields: QueryDict, name: str, most: int = 64) -> str:
    """What a field holds, without blanks around it and without characters nobody can type."""
    return "".join(each for each in fields.get(name, "") if each.isprintable()).strip()[:most]


@require_GET
@permission_required(roles.STOCK_VIEW)
def holds(request: HttpRequest) -> HttpResponse:
    """Open claims, newest first, by kind and reason."""
    person = person_of(request)
    given = request.GET
    role = given.get("role", "FREEZE")
    role = role if role in ("FREEZE", "COMMITMENT", "MARK", "") else "FREEZE"
    sort = given.get("sort", "newest")
    sort = sort if sort in SORTS else "newest"
    overdue = given.get("overdue") == "1"
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    reason = _typed(given, "reason")
    documents = [document] if (document := _typed(given, "document")) else None
    rows = stock.holds(
        scope=scope,
        role=role,
        reason=reason,
        documents=documents,
        overdue=overdue,
        # Every receiving area has its standing freeze: an empty one is no news.
        idle=bool(reason or documents),
        sort=sort,
        after=_typed(given, "after"),
        limit=PAGE + 1,
    )
    by_hand = {view.code for view in stock.reasons()}
    may_release = person.may(roles.STOCK_RELEASE)
    shown = rows[:PAGE]
    names = names_of_actors([hold.placed_by for hold in shown])
    counts = stock.hold_counts(
        scope=scope, reason=reason, documents=documents, idle=bool(reason or documents)
    )
    context = {
        "tabs": _tabs(request, role, counts),
        "role": role,
        "rows": [
            Row(
                hold=hold,
                who=names[hold.placed_by],
                releasable=(may_release and hold.role == "FREEZE" and hold.reason_code in by_hand),
            )
            for hold in shown
        ],
        "reasons": [(view.code, view.label) for view in stock.reasons(by_hand=False)],
        "next_url": _next(request, shown[-1], sort) if len(rows) > PAGE else "",
        "first_url": _without(request, "after") if given.get("after") else "",
        "sort": sort,
        "sorts": SORTS.items(),
        "overdue": overdue,
        "totals": frozen_by_reason(scope=scope) if role == "FREEZE" and not documents else [],
        "may_freeze": person.may(roles.STOCK_HOLD),
        "now": (now := timezone.now()),
        "hour_ago": now - timedelta(hours=1),
        "token": uuid.uuid4().hex,
    }
    return render(request, "freeze_rules/holds.html", context)


def _tabs(request: HttpRequest, chosen: str, counts: dict[str, int]) -> list[dict[str, object]]:
    """One tab per kind of claim; reason and document stay when the kind changes."""
    names = {
        "FREEZE": _("Freezes"),
        "COMMITMENT": _("Orders and reserves"),
        "MARK": _("Marks"),
        "": _("All"),
    }
    kept = {name: request.GET[name] for name in ("reason", "document") if request.GET.get(name)}
    return [
        {
            "label": label,
            "url": f"?{urlencode({'role': role, **kept})}",
            "active": role == chosen,
            "count": counts.get(role, 0) if role else sum(counts.values()),
        }
        for role, label in names.items()
    ]


def _next(request: HttpRequest, last: stock.HoldView, sort: str) -> str:
    cursor = stock.cursor_of(last, sort=sort)
    if not cursor:
        return ""
    query = request.GET.copy()
    query["after"] = cursor
    return f"?{query.urlencode()}"


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    return f"?{query.urlencode()}"


@require_POST
@permission_required(roles.STOCK_RELEASE)
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Let go of a hold, whole or in part."""
    back = HttpResponseRedirect(f"{reverse('holds')}?{request.GET.urlencode()}".rstrip("?"))
    typed = _typed(request.POST, "qty")
    if typed and not (typed.isdecimal() and len(typed) < 12):
        messages.error(request, str(freezing.FreezeRefused("bad_quantity")))
        return back
    try:
        with transaction.atomic(durable=True):
            done = freezing.unfreeze(
                key=_typed(request.POST, "token"),
                hold_id=hold_id,
                qty=int(typed) if typed else None,
                why=_typed(request.POST, "why", 200),
                person=person_of(request),
            )
    except (freezing.FreezeRefused, inventory.Refused) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(number)s is released.") % {"number": done.document})
    return back
