"""What is answered when no view answers: JSON to programs, a page to people.

Below /api/v1/ every refusal has the one shape of `org.api.faults`, also that of an address that
does not exist and that of our own mistakes: a program must never have to read HTML.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from org.api.faults import Fault
from org.api.schema import ROOT


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent is not even a request, or names a host that is not ours."""
    if for_programs(request):
        return refusal(Fault(code="bad_request", status=400))
    return defaults.bad_request(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    if for_programs(request):
        return refusal(Fault(code="not_allowed", status=403))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if for_programs(request):
        return refusal(Fault(code="not_found", status=404))
    return defaults.page_not_found(request, exception)


def our_mistake(request: HttpRequest, *_: Any) -> HttpResponse:
    """500: says nothing of what went wrong; the log has it, under the answer's X-Request-ID."""
    if for_programs(request):
        return refusal(Fault(code="our_mistake", status=500))
    return defaults.server_error(request)


def for_programs(request: HttpRequest) -> bool:
    """True below /api/v1/."""
    return request.path.startswith(ROOT)


def refusal(fault: Fault) -> JsonResponse:
    """The one shape, outside of any endpoint."""
    return JsonResponse({"errors": [fault.shown()]}, status=fault.status)
