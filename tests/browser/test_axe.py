"""Components, themes and what opens over a page by axe-core; `test_every_page` asks each page."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import given
from tests.browser.axe import violations
from tests.browser.test_every_page import Quiet, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_component_can_be_read_in_both_themes(
    shop_front: str, page: Page, theme: str
) -> None:
    sign_in(shop_front, page)
    page.click(".person-drop summary")
    chosen = page.locator(f"button[name=theme][value={theme}]")
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")

    quiet = Quiet(page)
    for name in ("design", "glossary", "start", "workbench"):
        page.goto(f"{shop_front}{reverse(name)}")
        quiet.wait()
        assert violations(page) == [], name


def test_the_open_palette_and_the_key_help_are_sound(shop_front: str, page: Page) -> None:
    given.stock("TEA", 10)
    sign_in(shop_front, page)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-box")).to_be_focused()
    page.keyboard.type("tea")
    expect(page.locator("#palette-hits [aria-selected=true]")).to_be_visible()
    Quiet(page).wait()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_visible()
    assert violations(page) == []


def test_control_axe_sees_what_is_wrong(shop_front: str, page: Page) -> None:
    page.goto(f"{shop_front}/sign-in/")
    page.evaluate("document.querySelector('label').remove()")

    assert "label" in [line.split(" ")[0] for line in violations(page)]
