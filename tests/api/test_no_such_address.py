"""Programs are answered in one shape, also where nothing is."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from config import wrong
from org import roles
from org.api.schema import description
from tests import given
from tests.api.calling import codes, signed

FIELDS = {"code", "message", "item", "line", "field", "asked", "there"}
# Only people govern the company: programs are refused before anybody looks at the method.
FOR_PEOPLE = {"/api/v1/working-days/set"}
NOWHERE = [
    "/api/v1/",
    "/api/v1/no-such-thing",
    "/api/v1/jobs/seven",
    "/api/v1/shipments/",
    "/api/v1/orders/SO-1/no-such-part",
    "/api/v1/stock/no-such-verb",
]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_address_answers_404_in_the_one_shape(path: str, method: str) -> None:
    answer = Client().generic(method, path, "{}", content_type="application/json")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    [told] = answer.json()["errors"]
    assert (set(told), told["code"]) == (FIELDS, "not_found")


@pytest.mark.django_db
def test_people_still_see_a_page() -> None:
    answer = Client().get("/no-such-page/")

    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(description()["paths"]))
def test_another_method_is_405_in_the_one_shape(path: str) -> None:
    who = given.api_client(*roles.API_PERMISSIONS)
    words = path.replace("{number}", "SO-1").replace("{name}", "SO-1").replace("{code}", "TEA")
    address = "".join(part if "{" not in part else "/1" for part in split(words))
    known = {each.upper() for each in description()["paths"][path]}
    other = next(each for each in ("DELETE", "PUT", "PATCH", "GET") if each not in known)

    answer = signed(who, other, address, key="k1")

    assert answer.headers["Content-Type"] == "application/json"
    refused = (403, ["not_allowed"]) if path in FOR_PEOPLE else (405, ["wrong_method"])
    assert (answer.status_code, codes(answer)) == refused
    assert set(answer.json()["errors"][0]) == FIELDS


def split(path: str) -> list[str]:
    return [f"/{part}" for part in path.strip("/").split("/")] + ["/"] * path.endswith("/")


@pytest.mark.django_db
def test_a_parameter_that_is_not_described_is_refused_by_name_everywhere() -> None:
    who = given.api_client(*roles.API_PERMISSIONS)
    given.stock("TEA", 5)

    read = signed(who, "GET", "/api/v1/skus/TEA", query="fild=code")
    lists = signed(who, "GET", "/api/v1/shipments", query="warehouze=WH1")
    write = signed(who, "POST", "/api/v1/orders", query="dry_run=1", body={}, key="k1")

    for answer, name in ((read, "fild"), (lists, "warehouze"), (write, "dry_run")):
        assert (answer.status_code, codes(answer)) == (422, ["unknown_field"])
        assert answer.json()["errors"][0]["field"] == name


def test_our_own_mistake_says_nothing_of_what_it_was() -> None:
    request = RequestFactory().get("/api/v1/orders")

    answer = wrong.our_mistake(request)

    assert answer.status_code == 500
    assert b'"code": "our_mistake"' in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused_in_the_one_shape() -> None:
    answer = Client().get("/api/v1/orders", headers={"Host": "evil.example"})

    assert "evil.example" not in settings.ALLOWED_HOSTS
    assert (answer.status_code, codes(answer)) == (400, ["bad_request"])
