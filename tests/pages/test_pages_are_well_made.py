"""What holds for every page: both languages, the strict policy, one heading, labelled fields."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests import given
from tests.pages.routes import MACHINE
from tests.pages.table import TABLE

PAGES = [
    name
    for name, route in TABLE.items()
    if route.is_page and not route.is_file and route.permission != MACHINE and not route.speaks_json
]


class Markup(HTMLParser):
    """Counts what the content policy and screen readers care about."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings = 0
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_attrs = {name: value or "" for name, value in attrs}
        if tag == "style" or "style" in given_attrs:
            self.faults.append(f"inline style in <{tag}>")
        if tag == "script" and "src" not in given_attrs and given_attrs.get("type") is None:
            self.faults.append("inline script")
        for name, value in given_attrs.items():
            if name.startswith(("on", "hx-on")) or value.startswith("javascript:"):
                self.faults.append(f"{name} in <{tag}>")
            if name in {"src", "href"} and re.match(r"(https?:)?//", value) and tag != "a":
                self.faults.append(f"{tag} from {value}")
        self.headings += tag == "h1"
        if "id" in given_attrs:
            self.ids.append(given_attrs["id"])
        if tag == "label" and "for" in given_attrs:
            self.labelled.add(given_attrs["for"])
        if tag in {"input", "select", "textarea"} and given_attrs.get("type") != "hidden":
            named = given_attrs.get("aria-label") or given_attrs.get("aria-labelledby")
            self.fields.append((given_attrs.get("id", ""), named or ""))


def _page(client: Client, name: str, language: str = "zh-hans") -> str:
    address = reverse(name, args=TABLE[name].args())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if name != "sign-in":
        client.force_login(given.person(role="HEAD_OFFICE"))
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_the_content_policy(client: Client, name: str) -> None:
    markup = Markup()
    markup.feed(_page(client, name))

    assert markup.faults == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_aloud(client: Client, name: str) -> None:
    markup = Markup()
    markup.feed(_page(client, name))

    assert markup.headings >= 1
    assert [each for each in markup.ids if markup.ids.count(each) > 1] == []
    assert [field for field, named in markup.fields if not named and field not in markup.labelled] \
        == []  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_the_language_asked_for(client: Client, name: str, language: str) -> None:
    text = _page(client, name, language)

    assert f'<html lang="{language}"' in text
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title is not None
    assert title[1].strip() != ""


def test_the_faults_are_seen_when_they_are_there() -> None:
    markup = Markup()
    markup.feed('<p style="color:red" onclick="go()"><script>go()</script><img src="//cdn/x">')

    assert markup.faults == [
        "inline style in <p>", "onclick in <p>", "inline script", "img from //cdn/x",
    ]  # fmt: skip
