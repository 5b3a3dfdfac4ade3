"""The workbench: what waits for the person who looks."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from org.access import person_of


@require_GET
@login_required
def workbench(request: HttpRequest) -> HttpResponse:
    """What waits, each number leading to the list behind it."""
    return render(request, "insights/workbench.html", {"person": person_of(request)})
