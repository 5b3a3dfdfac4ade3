"""The scan box of the floor's pages in a real browser: queue, focus, folding, sound."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from org import services as org
from org.models import Person
from tests import given
from tests.browser.conftest import answered, scan
from tests.wms import world
from tests.wms.conftest import fill
from tests.wms.world import House
from wms import selectors as board

pytestmark = pytest.mark.browser

PASSWORD = "correct horse 42"


@pytest.fixture
def house(shop_front: str) -> House:
    return fill(world.build())


def _sign_in(shop_front: str, page: Page) -> None:
    person = given.person("WAREHOUSE_STAFF", name="picker")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")


def _heard(page: Page, sound: str) -> None:
    expect(page.locator(f"#scan-area [data-sound={sound}]")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-last-sound", sound)


def test_an_order_is_picked_packed_and_shipped_with_the_scanner_alone(
    shop_front: str, house: House, pda: Page
) -> None:
    number = world.ordered(house, "SO-1", TEA=2, SALT=1)
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/floor/pick/{world.listed(house)}/")

    scan(pda, "a-02")
    _heard(pda, "error")
    scan(pda, "A-01")
    _heard(pda, "ok")
    scan(pda, "6901")
    expect(pda.locator("[name=counted]")).to_have_value("1")
    scan(pda, "2")
    _heard(pda, "done")
    scan(pda, "A-02")
    expect(pda.locator("[name=location]")).to_have_value("A-02")
    scan(pda, "salt")
    expect(pda.locator(".stop-finished")).to_be_visible()

    pda.goto(f"{shop_front}/floor/pack/")
    scan(pda, number)
    expect(pda.locator("[name=fulfilment]")).to_have_value(number)
    # Three codes as fast as the keyboard goes: the queue sends one after the other.
    for code in ("16901", "6901", "salt"):
        scan(pda, code)
    expect(pda.locator(".bench-line-done")).to_have_count(1)
    scan(pda, "6901")
    expect(pda.locator("button[value=close]")).to_be_visible()
    answered(pda)
    pda.locator("button[value=close]").click()
    expect(pda.locator("#waybill")).to_have_text("SF0001")
    expect(pda.locator("#scan-box")).to_be_focused()

    pda.goto(f"{shop_front}/floor/ship/")
    scan(pda, "ＳＦ０００１")
    expect(pda.locator("[name=parcel]")).to_be_checked()
    answered(pda)
    pda.locator("button[value=ship]").click()
    _heard(pda, "done")

    assert world.state("SO-1") == "SHIPPED"
    assert world.on_hand(house, "TEA") == 18
    assert board.audit() == []


def test_a_scanner_that_reads_twice_counts_once(shop_front: str, house: House, pda: Page) -> None:
    number = world.ordered(house, "SO-1", TEA=5)
    world.pick_all(world.listed(house))
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/floor/pack/{number}/")

    pda.evaluate(
        """() => {
            const box = document.getElementById("scan-box");
            for (let time = 0; time < 2; time += 1) {
                box.value = "6901";
                box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
            }
        }"""
    )
    expect(pda.locator(".bench-qty")).to_have_text("1 / 5")
    pda.wait_for_timeout(400)
    scan(pda, "6901")

    expect(pda.locator(".bench-qty")).to_have_text("2 / 5")


def test_the_box_keeps_the_focus_and_enter_of_an_input_method_sends_nothing(
    shop_front: str, house: House, pda: Page
) -> None:
    number = world.ordered(house, "SO-1", TEA=5)
    world.pick_all(world.listed(house))
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/floor/pack/{number}/")

    pda.locator(".stop").click()
    expect(pda.locator("#scan-box")).to_be_focused()
    pda.evaluate(
        """() => {
            const box = document.getElementById("scan-box");
            box.value = "6901";
            box.dispatchEvent(new KeyboardEvent(
                "keydown", {key: "Enter", bubbles: true, isComposing: true}));
        }"""
    )
    pda.wait_for_timeout(300)

    expect(pda.locator("#scan-box")).to_have_value("6901")
    expect(pda.locator(".bench-qty")).to_have_text("0 / 5")


def test_without_a_connection_nothing_is_taken_and_the_lost_scan_is_asked_again_once(
    shop_front: str, house: House, pda: Page
) -> None:
    number = world.ordered(house, "SO-1", TEA=5)
    world.pick_all(world.listed(house))
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/floor/pack/{number}/")
    expect(pda.locator("#pda-line")).to_have_text("已连接")

    # The answer is lost on its way back: the scan was booked, the scanner does not know.
    pda.route("**/floor/pack/**", lambda route: (route.fetch(), route.abort())[1])
    scan(pda, "6901")
    expect(pda.locator("#scan-lost")).to_contain_text("6901")
    expect(pda.locator("#pda-line")).to_have_text("连接中断")
    scan(pda, "SALT")
    expect(pda.locator("#scan-lost")).to_contain_text("SALT")
    pda.unroute("**/floor/pack/**")

    expect(pda.locator("#scan-lost")).to_be_hidden()
    expect(pda.locator("#pda-line")).to_have_text("已连接")
    expect(pda.locator(".bench-qty")).to_have_text("1 / 5")
    pda.wait_for_timeout(400)
    scan(pda, "6901")
    expect(pda.locator(".bench-qty")).to_have_text("2 / 5")


def test_what_was_scanned_without_a_connection_was_not_scanned(
    shop_front: str, house: House, pda: Page
) -> None:
    number = world.ordered(house, "SO-1", TEA=5)
    world.pick_all(world.listed(house))
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/floor/pack/{number}/")

    pda.context.set_offline(True)
    expect(pda.locator("#scan-lost")).to_be_visible()
    scan(pda, "6901")
    expect(pda.locator("#scan-lost")).to_contain_text("未接受： 6901")
    pda.context.set_offline(False)
    expect(pda.locator("#scan-lost")).to_be_hidden()

    expect(pda.locator(".bench-qty")).to_have_text("0 / 5")
    pda.wait_for_timeout(400)
    scan(pda, "6901")
    expect(pda.locator(".bench-qty")).to_have_text("1 / 5")


def test_a_walk_by_command_codes_goes_on_after_a_crash(
    shop_front: str, house: House, pda: Page
) -> None:
    world.ordered(house, "SO-1", TEA=8)
    listed = world.listed(house)
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/pda/")
    scan(pda, listed)
    pda.wait_for_url(f"**/floor/pick/{listed}/")
    scan(pda, "Ａ－０１")
    _heard(pda, "ok")
    scan(pda, "16901")
    expect(pda.locator("[name=counted]")).to_have_value("6")

    pda.goto("about:blank")
    pda.goto(f"{shop_front}/floor/pick/{listed}/")

    expect(pda.locator("[name=counted]")).to_have_value("6")
    scan(pda, "CMD-CONFIRM")
    _heard(pda, "done")
    scan(pda, "CMD-SHORT")
    expect(pda.locator(".stop-finished")).to_be_visible()
    assert world.lying(house, "TEA") == {"A-01": 14, "PACK": 6}
    assert world.state("SO-1") == "SHORT"


def test_the_screens_keyboard_stays_away_until_it_is_asked_for(
    shop_front: str, house: House, pda: Page
) -> None:
    _sign_in(shop_front, pda)
    pda.goto(f"{shop_front}/pda/look-up/")
    box = pda.locator("#scan-box")
    expect(box).to_have_attribute("inputmode", "none")

    pda.locator("[data-keyboard-switch]").click()
    pda.reload()

    expect(box).to_have_attribute("inputmode", "text")
    expect(box).to_be_focused()


def test_the_profile_says_whether_it_sounds_until_the_switch_of_the_device_does(
    shop_front: str, house: House, pda: Page
) -> None:
    _sign_in(shop_front, pda)
    picker = Person.objects.get(username="picker")
    with transaction.atomic():
        org.set_preferences(person_id=picker.pk, sound="off")
    switch = pda.locator("[data-sound-switch]")

    pda.goto(f"{shop_front}/floor/pack/")
    expect(switch).to_have_attribute("aria-pressed", "false")
    scan(pda, "nothing of that name")
    expect(pda.locator("#scan-area [data-sound=error]")).to_be_visible()
    switch.click()
    pda.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    with transaction.atomic():
        org.set_preferences(person_id=picker.pk, sound="on")
    pda.reload()

    expect(switch).to_have_attribute("aria-pressed", "false")
