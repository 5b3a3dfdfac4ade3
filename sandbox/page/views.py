"""The page itself; filled in below the contract of the control API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def show(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse("sandbox")


def act(request: HttpRequest, act: str) -> HttpResponse:
    del request, act
    return HttpResponse("sandbox")


def style(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse("", content_type="text/css")
