"""The journal of freezes on the screen and on paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from freeze_rules.lists import JOURNAL
from freeze_rules.lists.journal import goods, known, narrowed, rows_of
from org import clocks, roles, selectors
from org.access import permission_required, person_of
from org.lists.pages import list_page, question_of

# Lines on paper; a longer time goes out as a file.
ON_PAPER = 1_000


@require_GET
@permission_required(roles.STOCK_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Every freeze and release, newest first."""
    scope = selectors.scope_of(person_of(request), permission=roles.STOCK_VIEW)
    context = {"list": list_page(request, JOURNAL, scope=scope), "query": request.GET.urlencode()}
    return render(request, "freeze_rules/journal.html", context)


@require_GET
@permission_required(roles.STOCK_VIEW)
def on_paper(request: HttpRequest) -> HttpResponse:
    """The same lines for an auditor: oldest first, with all that was known, and the seal's head."""
    person = person_of(request)
    scope = selectors.scope_of(person, permission=roles.STOCK_VIEW)
    question = question_of(JOURNAL, request.GET, scope)
    clocks.show_list(JOURNAL.warehouse_of(question), scope=scope)
    ids = list(narrowed(question).order_by("-id").values_list("id", flat=True)[: ON_PAPER + 1])
    rows = rows_of(sorted(ids[:ON_PAPER]))
    context = {
        "rows": [(row, goods(row.line), known(row.line.facts)) for row in rows],
        "more": len(ids) > ON_PAPER,
        "filters": [
            (each.label, each.said(question.get(each.name)))
            for each in JOURNAL.filters(question)
            if question.get(each.name)
        ],
        "head": selectors.head_of_chain("freezes"),
        "person": person,
        "now": timezone.now(),
    }
    return render(request, "freeze_rules/journal_paper.html", context)
