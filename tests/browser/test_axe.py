"""Every page by axe-core: no violation of WCAG 2.1 A and AA in either theme.

axe runs in the page's own context through the browser's debugger, so the page's policy stays.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.test_every_page import PAGES, sign_in
from tests.pages.table import TABLE

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# The vendored Swagger widget inside of our reference page: its markup is not ours to mend.
NOT_OURS = [[".api-reference .swagger-ui"]]


@cache
def _axe() -> str:
    # Only its copy of axe-core is used: the package itself has no types.
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds on this page, one line each with the first place."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "([within, tags]) => axe.run(within, {runOnly: {type: 'tag', values: tags}})",
        [{"include": [["html"]], "exclude": NOT_OURS}, TAGS],
    )
    return [
        f"{each['id']} ({len(each['nodes'])}): {each['nodes'][0]['target']}"
        f" {each['nodes'][0]['failureSummary'][:300]}"
        for each in found["violations"]
    ]


def test_axe_finds_nothing_on_any_page(shop_front: str, page: Page) -> None:
    addresses = {
        name: reverse(name, args=TABLE[name].args()) for name in PAGES if name != "sign-in"
    }
    page.goto(f"{shop_front}/sign-in/")
    found = {"sign-in": violations(page)}
    sign_in(shop_front, page)
    for name, address in addresses.items():
        page.goto(f"{shop_front}{address}")
        page.wait_for_load_state("networkidle")
        found[name] = violations(page)

    wrong = [f"{name}: {each[:160]}" for name, told in found.items() for each in told]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_component_can_be_read_in_both_themes(
    shop_front: str, page: Page, theme: str
) -> None:
    sign_in(shop_front, page)
    page.click(".person-drop summary")
    page.click(f"button[name=theme][value={theme}]")

    for name in ("design", "glossary", "start", "workbench"):
        page.goto(f"{shop_front}{reverse(name)}")
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], name


def test_the_open_palette_and_the_key_help_are_sound(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.keyboard.press("Control+k")
    page.keyboard.type("stock", delay=60)
    page.wait_for_timeout(600)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert violations(page) == []


def test_control_axe_sees_what_is_wrong(shop_front: str, page: Page) -> None:
    page.goto(f"{shop_front}/sign-in/")
    page.evaluate("document.querySelector('label').remove()")

    assert "label" in [line.split(" ")[0] for line in violations(page)]
