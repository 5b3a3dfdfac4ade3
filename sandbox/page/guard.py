"""Headers for every answer, and no orders from foreign pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse

CSP = (
    "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Guard:
    """There is no sign-in here, so a page elsewhere must not be able to send forms to us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse writes from other origins; add the content security policy."""
        origin = request.headers.get("Origin")
        reads = request.method in ("GET", "HEAD")
        if origin and not reads and urlsplit(origin).netloc != request.get_host():
            error = {"code": "foreign_origin", "message": "not from this page"}
            return JsonResponse({"error": error}, status=403)
        response = self.get_response(request)
        response["Content-Security-Policy"] = CSP
        response["X-Content-Type-Options"] = "nosniff"
        response["Referrer-Policy"] = "same-origin"
        return response
