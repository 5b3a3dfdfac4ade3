"""The first hour: an empty house is founded once, and each step looks at real data."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from insights.help.glossary import GROUPS, terms
from insights.help.pages import ABOUT
from org.models import Person, Unit
from org.services.founding import AlreadyFounded, found_company
from tests import given
from tests.pages.routes import routes_of_the_house

FOUNDER = {
    "company": "清禾", "display_name": "林岚", "username": "lin", "password": "a long enough one 7",
}  # fmt: skip


def _done(client: Client) -> dict[str, bool]:
    return {
        each["step"].code: each["done"] for each in client.get(reverse("start")).context["steps"]
    }


@pytest.mark.django_db
def test_an_empty_house_is_founded_and_the_founder_is_in(client: Client) -> None:
    assert reverse("found") in client.get(reverse("sign-in")).content.decode()

    answer = client.post(reverse("found"), FOUNDER)

    assert answer.headers["Location"] == reverse("start")
    founder = Person.objects.get()
    assert founder.may("masters.edit")
    assert Unit.objects.get().name == "清禾"
    assert _done(client) == dict.fromkeys(
        ["warehouse", "skus", "stock", "carrier", "shop", "order", "ship"], False
    )


@pytest.mark.django_db
def test_a_house_is_founded_once(client: Client) -> None:
    given.person()

    for answer in (client.get(reverse("found")), client.post(reverse("found"), FOUNDER)):
        assert answer.headers["Location"] == reverse("sign-in")
    assert not Person.objects.filter(username="lin").exists()


@pytest.mark.django_db
def test_a_weak_password_founds_nothing(client: Client) -> None:
    answer = client.post(reverse("found"), FOUNDER | {"password": "1234567890"})

    assert list(answer.context["form"].errors) == ["password"]
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_in_production_only_the_setup_key_founds(client: Client, settings: Any) -> None:
    settings.PRODUCTION = True
    assert client.get(reverse("found")).headers["Location"] == reverse("sign-in")

    settings.SETUP_KEY = "from the installer"
    wrong = client.post(reverse("found"), FOUNDER | {"key": "guess"})
    assert list(wrong.context["form"].errors) == ["key"]
    assert not Person.objects.exists()
    right = client.post(reverse("found"), FOUNDER | {"key": "from the installer"})
    assert right.headers["Location"] == reverse("start")


def test_of_two_founders_at_once_one_is_refused(real_commits: str) -> None:
    start = Barrier(2)
    told: list[str] = []

    def come(name: str) -> None:
        try:
            start.wait()
            with transaction.atomic(durable=True):
                found_company(
                    company="A", username=name, display_name=name, password="x" * 12,
                    language="en",
                )  # fmt: skip
            told.append("in")
        except AlreadyFounded:
            told.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=come, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["in", "refused"]
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_a_step_is_done_when_the_data_say_so(client: Client) -> None:
    client.force_login(given.person())
    assert not _done(client)["warehouse"]

    given.stock("TEA", 10)

    done = _done(client)
    assert (done["warehouse"], done["skus"], done["stock"]) == (True, True, True)
    assert not done["shop"]


def test_without_a_sandbox_the_step_says_so_and_changes_nothing(
    real_commits: str, client: Client, settings: Any
) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    given.stock("TEA", 10)
    client.force_login(given.person())

    answer = client.post(reverse("start-shop"), follow=True)

    assert "127.0.0.1:9" in " ".join(str(each) for each in answer.context["messages"])
    assert not _done(client)["shop"]


def test_every_word_is_explained_in_both_languages() -> None:
    for term in terms().values():
        assert term.group in GROUPS, term.code
        assert all((term.en, term.en_line, term.zh, term.zh_line)), term.code
    with override("en"):
        assert terms()["hold"].word == "hold"
    with override("zh-hans"):
        assert terms()["hold"].word == "冻结单"


def test_what_pages_explain_exists() -> None:
    assert set(ABOUT) <= set(routes_of_the_house())
    assert {code for about in ABOUT.values() for code in about.terms} <= set(terms())


@pytest.mark.django_db
def test_the_glossary_is_searched_in_either_language(client: Client) -> None:
    client.force_login(given.person())

    for words in ("waybill", "运单"):
        shown = client.get(reverse("glossary"), {"q": words}).context["groups"]
        assert "waybill" in {term.code for group in shown for term in group["terms"]}
