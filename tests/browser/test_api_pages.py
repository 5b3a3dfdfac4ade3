"""The pages of the API in a browser: the reference draws itself from this machine alone; a client
is made and its secret seen once; the documentation is read in both languages."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import given

pytestmark = pytest.mark.browser
PATIENCE_S = 60
SHOTS = os.environ.get("SHOTS", "")


def _shot(page: Page, name: str) -> None:
    """Keep a picture of the page, when somebody wants to look."""
    if not SHOTS:
        return
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=width == 1440)
    page.set_viewport_size({"width": 1280, "height": 800})


def _walk(page: Page, by: int) -> None:
    """Turn the wheel; at the end of the page go on at its other end."""
    page.mouse.wheel(0, by)
    page.wait_for_timeout(50)
    page.evaluate(
        """by => {
            const all = document.scrollingElement;
            const top = all.scrollTop;
            const end = all.scrollHeight - all.clientHeight;
            if (by > 0 && top >= end - 1) { all.scrollTop = 0; }
            if (by < 0 && top <= 0) { all.scrollTop = end; }
        }""",
        by,
    )


@pytest.fixture
def it(shop_front: str, page: Page) -> Page:
    given.person("IT", name="it")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", "it")
    page.fill("[name=password]", "correct horse 42")
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")
    return page


def test_a_client_is_made_and_its_secret_is_seen_once(shop_front: str, it: Page) -> None:
    it.goto(f"{shop_front}/api/clients/")
    _shot(it, "clients-empty")
    it.locator("main .btn-primary").last.click()
    it.wait_for_url("**/api/clients/new/")
    it.fill("[name=name]", "收银系统")
    it.check("[name=units]")
    it.check("[name=permissions][value='stock.view']")
    it.fill("[name=networks]", "10.1.0.0/99")
    _shot(it, "client-new")
    it.click("main form button[type=submit]")
    expect(it.locator(".field-error").first).to_contain_text("10.1.0.0/99")
    expect(it.locator("[name=name]")).to_have_value("收银系统")
    it.fill("[name=networks]", "10.1.0.0/16")
    it.click("main form button[type=submit]")
    secret = it.locator("#secret").inner_text()
    _shot(it, "client-secret")
    assert secret.startswith("sk_")
    it.click("main .btn-primary")
    it.wait_for_url(re.compile(r"/api/clients/\d+/$"))
    expect(it.locator("h1")).to_have_text("收银系统")
    expect(it.locator("#secret")).to_have_count(0)
    assert secret not in it.content()
    _shot(it, "client")


def test_the_reference_shows_every_operation_and_leaves_the_machine_for_nothing(
    shop_front: str, it: Page
) -> None:
    it.goto(f"{shop_front}/api/reference/")
    rows = it.locator(".opblock[id]")
    rows.first.locator(".opblock-summary-control").click()
    expect(rows.first.locator(".opblock-body")).to_be_visible()
    _shot(it, "reference")

    # It draws only what lies in sight: one walks down to see them all.
    described = it.request.get(f"{shop_front}/api/v1/openapi.json").json()["paths"]
    wanted = sum(len(methods) for methods in described.values())
    seen: set[str] = set()
    until = time.monotonic() + PATIENCE_S
    while len(seen) < wanted and time.monotonic() < until:
        seen |= set(rows.evaluate_all("all => all.map(each => each.id)"))
        _walk(it, 500)
    assert len(seen) == wanted


def test_the_documentation_can_be_read_in_both_languages(shop_front: str, it: Page) -> None:
    it.goto(f"{shop_front}/api/docs/")
    expect(it.locator("#code-house-sh")).to_contain_text("openssl dgst -sha256 -hmac")
    _shot(it, "docs-zh")
    it.context.add_cookies([{"name": "django_language", "value": "en", "url": shop_front}])
    it.reload()
    expect(it.locator("h1")).to_have_text("API documentation")
    _shot(it, "docs-en")
    it.locator("[data-copies=code-house-sh]").click()
    expect(it.locator("[data-copies=code-house-sh]")).to_have_text(re.compile("Copied|Press Ctrl"))
