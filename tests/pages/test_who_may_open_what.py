"""Each page opens for the roles that carry its permission and for nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from org.models import Person
from org.roles import GRANTS, Role
from tests import given
from tests.pages.routes import EVERYBODY, MACHINE, SIGNED_IN, routes_of_the_house
from tests.pages.table import TABLE

PAGES = [name for name, route in TABLE.items() if route.permission != MACHINE]
GUARDED = [name for name in PAGES if TABLE[name].permission != EVERYBODY]


def _signed_in(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def _address(name: str) -> str:
    return reverse(name, args=TABLE[name].args())


def test_every_route_is_in_the_table_and_every_line_is_a_route() -> None:
    assert sorted(TABLE) == sorted(routes_of_the_house())


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", PAGES)
def test_a_route_opens_for_the_roles_that_may(client: Client, name: str, role: Role) -> None:
    route = TABLE[name]
    address = _address(name)
    person = given.person(role=role)
    may = route.permission in {EVERYBODY, SIGNED_IN} or route.permission in GRANTS[role]

    answer = _signed_in(client, person).get(address)

    if name == "sign-in":
        assert answer.headers["Location"] == reverse("workbench")  # who is inside stays inside
    elif not may:
        assert answer.status_code == 403
    elif route.is_page:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_is_sent_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(_address(name))

    if TABLE[name].is_page:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("sign-in"))
    else:
        assert answer.status_code in {302, 405}
        assert "Location" not in answer.headers or answer.headers["Location"].startswith(
            reverse("sign-in")
        )


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in GUARDED if TABLE[name].is_page])
def test_somebody_without_a_job_sees_no_company_data(client: Client, name: str) -> None:
    address = _address(name)
    person = given.person(role="AUDITOR")
    person.assignments.all().delete()

    answer = _signed_in(client, person).get(address)

    assert answer.status_code == (200 if TABLE[name].permission == SIGNED_IN else 403)
    assert "TEA" not in answer.content.decode()
