"""A new company's first hour with nothing but the screen: from an empty house to a parcel gone."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from launch.stack import Stack
from tests.browser.conftest import answered, scan
from tests.memory import folder_for_servers
from tests.servers import begin_with_template

pytestmark = pytest.mark.browser

PASSWORD = "an honest house 26"
PATIENCE_S = 150
BARCODE = "6901234567892"


@pytest.fixture(scope="module")
def empty_house() -> Iterator[Stack]:
    """Everything that `DEMO=0 make run` starts, on free ports and fresh data."""
    folder = Path(tempfile.mkdtemp(prefix="house-empty-", dir=folder_for_servers()))
    folder.chmod(0o755)  # PostgreSQL runs under another user than root
    try:
        begin_with_template(folder / "data")
        with Stack(data_dir=folder / "data", demo=False) as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def done(page: Page, house: str) -> list[str]:
    """Titles of the steps that the page calls done."""
    page.goto(f"{house}/start/")
    return page.locator(".start-done h2").all_inner_texts()


def found(page: Page, house: str) -> None:
    page.goto(f"{house}/")
    page.get_by_role("link", name="创建公司").click()
    for name, value in {
        "company": "清禾茶业", "display_name": "林岚", "username": "lin", "password": PASSWORD,
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("新手引导")


def set_up(page: Page, house: str) -> None:
    page.goto(f"{house}/start/")
    page.locator(".start-next .btn").click()
    page.fill("[name=code]", "WH-SH")
    page.fill("[name=name]", "上海仓")
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_contain_text("上海仓")

    page.goto(f"{house}/start/")
    page.locator(".start-next .btn").click()
    page.fill("[name=code]", "TEA-1")
    page.fill("[name=name]", "明前龙井")
    page.fill("[name=barcodes]", BARCODE)
    page.fill("[name=list_price]", "30")
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("TEA-1")

    page.goto(f"{house}/start/")
    page.locator(".start-next .btn").click()
    page.fill("[name=rows]", "WH-SH\tA-01\tTEA-1\t20")
    page.locator("form:has([name=rows]) button[type=submit]").click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    book = page.locator("main form button.btn-primary")
    until = time.monotonic() + PATIENCE_S
    while not book.count() and time.monotonic() < until:
        page.wait_for_timeout(250)
        page.reload()
    book.first.click()
    # Asked for: the page that offered it is gone.
    expect(book).to_have_count(0)

    page.goto(f"{house}/masters/carriers/")
    for name, value in {
        "code": "SF", "name": "顺丰速运", "letters": "SF", "first": "1001", "last": "1999",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("main button[type=submit]")
    expect(page.locator("main tbody")).to_contain_text("顺丰速运")


def wait_until_done(page: Page, house: str, step: str, seconds: int = PATIENCE_S) -> None:
    until = time.monotonic() + seconds
    while not any(step in title for title in done(page, house)):
        assert time.monotonic() < until, f"{step} is not done: {page.inner_text('main')}"
        page.wait_for_timeout(400)


def picked(page: Page) -> None:
    """The step leads to picking: a list is made and walked by its own words on the screen."""
    page.locator(".start-next .btn").click()
    page.locator("form.form-row button[type=submit]").click()
    page.wait_for_url("**/floor/pick/PL-*/")
    scan(page, page.locator(".stop-place").inner_text())
    expect(page.locator("[name=location]")).not_to_have_value("")
    scan(page, BARCODE)
    expect(page.locator(".stop-finished")).to_be_visible()


def packed(page: Page) -> str:
    """At the bench, where the order waits; the waybill on the screen."""
    page.locator(".stop-finished a[href='/floor/pack/']").click()
    page.locator(".bench-queue a.bench-goods").click()
    page.wait_for_url("**/floor/pack/FF-*/")
    scan(page, BARCODE)
    expect(page.locator("button[value=close]")).to_be_visible()
    answered(page)
    page.locator("button[value=close]").click()
    return page.locator("#waybill").inner_text()


def shipped(page: Page, house: str, waybill: str) -> None:
    """Onto the truck."""
    page.goto(f"{house}/floor/ship/")
    scan(page, waybill)
    expect(page.locator("[name=parcel]")).to_be_checked()
    answered(page)
    page.locator("button[value=ship]").click()
    expect(page.locator("#scan-area [data-sound=done]")).to_be_visible()


def test_from_an_empty_house_to_a_parcel_that_left(
    empty_house: Stack, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    house, began = empty_house.url, time.monotonic()
    found(page, house)
    assert done(page, house) == []

    set_up(page, house)
    wait_until_done(page, house, "期初库存")
    page.locator(".start-step form button").first.click()
    wait_until_done(page, house, "连接店铺")
    page.get_by_role("button", name="让买家下单").click()
    wait_until_done(page, house, "接到第一张订单")

    # The order's page is where a scan of its number leads, and the stock says what it holds.
    scan(page, "SO-1")
    expect(page.locator("h1")).to_contain_text("SO-1")
    expect(page.locator("main")).to_contain_text("TEA-1")

    page.goto(f"{house}/start/")
    picked(page)
    waybill = packed(page)
    shipped(page, house, waybill)
    titles = done(page, house)
    assert len(titles) == page.locator(".start-step").count()
    scan(page, "SO-1")
    expect(page.locator(".facts").first).to_contain_text(waybill)
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\nThe first hour took {took:.0f} s from the empty house to the truck.")
