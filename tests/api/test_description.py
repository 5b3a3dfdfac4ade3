"""The published description is complete and says what is read."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from org import roles
from org.api.describing import schema_of
from org.api.endpoints import Endpoint
from org.api.schema import ROOT, description
from tests import given
from tests.api.calling import codes, signed
from tests.pages.routes import routes_of_the_house

METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (path, method)
    for path, operations in description()["paths"].items()
    for method in operations
    if method in METHODS
]


def operation(path: str, method: str) -> dict[str, object]:
    found: dict[str, object] = description()["paths"][path][method]
    return found


def test_every_address_of_the_api_is_described() -> None:
    patterns = {f"/{pattern}" for pattern in routes_of_the_house().values()}
    known = {
        pattern.replace("<int:", "{").replace("<str:", "{").replace("<slug:", "{").replace(">", "}")
        for pattern in patterns
        if pattern.startswith(ROOT)
    }

    assert known - set(description()["paths"]) == set()
    assert len(known) > 35


def test_every_endpoint_is_built_on_the_one_class() -> None:
    found = [
        entry.callback.view_class for entry in _entries() if hasattr(entry.callback, "view_class")
    ]

    assert [each for each in found if not issubclass(each, Endpoint)] == []
    assert len(found) > 35


def _entries() -> list[URLPattern]:
    found: list[URLPattern] = []

    def walk(resolver: URLResolver, prefix: str) -> None:
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                if f"/{pattern}".startswith(ROOT):
                    found.append(entry)
            else:
                walk(entry, pattern)

    walk(get_resolver(), "")
    return found


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_operation_says_what_it_is_takes_and_gives(path: str, method: str) -> None:
    told = operation(path, method)
    answers = told["responses"]
    assert isinstance(answers, dict)

    assert told.get("summary"), "no summary: put @described on it"
    good = [code for code in answers if code.startswith("2")]
    assert good != []
    for code in good:
        if code != "204":
            assert answers[code]["content"]["application/json"]["schema"] != {}
    assert {"401", "403", "422", "429"} <= set(answers)
    assert ("404" in answers) >= ("{" in path)


def test_a_write_names_its_key_and_a_command_carries_it_inside() -> None:
    def headers(path: str) -> list[str]:
        told = operation(path, "post").get("parameters", [])
        assert isinstance(told, list)
        return [each["name"] for each in told if each["in"] == "header"]

    assert headers(f"{ROOT}stock/incoming") == ["Idempotency-Key"]
    assert headers(f"{ROOT}stock/hold") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [path for path, method in OPERATIONS if method == "get" and "{" not in path]
)
def test_a_question_knows_exactly_the_parameters_it_describes(path: str) -> None:
    who = given.api_client(*roles.API_PERMISSIONS)
    told = operation(path, "get").get("parameters", [])
    assert isinstance(told, list)
    described = {each["name"] for each in told if each["in"] == "query"}

    answer = signed(who, "GET", path, query="no-such-parameter=1")

    assert codes(answer) == ["unknown_field"]
    known = set(filter(None, answer.json()["errors"][0]["there"].split(",")))
    assert known == described


@pytest.mark.django_db
def test_the_description_is_given_to_whoever_is_let_in() -> None:
    who = given.api_client()
    person = Client()
    person.force_login(given.person("CLERK"))
    address = f"{ROOT}openapi.json"

    by_program, by_person = signed(who, "GET", address), person.get(address)
    by_stranger = Client().get(address)

    assert by_program.json()["openapi"] == "3.1.0"
    assert by_person.content == by_program.content
    assert (by_stranger.status_code, codes(by_stranger)) == (401, ["not_signed_in"])


def test_control_what_cannot_be_said_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(TypeError):
        schema_of(object())
