"""Each page opens for the roles that carry its permission and for nobody else."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from org import services as org
from org.models import Person
from org.roles import GRANTS, Role
from tests import given
from tests.pages.routes import EVERYBODY, MACHINE, SIGNED_IN, routes_of_the_house
from tests.pages.table import TABLE

JSON = [name for name, route in TABLE.items() if route.speaks_json]
PAGES = [
    name for name, route in TABLE.items() if route.permission != MACHINE and not route.speaks_json
]
GUARDED = [name for name in PAGES if TABLE[name].permission != EVERYBODY]
BY_PERMISSION = [name for name in GUARDED if TABLE[name].permission != SIGNED_IN]
FORMS = [name for name in BY_PERMISSION if not TABLE[name].is_page]
SHOWN = [name for name in GUARDED if TABLE[name].is_page]


def _address(name: str) -> str:
    return reverse(name, args=TABLE[name].args())


def _as(role: Role) -> Client:
    """A browser of somebody with this one job; always the same person, hashing is slow."""
    somebody = Person.objects.filter(username="somebody").first()
    if somebody is None:
        somebody = given.person(role=role, name="somebody")
    with transaction.atomic():
        somebody.assignments.all().delete()
        org.assign(person_id=somebody.pk, unit_id=given.unit().pk, role=role, actor=given.ACTOR)
    client = Client()
    client.force_login(somebody)
    return client


def _is_sign_in(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(reverse("sign-in"))


def test_every_route_is_in_the_table_and_every_line_is_a_route() -> None:
    assert sorted(TABLE) == sorted(routes_of_the_house())


@pytest.mark.django_db
@pytest.mark.parametrize("name", SHOWN)
def test_a_page_opens_for_exactly_the_roles_that_may(name: str) -> None:
    route, address = TABLE[name], _address(name)

    answers = {role: _as(role).get(address) for role in Role}

    opened = {role: answer.status_code for role, answer in answers.items()}
    assert opened == {role: 200 if route.opens_for(GRANTS[role]) else 403 for role in Role}
    # What is not known has a dash or nothing, never Python's word for it.
    assert not any(b">None<" in getattr(answer, "content", b"") for answer in answers.values())


@pytest.mark.django_db
@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_refused_to_every_role_that_may_not(name: str) -> None:
    address = _address(name)
    others = [role for role in Role if not TABLE[name].opens_for(GRANTS[role])]

    answers = {role: _as(role).post(address, {"why": "x"}).status_code for role in others}

    assert others != []
    assert answers == dict.fromkeys(others, 403)


@pytest.mark.django_db
@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_is_sent_to_sign_in(client: Client, name: str) -> None:
    address = _address(name)

    answer = client.get(address) if TABLE[name].is_page else client.post(address)

    assert _is_sign_in(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FORMS)
def test_a_form_shows_nothing_to_somebody_who_only_looks(name: str) -> None:
    assert _as(Role.HEAD_OFFICE).get(_address(name)).status_code == 405


@pytest.mark.django_db
def test_who_is_signed_in_need_not_sign_in_again() -> None:
    answer = _as(Role.AUDITOR).get(reverse("sign-in"))

    assert answer.headers["Location"] == reverse("workbench")


@pytest.mark.django_db
@pytest.mark.parametrize("name", SHOWN)
def test_somebody_without_a_job_sees_no_company_data(client: Client, name: str) -> None:
    address = _address(name)
    person = given.person(role="AUDITOR")
    person.assignments.all().delete()
    client.force_login(person)

    answer = client.get(address)

    assert answer.status_code == (200 if TABLE[name].permission == SIGNED_IN else 403)
    assert "TEA" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", JSON)
def test_a_program_gets_in_with_exactly_the_roles_that_may(name: str) -> None:
    route, address = TABLE[name], _address(name)

    def answer(role: Role) -> int:
        told = _as(role).generic(route.speaks_json, address, "{}", content_type="application/json")
        return told.status_code

    refused = {role for role in Role if answer(role) == 403}

    assert refused == {role for role in Role if not route.opens_for(GRANTS[role])}


@pytest.mark.django_db
@pytest.mark.parametrize("name", JSON)
def test_a_program_that_did_not_sign_in_is_told_so(client: Client, name: str) -> None:
    answer = client.generic(
        TABLE[name].speaks_json, _address(name), "{}", content_type="application/json"
    )

    assert answer.status_code == 401
    assert [each["code"] for each in answer.json()["errors"]] == ["not_signed_in"]
