"""The search page, and what the palette asks while somebody types."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from insights.search.finders import search
from insights.search.hits import jump_of
from org.access import person_of
from org.addresses import words_in


@never_cache
@require_GET
@login_required
def search_page(request: HttpRequest) -> HttpResponse:
    """Everything the words may mean; with `go` a code that names one thing opens its page."""
    words = _words(request)
    groups = search(person=person_of(request), words=words)
    jump = jump_of(groups) if request.GET.get("go") else ""
    if jump:
        return HttpResponseRedirect(jump)
    return render(request, "insights/search.html", {"words": words, "groups": groups})


@never_cache
@require_GET
@login_required
def search_hits(request: HttpRequest) -> HttpResponse:
    """The same for the palette: groups of hits, and where the only exact one leads."""
    groups = search(person=person_of(request), words=_words(request))
    return JsonResponse(
        {
            "groups": [
                {
                    "label": group.label,
                    "hits": [
                        {"title": hit.title, "detail": hit.detail, "url": hit.url}
                        for hit in group.hits
                    ],
                }
                for group in groups
            ],
            "jump": jump_of(groups),
        }
    )


def _words(request: HttpRequest) -> str:
    """Scanners with a Chinese input method on send full-width letters: they are folded."""
    return unicodedata.normalize("NFKC", words_in(request.GET, "q"))
