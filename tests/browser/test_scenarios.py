"""The scanners' jobs on a hand-held of 390 px by nothing but scans: wrong, double, full-width,
and a reload in the middle of each."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests import given
from tests.browser.conftest import scan
from tests.wms import world
from tests.wms.conftest import fill
from tests.wms.world import House

pytestmark = pytest.mark.browser

PASSWORD = "correct horse 42"


@pytest.fixture
def house(shop_front: str) -> House:
    return fill(world.build())


@pytest.fixture
def floor(shop_front: str, house: House, pda: Page) -> Page:
    """A hand-held, signed in, at the home page."""
    person = given.person("WAREHOUSE_STAFF", name="picker")
    pda.goto(f"{shop_front}/sign-in/")
    pda.fill("[name=username]", person.username)
    pda.fill("[name=password]", PASSWORD)
    pda.click("main button[type=submit]")
    pda.wait_for_url(f"{shop_front}/")
    pda.goto(f"{shop_front}/pda/")
    return pda


def _twice_at_once(page: Page, code: str) -> None:
    """One trigger that the scanner reads twice."""
    page.evaluate(
        """(code) => {
            const box = document.getElementById("scan-box");
            for (let time = 0; time < 2; time += 1) {
                box.value = code;
                box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
            }
        }""",
        code,
    )


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_goods_are_moved(shop_front: str, house: House, floor: Page) -> None:
    floor.goto(f"{shop_front}/pda/move/")
    scan(floor, "Z-99")
    expect(floor.locator("#scan-area [data-sound=error]")).to_be_visible()
    scan(floor, "ａ－０１")
    expect(floor.locator("#from")).to_have_text("A-01")
    _twice_at_once(floor, "6901")
    expect(floor.locator("#qty")).to_have_text("1")
    _fits(floor)

    floor.goto("about:blank")
    floor.goto(f"{shop_front}/pda/move/")
    expect(floor.locator("#qty")).to_have_text("1")
    scan(floor, "１２")
    expect(floor.locator("#qty")).to_have_text("12")
    scan(floor, "A-03")

    expect(floor.locator("#scan-area [data-sound=done]")).to_be_visible()
    assert world.lying(house, "TEA") == {"A-01": 8, "A-03": 12}


def test_a_place_is_counted(shop_front: str, house: House, floor: Page) -> None:
    floor.goto(f"{shop_front}/pda/count/")
    scan(floor, "SALT")
    expect(floor.locator("#scan-area [data-sound=error]")).to_be_visible()
    scan(floor, "Ａ－０２")
    expect(floor.locator("#place")).to_have_text("A-02")
    _twice_at_once(floor, "SALT")
    expect(floor.locator(".bench-qty")).to_contain_text("1")

    floor.reload()
    expect(floor.locator(".bench-qty")).to_contain_text("1")
    scan(floor, "SALT")
    expect(floor.locator(".bench-qty")).to_contain_text("2")
    scan(floor, "９")
    expect(floor.locator(".bench-qty")).to_contain_text("9")
    _fits(floor)
    scan(floor, "ＣＭＤ－ＤＯＮＥ")

    expect(floor.locator("#scan-area [data-sound=done]")).to_be_visible()
    assert world.lying(house, "SALT") == {"A-02": 9}


def test_anything_is_looked_up_from_the_home_page(
    shop_front: str, house: House, floor: Page
) -> None:
    scan(floor, "16901")
    floor.wait_for_url("**/pda/look-up/?code=16901")
    expect(floor.locator(".stop-goods")).to_have_text("Tea")
    scan(floor, "NOBODY")
    expect(floor.locator("#scan-area [data-sound=error]")).to_be_visible()
    expect(floor.locator(".stop-goods")).to_have_count(0)
    scan(floor, "ａ－０２")
    expect(floor.locator(".stop-goods")).to_have_text("A-02")
    _fits(floor)

    floor.goto(f"{shop_front}/pda/look-up/")
    expect(floor.locator(".stop-goods")).to_have_text("A-02")
    scan(floor, "CMD-BACK")
    expect(floor.locator(".stop-goods")).to_have_count(0)
    # Sooner it would be one scan that was read twice.
    floor.wait_for_timeout(400)
    scan(floor, "CMD-BACK")
    floor.wait_for_url("**/pda/")


def test_nothing_on_the_page_keeps_feedback_back_for_longer_than_150_ms(
    shop_front: str, house: House, floor: Page
) -> None:
    # What the machine takes is measured by the bench; what the page itself waits is exact.
    floor.goto(f"{shop_front}/pda/look-up/")
    scan(floor, "A-01")
    expect(floor.locator(".stop-goods")).to_have_text("A-01")

    waits = floor.evaluate(
        """() => {
            const moving = document.getElementById("scan-area").getAnimations({subtree: true});
            const ends = moving.map((each) => each.effect.getComputedTiming().endTime);
            const {defaultSwapDelay, defaultSettleDelay} = htmx.config;
            return defaultSwapDelay + defaultSettleDelay + Math.max(0, ...ends);
        }"""
    )

    assert waits < 150
