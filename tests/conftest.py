"""Fixtures for every test: databases cloned from a migrated template, and the audit afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections

from tests.servers import TEMPLATE

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

# The same algorithm with the least work: thousands of passwords are made here and none is guarded.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 8
Argon2PasswordHasher.parallelism = 1


def _admin_sql(statement: str) -> None:
    """Run one statement in the maintenance database, outside any transaction."""
    import psycopg2

    entry = settings.DATABASES["default"]
    handle = psycopg2.connect(
        dbname="postgres", user=entry["USER"], host=entry["HOST"], port=entry["PORT"] or None
    )
    try:
        handle.autocommit = True
        with handle.cursor() as cursor:
            cursor.execute(statement)
    finally:
        handle.close()


def _use(name: str) -> None:
    connections["default"].close()
    connections.databases["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Each worker process works in its own clone of the migrated template."""
    name = f"house_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    _admin_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    with django_db_blocker.unblock():
        _use(name)
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
    _admin_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def fresh_clone(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A fresh clone in which transactions really commit; gives the database's name.

    Nothing is flushed afterwards: append-only tables refuse it, the clone is dropped instead.
    """
    ours = str(settings.DATABASES["default"]["NAME"])
    name = f"commits_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        _admin_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        _admin_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        _use(name)
        # Its versions begin at 1 again, as those of the clone before it did.
        _forget_rules()
        try:
            yield name
        finally:
            _use(ours)
            _forget_rules()
            _admin_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _forget_rules() -> None:
    from freeze_rules.selectors import rulebook
    from freeze_rules.services import events

    rulebook.forget()
    events.forget()


@pytest.fixture
def real_commits(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A clone of its own for threads, several connections and servers in other processes."""
    with fresh_clone(django_db_blocker) as name:
        yield name


@pytest.fixture(autouse=True)
def books_are_clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that touches the database the audit must find nothing."""
    fixture = next(
        (
            name
            for name in ("real_commits", "db")
            if name in request.fixturenames
            or (name == "db" and request.node.get_closest_marker("django_db"))
        ),
        None,
    )
    if fixture is None:
        yield
        return
    request.getfixturevalue(fixture)
    yield
    if request.node.get_closest_marker("broken_books"):
        return
    if not connection.needs_rollback:
        from tests.books import audit_finds_nothing

        audit_finds_nothing()
