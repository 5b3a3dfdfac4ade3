"""Pages in a real browser: no violation of the policy, no request to another machine.

The `page` fixture fails a test whose page breaks the policy, calls elsewhere or throws.
"""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import given
from tests.pages.routes import MACHINE
from tests.pages.table import TABLE

pytestmark = pytest.mark.browser

PASSWORD = "correct horse 42"
PAGES = [
    name
    for name, route in TABLE.items()
    if route.is_page and not route.is_file and route.permission != MACHINE and not route.speaks_json
]


def sign_in(shop_front: str, page: Page) -> None:
    person = given.person(name="boss")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")


def test_every_page_opens_without_a_fault_and_fits_a_phone(shop_front: str, page: Page) -> None:
    addresses = {
        name: reverse(name, args=TABLE[name].args()) for name in PAGES if name != "sign-in"
    }
    sign_in(shop_front, page)
    too_wide = []
    for name, address in addresses.items():
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 800})
            answer = page.goto(f"{shop_front}{address}")
            assert answer is not None
            assert answer.status == 200, name
            page.wait_for_load_state("networkidle")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((name, width))

    assert too_wide == []


def test_a_number_on_the_board_opens_its_explanation_in_the_drawer(
    shop_front: str, page: Page
) -> None:
    given.stock("TEA", 10)
    given.held("SO-1042", "TEA", 3)
    sign_in(shop_front, page)

    page.goto(f"{shop_front}{reverse('stock')}")
    page.click("tbody td.num a")
    expect(page.locator("#drawer")).to_contain_text("SO-1042")
    # The address holds the drawer, so a reload keeps it.
    page.reload()
    expect(page.locator("#drawer")).to_contain_text("SO-1042")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("drawer"))


def test_the_language_changes_where_one_stands(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.goto(f"{shop_front}{reverse('stock')}?q=tea")

    page.click(".person-drop summary")
    page.click("button[name=language][value=en]")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1").first).to_have_text("Stock board")
    assert page.url.endswith("?q=tea")


def test_a_slash_goes_to_the_search_box(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.goto(f"{shop_front}{reverse('stock')}")

    page.keyboard.press("/")

    expect(page.locator("[data-search]")).to_be_focused()
