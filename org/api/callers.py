"""Who asks over HTTP: whom the authentication found."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from org.callers import Program, SignedIn
from org.models import Person


def caller_of(request: Request) -> SignedIn | Program:
    """The caller that the authentication found.

    Raises:
        NotAuthenticated: nobody.
    """
    user: object = request.user
    if isinstance(user, Program):
        return user
    if isinstance(user, Person):
        return SignedIn(user)
    raise NotAuthenticated
