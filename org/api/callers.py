"""Who asks over HTTP: a signed-in person today; other kinds of callers fit the same three words."""

from __future__ import annotations

from typing import Protocol

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from org.models import Person
from org.scope import Scope
from org.selectors import scope_of


class Caller(Protocol):
    """What the endpoints need to know of whoever asks."""

    @property
    def actor(self) -> str:
        """How the ledger names them."""
        ...

    def may(self, permission: str) -> bool:
        """True when they have the permission somewhere."""
        ...

    def scope(self, permission: str) -> Scope:
        """Where they have it."""
        ...


class SignedIn:
    """A person with a session; asks for each scope once per request."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._scopes: dict[str, Scope] = {}

    @property
    def actor(self) -> str:
        return self.person.actor

    def may(self, permission: str) -> bool:
        return self.person.may(permission)

    def scope(self, permission: str) -> Scope:
        if permission not in self._scopes:
            self._scopes[permission] = scope_of(self.person, permission=permission)
        return self._scopes[permission]


def caller_of(request: Request) -> Caller:
    """The caller that the authentication found.

    Raises:
        NotAuthenticated: nobody.
    """
    if isinstance(request.user, Person):
        return SignedIn(request.user)
    raise NotAuthenticated
