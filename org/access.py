"""Who is asking, and may they."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from org.models import Person
from org.roles import PERMISSIONS, UnknownPermission

Page = ParamSpec("Page")
View = Callable[Concatenate[HttpRequest, Page], HttpResponseBase]


def person_of(request: HttpRequest) -> Person:
    """The signed-in person.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    if isinstance(request.user, Person):
        return request.user
    raise PermissionDenied


def permission_required(*permissions: str) -> Callable[[View[Page]], View[Page]]:
    """Let a page be seen only with one of the permissions; strangers go to the sign-in page.

    Says what may be done, not where: the view still limits rows by `selectors.scope_of`.

    Raises:
        UnknownPermission: no such code, at import.
    """
    for permission in permissions:
        if permission not in PERMISSIONS:
            raise UnknownPermission(permission)

    def guard(view: View[Page]) -> View[Page]:
        @functools.wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Page.args, **kwargs: Page.kwargs
        ) -> HttpResponseBase:
            if not isinstance(request.user, Person):
                return to_sign_in(request)
            if not any(map(request.user.may, permissions)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def signed_in(view: View[Page]) -> View[Page]:
    """Let a page be seen by whoever is signed in; what they see of it is up to the view."""

    @functools.wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Page.args, **kwargs: Page.kwargs
    ) -> HttpResponseBase:
        if not isinstance(request.user, Person):
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page and back here afterwards.

    A part of a page asked for by htmx must not be replaced by the sign-in form, so there the
    whole page goes.
    """
    htmx: Any = getattr(request, "htmx", None)
    back = (htmx.current_url_abs_path or "/") if htmx else request.get_full_path()
    if not htmx and request.method not in {"GET", "HEAD"}:
        back = "/"
    where = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if htmx:
        return HttpResponse(status=200, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)


def address_of(request: HttpRequest) -> str:
    """The client's network address; from the proxy's header when the settings name one."""
    header = settings.CLIENT_ADDRESS_HEADER
    said = request.headers.get(header, "") if header else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(said.strip()))
    except ValueError:
        return ""
