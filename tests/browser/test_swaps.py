"""Parts fetched anew: the focus stays, old figures say so, what one may not see says so."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from tests import given
from tests.browser.test_every_page import sign_in

pytestmark = pytest.mark.browser
REFRESH = "htmx.ajax('GET', '/', {target: '#board', select: '#board', swap: 'outerHTML'})"


def test_a_board_that_comes_anew_keeps_the_focus_and_says_when_it_cannot_come(
    shop_front: str, page: Page
) -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    sign_in(shop_front, page)
    link = page.locator("#board a[href*='reason=MANUAL']").first
    link.focus()

    page.evaluate("document.getElementById('board').dataset.old = 'yes'")
    page.evaluate(REFRESH)
    expect(page.locator("#board")).not_to_have_attribute("data-old", "yes")
    expect(link).to_be_focused()

    stale = page.locator("#board [data-stale]")
    expect(stale).to_be_hidden()
    page.route(f"{shop_front}/", lambda route: route.fulfill(status=503, body="busy"))
    page.evaluate(REFRESH)
    expect(stale).to_be_visible()
    expect(link).to_be_visible()
    page.unroute(f"{shop_front}/")
    page.evaluate(REFRESH)
    expect(stale).to_be_hidden()


def test_the_drawer_waits_in_sight_and_says_what_one_may_not_see(
    shop_front: str, page: Page
) -> None:
    given.stock("TEA", 10)
    sign_in(shop_front, page)
    page.goto(f"{shop_front}{reverse('stock')}")
    asked: list[Route] = []
    page.route(re.compile(r"/stock/\d+/\d+/"), lambda route: asked.append(route))
    page.locator("tbody tr").first.locator("td.num a").first.focus()

    with page.expect_request(re.compile(r"/stock/\d+/\d+/")):
        page.keyboard.press("Enter")
    expect(page.locator("#drawer .loading")).to_be_visible()
    asked[0].fulfill(status=403, body="no")

    expect(page.locator("#drawer .forbidden-state")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("tbody td.num a:focus")).to_have_count(1)
