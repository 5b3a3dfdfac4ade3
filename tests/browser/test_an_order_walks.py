"""The whole house, seen from outside: an order from the platform's push to its waybill there,
and a freeze that the shop feels, by nothing but clicks and scans.

The sandbox's own record is the other witness; nothing here looks into our database.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from demo.building import barcode_of
from demo.company import PASSWORD
from launch.stack import Stack
from tests.browser.conftest import answered, scan

pytestmark = pytest.mark.browser

SHOP = "qinghe-tmall"
TEA_KNIFE = "WR-CD-01"
TEA_BOWL = "WR-GW-150"
SECONDS = 60.0
# The page takes the same code sooner than this for one piece read twice.
TWO_PIECES_MS = 500


def _sign_in(house: Stack, page: Page, name: str) -> None:
    page.goto(f"{house.url}/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{house.url}/")


def _ask(house: Stack, address: str, **params: str) -> Any:
    answer = httpx.get(f"{house.sandbox_url}/sandbox/{address}", params=params, timeout=60)
    answer.raise_for_status()
    return answer.json()


def _figure(house: Stack, sku: str) -> int | None:
    """What the platform believes we have, once we have told it anything; else None."""
    rows = _ask(house, "records/stock", shop=SHOP)["stock"]
    row = next(row for row in rows if row["sku"] == sku)
    return int(row["figure"]) if row["told"] is not None else None


def _within(seconds: float, look: Callable[[], object]) -> bool:
    """True as soon as `look` finds something."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _buys(house: Stack, sku: str, quantity: int) -> str:
    """A buyer in Shanghai orders at the platform; its order number."""
    receiver = {
        "name": "钱多多", "phone": "13800138000", "province": "上海", "city": "上海市",
        "district": "黄浦区", "address": "南京东路 100 号", "zip": "200001",
    }  # fmt: skip
    wish = {"shop": SHOP, "lines": [{"sku": sku, "quantity": quantity}], "receiver": receiver}
    answer = httpx.post(f"{house.sandbox_url}/sandbox/orders", json=wish, timeout=60)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order"]["number"])


def _opened_by_clicks(page: Page, platform_number: str) -> str:
    """Find the order on the list and open it in the drawer; our number for it."""
    page.locator("nav a[href='/orders/']").first.click()
    page.wait_for_url("**/orders/")
    row = page.locator("tbody tr", has_text=platform_number)
    deadline = time.monotonic() + SECONDS
    while not row.count() and time.monotonic() < deadline:
        page.wait_for_timeout(100)
        page.reload()
    link = row.locator("a[data-drawer]")
    number = link.inner_text()
    link.click()
    expect(page.locator("#drawer")).to_contain_text(platform_number)
    return number


def _picked(house: Stack, pda: Page) -> None:
    """Make a list and walk it: place, first piece, second piece."""
    pda.goto(f"{house.url}/floor/pick/?warehouse=WH-SH")
    pda.click("form.form-row button[type=submit]")
    pda.wait_for_url("**/floor/pick/PL-*/")
    scan(pda, pda.locator(".stop-place").inner_text())
    expect(pda.locator("[name=location]")).not_to_have_value("")
    scan(pda, barcode_of(TEA_KNIFE))
    expect(pda.locator("[name=counted]")).to_have_value("1")
    pda.wait_for_timeout(TWO_PIECES_MS)
    scan(pda, barcode_of(TEA_KNIFE))
    expect(pda.locator(".stop-finished")).to_be_visible()


def _packed(pda: Page, number: str) -> str:
    """Scan the order and each piece, close the parcel; the waybill that the page shows."""
    pda.click(".stop-finished a[href='/floor/pack/']")
    pda.wait_for_url("**/floor/pack/")
    scan(pda, number)
    expect(pda.locator(".bench-qty")).to_have_text("0 / 2")
    scan(pda, barcode_of(TEA_KNIFE))
    expect(pda.locator(".bench-qty")).to_have_text("1 / 2")
    pda.wait_for_timeout(TWO_PIECES_MS)
    scan(pda, barcode_of(TEA_KNIFE))
    expect(pda.locator("button[value=close]")).to_be_visible()
    answered(pda)
    pda.locator("button[value=close]").click()
    waybill = pda.locator("#waybill").inner_text()
    assert waybill.startswith(("SF", "ZT"))
    return waybill


