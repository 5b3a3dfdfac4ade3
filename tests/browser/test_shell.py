"""The shell by keyboard and scanner: search, jumps, keys, the warehouse one works in, the look."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import given
from tests.browser.conftest import scan
from tests.browser.test_every_page import sign_in
from tests.oms import told

pytestmark = pytest.mark.browser


def test_ctrl_k_finds_goods_by_pinyin_and_enter_opens_them(shop_front: str, page: Page) -> None:
    given.sku("TEA-LJ", name="明前龙井")
    given.stock("TEA-LJ", 10)
    sign_in(shop_front, page)

    page.keyboard.press("Control+k")
    expect(page.locator("#palette-box")).to_be_focused()
    page.keyboard.type("mqlj", delay=60)
    expect(page.locator("#palette-hits [aria-selected=true]")).to_contain_text("明前龙井")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(re.escape(reverse("stock")) + r"\?q=TEA-LJ"))


def test_a_code_scanned_anywhere_opens_what_it_names(shop_front: str, page: Page) -> None:
    told.accept(told.draft("4410029987", told.line("TEA", 1)))
    sign_in(shop_front, page)

    scan(page, "4410029987")

    expect(page).to_have_url(re.compile(reverse("order", args=[told.the("4410029987").number])))


def test_a_code_that_names_nothing_says_so_and_stays(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)

    scan(page, "99887766")

    expect(page.locator("#palette-none")).to_contain_text("没有找到")
    expect(page.locator("#palette-box")).to_have_value("99887766")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_two_keys_go_to_a_list_and_the_help_names_them(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)

    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_contain_text("库存总览")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.wait_for_timeout(100)
    page.keyboard.press("o")

    expect(page).to_have_url(re.compile(re.escape(reverse("orders"))))


def test_single_keys_can_be_switched_off(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.click(".person-drop summary")
    page.click("button[name=keys][value=off]")
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    page.wait_for_load_state()

    page.keyboard.press("g")
    page.wait_for_timeout(100)
    page.keyboard.press("o")
    page.wait_for_timeout(300)

    assert page.url == f"{shop_front}/"
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-box")).to_be_focused()


def test_the_warehouse_switch_narrows_the_lists_that_know_one(shop_front: str, page: Page) -> None:
    given.stock("TEA", 10)
    given.stock("TEA", 5, warehouse="WH2")
    sign_in(shop_front, page)
    page.goto(f"{shop_front}{reverse('stock')}")

    page.click(".place-switch summary")
    page.get_by_role("button", name="WH2 WH2").click()

    expect(page).to_have_url(re.compile(f"warehouse={given.warehouse_id('WH2')}"))
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"{shop_front}/")
    expect(page.locator(".place-switch")).to_contain_text("WH2")


def test_the_dark_theme_is_dark_and_stays(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.click(".person-drop summary")
    page.click("button[name=theme][value=dark]")
    expect(page.locator("button[name=theme][value=dark]")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{shop_front}{reverse('stock')}")

    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert max(int(part) for part in re.findall(r"\d+", ground)[:3]) < 40


def test_a_menu_closes_on_escape_and_gives_the_focus_back(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.focus(".person-drop summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".person-drop")).to_have_attribute("open", "")

    page.keyboard.press("Escape")

    expect(page.locator(".person-drop summary")).to_be_focused()
    expect(page.locator(".person-drop .drop-box")).to_be_hidden()
