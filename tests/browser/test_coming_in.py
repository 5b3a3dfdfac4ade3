"""From an invitation to the workbench: link, password, second factor, sign-in."""

from __future__ import annotations

import time
from base64 import b32decode

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from tests import given

pytestmark = pytest.mark.browser
PASSWORD = "correct horse 42"


def _code(key: str, steps: int = 0) -> str:
    totp = TOTP(b32decode(key.replace(" ", "")))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def _sign_in(page: Page, front: str, name: str, password: str) -> None:
    page.goto(f"{front}/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def _set_up(page: Page, front: str) -> str:
    """Scan, type, keep the codes; answers the key."""
    page.wait_for_selector("[data-secret]")
    # With its pictures.
    page.wait_for_load_state()
    assert page.locator(".square-code").evaluate("img => img.naturalWidth") > 100
    key = page.locator("[data-secret]").inner_text()
    page.fill("[name=code]", _code(key))
    page.press("[name=code]", "Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.click("main .btn-primary")
    page.wait_for_url(f"{front}/")
    return key


def test_invited_with_a_link_password_app_and_in(
    shop_front: str, page: Page, browser: Browser, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    given.person(role="HEAD_OFFICE", name="boss")
    given.unit("S1", "STORE", "HQ")
    _sign_in(page, shop_front, "boss", PASSWORD)
    _set_up(page, shop_front)

    page.goto(f"{shop_front}/people/new/")
    page.fill("[name=display_name]", "王小明")
    page.fill("[name=username]", "wangxm")
    page.select_option("[name=role]", "STORE_MANAGER")
    page.select_option("[name=place]", f"unit:{given.unit('S1').pk}")
    page.click("main .btn-primary")
    link = page.locator("#link").inner_text()

    newcomer = browser.new_page()
    newcomer.goto(link)
    newcomer.fill("[name=password]", "shop-floor-night-7")
    newcomer.fill("[name=again]", "shop-floor-night-7")
    newcomer.press("[name=again]", "Enter")
    newcomer.wait_for_url("**/sign-in/")
    _sign_in(newcomer, shop_front, "wangxm", "shop-floor-night-7")
    newcomer.wait_for_url("**/me/second-factor/")
    newcomer.goto(f"{shop_front}/orders/")
    newcomer.wait_for_url("**/me/second-factor/")
    key = _set_up(newcomer, shop_front)
    newcomer.goto(f"{shop_front}/orders/")
    assert newcomer.url == f"{shop_front}/orders/"

    elsewhere = browser.new_page()
    _sign_in(elsewhere, shop_front, "wangxm", "shop-floor-night-7")
    elsewhere.wait_for_url("**/sign-in/code/**")
    # The step of the set-up is spent; the next one counts already.
    elsewhere.fill("[name=code]", _code(key, steps=1))
    elsewhere.press("[name=code]", "Enter")
    elsewhere.wait_for_url(f"{shop_front}/")

    elsewhere.goto(f"{shop_front}/me/")
    others = elsewhere.locator("form:has(input[value=others]) button")
    others.click()
    # One device is left, so there is nothing more to end.
    expect(others).to_have_count(0)
    expect(elsewhere.locator("h1")).to_be_visible()
    newcomer.goto(f"{shop_front}/orders/")
    newcomer.wait_for_url("**/sign-in/**")
    for opened in (newcomer, elsewhere):
        opened.close()
