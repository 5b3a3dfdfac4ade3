"""The shell: counts beside the navigation, the warehouse one works in, the look, the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from org.models import Person
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_counts() -> None:
    cache.clear()


def _state(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(client.get(reverse("shell-state")).content)
    return answer


def _orders(number: int) -> None:
    """Orders that are still being checked."""
    for at in range(number):
        told.accept(told.draft(f"T{at}", told.line("NONE", 1)))


def _store_manager() -> Person:
    """Somebody of another store."""
    given.unit()
    given.unit("S01", kind="STORE", parent="HQ")
    return given.person(role="STORE_MANAGER", at="S01")


def test_what_waits_is_counted_beside_the_entry(client: Client) -> None:
    _orders(2)
    client.force_login(given.person())

    assert _state(client)["counts"]["orders"] == "2"


def test_nobody_counts_what_they_may_not_see(client: Client) -> None:
    _orders(1)
    client.force_login(given.person(role="WAREHOUSE_STAFF"))

    assert "orders" not in _state(client)["counts"]


def test_counting_costs_the_same_for_one_and_for_many(client: Client) -> None:
    client.force_login(given.person())

    def statements() -> int:
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            _state(client)
        return len(seen)

    _orders(1)
    one = statements()
    _orders(20)

    assert statements() == one


def test_open_pages_of_one_person_count_once(client: Client) -> None:
    client.force_login(given.person())
    _state(client)

    with CaptureQueriesContext(connection) as seen:
        _state(client)

    # The session and the person, and nothing else.
    assert len(seen) == 2


def test_counts_come_also_without_the_cache(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    _orders(1)
    client.force_login(given.person())

    assert _state(client)["counts"]["orders"] == "1"
    assert "The cache does not answer" in caplog.text


def test_strangers_get_no_counts_and_no_hits(client: Client) -> None:
    for route in ("shell-state", "shell-places", "search-hits"):
        assert client.get(reverse(route)).status_code == 302


def test_a_running_job_is_shown_with_its_progress(client: Client) -> None:
    job = given.job()
    client.force_login(job.person)

    [shown] = _state(client)["jobs"]

    assert shown["title"] == job.title
    assert shown["url"] == reverse("job", args=[job.pk])


def test_the_chosen_warehouse_is_remembered_and_written_into_the_address(client: Client) -> None:
    house = given.warehouse_id("WH1")
    client.force_login(given.person())

    answer = client.post(
        reverse("set-place"), {"place": house, "next": f"{reverse('stock')}?q=tea&from=old"}
    )

    assert answer.headers["Location"] == f"{reverse('stock')}?q=tea&warehouse={house}"
    shown = client.get(reverse("workbench")).content.decode()
    assert f'href="{reverse("stock")}?warehouse={house}"' in shown
    assert f'href="{reverse("pick")}?warehouse=WH1"' in shown


def test_a_warehouse_of_others_cannot_be_chosen(client: Client) -> None:
    other = given.warehouse_id("WH9")
    client.force_login(_store_manager())

    answer = client.post(reverse("set-place"), {"place": other, "next": reverse("stock")})

    assert answer.headers["Location"] == reverse("stock")
    assert "place" not in client.cookies or client.cookies["place"].value == ""


def test_the_way_back_never_leaves_this_site(client: Client) -> None:
    client.force_login(given.person())

    for route in ("set-place", "set-look"):
        answer = client.post(reverse(route), {"next": "https://evil.example/"})
        assert answer.headers["Location"] == "/"


def test_the_look_is_kept_and_nonsense_is_not(client: Client) -> None:
    client.post(reverse("set-look"), {"theme": "dark", "density": "huge"})

    page = client.get(reverse("sign-in")).content.decode()

    assert 'data-theme="dark"' in page
    assert 'data-density="dense"' in page


def test_a_deep_page_says_the_way_to_it(client: Client) -> None:
    given.stock("TEA", 10)
    client.force_login(given.person())

    page = client.get(
        reverse("stock-explained", args=[given.sku("TEA"), given.warehouse_id("WH1")])
    )

    assert [crumb["label"] for crumb in page.context["crumbs"]] == ["库存", "库存总览"]


@pytest.mark.parametrize("address", ["/floor/", "/stock/locations/{}/"])
def test_a_page_about_a_place_leaves_the_choice_of_the_warehouse_alone(
    client: Client, address: str
) -> None:
    given.stock("TEA", 10)
    client.force_login(given.person())

    page = client.get(address.format(given.location("A-01"))).content.decode()

    assert '<span class="top-text">所有仓库</span>' in page


def test_a_person_known_to_like_the_dark_gets_it_everywhere(client: Client) -> None:
    person = given.person()
    Person.objects.filter(pk=person.pk).update(preferences={"theme": "dark"})
    client.force_login(person)

    assert 'data-theme="dark"' in client.get(reverse("workbench")).content.decode()


def test_a_choice_goes_with_the_person_to_another_machine(client: Client) -> None:
    person = given.person()
    client.force_login(person)
    client.post(reverse("set-look"), {"theme": "light", "keys": "off"})

    elsewhere = Client()
    elsewhere.force_login(person)
    page = elsewhere.get(reverse("workbench")).content.decode()

    assert 'data-theme="light"' in page
    assert 'data-keys="off"' in page


def test_approvals_that_wait_for_somebody_are_counted_for_them_only(client: Client) -> None:
    given.stock("TEA", 10)
    given.asks_for_approval()
    given.correction()

    client.force_login(given.person("WAREHOUSE_LEAD"))
    asked = _state(client)["counts"].get("approvals")
    client.force_login(given.person("WAREHOUSE_STAFF"))
    others = _state(client)["counts"].get("approvals")

    assert (asked, others) == ("1", None)
