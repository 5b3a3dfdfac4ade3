"""The glossary as a page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from insights.help.glossary import GROUPS, terms
from org.addresses import words_in


@require_GET
@login_required
def glossary(request: HttpRequest) -> HttpResponse:
    """Every word, group by group; the search looks in both languages."""
    words = words_in(request.GET, "q").lower()
    found = [
        term
        for term in terms().values()
        if words in " ".join((term.en, term.zh, term.en_line, term.zh_line)).lower()
    ]
    groups = [
        {"label": label, "terms": [term for term in found if term.group == code]}
        for code, label in GROUPS.items()
    ]
    context = {"groups": [each for each in groups if each["terms"]], "words": words}
    return render(request, "insights/help/glossary.html", context)
