"""One world for all plants of a module: each plant is rolled back."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.conftest import _admin_sql, _use
from tests.inventory.proof import ground
from tests.servers import TEMPLATE

SUPERUSER = "postgres"


@pytest.fixture(scope="module")
def planting_ground(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, int | str]]:
    """A clone of the database with a small world, seen as the superuser; gives its ids."""
    ours = str(settings.DATABASES["default"]["NAME"])
    # Kept here: the connection's settings are this very dictionary.
    owner = settings.DATABASES["default"]["USER"]
    name = f"plants_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        _admin_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        _use(name)
        try:
            found = ground.build()
            _become(SUPERUSER)
            yield found
        finally:
            _become(owner)
            _use(ours)
            _admin_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _become(user: object) -> None:
    connections["default"].close()
    connections["default"].settings_dict["USER"] = user