def _shipped(house: Stack, pda: Page, waybill: str) -> None:
    pda.goto(f"{house.url}/floor/ship/")
    pda.click("nav.tabs a[href='?warehouse=WH-SH']")
    pda.wait_for_url("**/floor/ship/?warehouse=WH-SH")
    scan(pda, waybill)
    expect(pda.locator("[name=parcel]")).to_be_checked()
    answered(pda)
    pda.locator("button[value=ship]").click()
    expect(pda.locator("#scan-area [data-sound=done]")).to_be_visible()


def test_an_order_walks_from_the_platforms_push_to_its_waybill_there(
    whole_house: Stack, page: Page, pda: Page
) -> None:
    assert _within(120, lambda: _figure(whole_house, TEA_KNIFE)), "the shop was told its stock"
    before = _figure(whole_house, TEA_KNIFE)
    _sign_in(whole_house, page, "hq")
    _sign_in(whole_house, pda, "picker")

    theirs = _buys(whole_house, TEA_KNIFE, 2)
    ours = _opened_by_clicks(page, theirs)
    page.goto(f"{whole_house.url}/orders/{ours}/")
    line = page.locator("tbody tr", has_text=TEA_KNIFE).first
    expect(line.locator("td.num").nth(1)).to_have_text("2")
    expect(page.locator(".facts").first).to_contain_text("仓库处理中")
    expect(page.locator(".timeline")).to_contain_text("已占用库存，已下发仓库")

    _picked(whole_house, pda)
    waybill = _packed(pda, ours)
    _shipped(whole_house, pda, waybill)

    def told() -> bool:
        return bool(_ask(whole_house, f"orders/{theirs}")["order"]["state"] == "shipped")

    assert _within(SECONDS, told), "the platform was told"
    record = _ask(whole_house, f"orders/{theirs}")["order"]
    assert [each["number"] for each in record["tracking"]] == [waybill]
    assert [line["shipped"] for line in record["lines"]] == [2]
    page.reload()
    expect(page.locator(".facts").first).to_contain_text("已发货")
    expect(page.locator(".facts").first).to_contain_text(waybill)
    expect(line.locator("td.num").nth(1)).to_have_text("0")
    expect(line.locator("td.num").nth(2)).to_have_text("2")
    # The platform counted its sale itself; the figure we told it agrees and nothing else moved.
    assert before is not None
    assert _within(SECONDS, lambda: _figure(whole_house, TEA_KNIFE) == before - 2)


def test_a_freeze_by_hand_takes_its_units_from_the_shop_and_gives_them_back(
    whole_house: Stack, page: Page
) -> None:
    assert _within(120, lambda: _figure(whole_house, TEA_BOWL)), "the shop was told its stock"
    before = _figure(whole_house, TEA_BOWL)
    assert before is not None
    _sign_in(whole_house, page, "lead")

    page.goto(f"{whole_house.url}/stock/?q={TEA_BOWL}")
    page.locator("tbody tr", has_text="上海中央仓").locator("td.num a").first.click()
    # The cell's own button fills in the form.
    page.locator("#drawer #cells .row-actions a").first.click()
    expect(page.locator("[name=sku]")).to_have_value(TEA_BOWL)
    page.fill("[name=qty]", "3")
    page.select_option("[name=reason]", "MANUAL")
    page.click("main form.form-stack button[type=submit]")
    # The plan names what would be frozen; nothing is until it is confirmed.
    page.click("main button[name=apply]")
    page.wait_for_url(re.compile(r"/holds/(\?|$)"))
    row = page.locator("tbody tr", has_text=TEA_BOWL)
    expect(row.locator("td.num").first).to_have_text("3")
    assert _within(SECONDS, lambda: _figure(whole_house, TEA_BOWL) == before - 3)

    link = row.locator("a[href^='/holds/']").first
    hold = str(link.get_attribute("href"))
    link.click()
    expect(page.locator("[data-opens=release-hold]").first).to_be_visible()
    page.wait_for_load_state()
    page.locator("[data-opens=release-hold]").first.click()
    page.locator("dialog#release-hold [name=why]").fill("清点无误")
    page.locator("dialog#release-hold button[type=submit]").click()
    assert _within(SECONDS, lambda: _figure(whole_house, TEA_BOWL) == before)
    # Released whole: its page offers nothing more to release.
    page.goto(f"{whole_house.url}{hold}")
    expect(page.locator("main")).to_be_visible()
    expect(page.locator("[data-opens=release-hold]")).to_have_count(0)
