"""Who acts: a signed-in person or a program; services and endpoints see no difference."""

from __future__ import annotations

from typing import Protocol

from org.models import Person
from org.roles import known
from org.scope import Scope
from org.selectors import KnownClient, scope_of, scope_of_client


class Caller(Protocol):
    """What is asked of whoever acts."""

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


class Program:
    """An API client: its permissions hold in all its places."""

    # The framework asks this of every user.
    is_authenticated = True

    def __init__(self, known_client: KnownClient) -> None:
        self.client = known_client.client
        self._places = known_client.places
        self._scope: Scope | None = None

    @property
    def actor(self) -> str:
        return self.client.actor

    def may(self, permission: str) -> bool:
        return known(permission) in self.client.permissions

    def scope(self, permission: str) -> Scope:
        if not self.may(permission):
            return Scope.nothing()
        if self._scope is None:
            self._scope = scope_of_client(self.client, places=self._places)
        return self._scope
