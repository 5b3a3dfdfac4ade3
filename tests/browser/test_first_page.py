"""The browser machinery itself: a page arrives, and a page that misbehaves is noticed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_sign_in_page_arrives_in_chinese_without_a_fault(shop_front: str, page: Page) -> None:
    answer = page.goto(f"{shop_front}/sign-in/")

    assert answer is not None
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_control_an_inline_script_is_refused_and_noticed(
    shop_front: str, page: Page, faults: list[str]
) -> None:
    page.goto(f"{shop_front}/healthz")
    page.goto(f"{shop_front}/sign-in/")

    with page.expect_console_message(lambda line: "Content Security Policy" in line.text):
        page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
            " document.body.append(s); }"
        )

    assert page.evaluate("window.bad") is None
    assert [fault.split(":")[0] for fault in faults] == ["policy"]
    faults.clear()
