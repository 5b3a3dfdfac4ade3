"""Charts under the strict policy, in light and dark, and what the workbench weighs."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, expect

from tests import given

PASSWORD = "correct horse 42"
# The promise of the workbench: everything but the charts' library, compressed.
MOST_BYTES = 350 * 1024


def _sign_in(shop_front: str, page: Page) -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    person = given.person(name="boss")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")


@pytest.mark.browser
def test_a_measure_is_drawn_without_breaking_the_policy(shop_front: str, page: Page) -> None:
    _sign_in(shop_front, page)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{shop_front}/insights/measures/held/?by=part")
        chart = page.locator("[data-chart]")
        expect(chart).to_have_attribute("data-drawn", "yes")
        expect(chart).to_have_attribute("role", "img")
        expect(page.locator("[data-chart] canvas")).to_have_count(1)
        chart.hover()
        page.wait_for_timeout(200)


@pytest.mark.browser
def test_the_workbench_draws_its_charts_and_writes_their_tables(
    shop_front: str, page: Page
) -> None:
    _sign_in(shop_front, page)
    chart = page.locator("[data-chart*='/held/']")
    chart.scroll_into_view_if_needed()

    expect(chart).to_have_attribute("data-drawn", "yes")
    table = page.locator(f"#{chart.get_attribute('data-table')}")
    expect(table.locator("tbody tr").nth(1)).to_be_attached()


@pytest.mark.browser
def test_the_charts_library_comes_only_where_a_chart_is(shop_front: str, page: Page) -> None:
    _sign_in(shop_front, page)
    page.goto(f"{shop_front}/stock/")

    assert page.locator("script[src*='chart']").count() == 0
    page.goto(f"{shop_front}/insights/measures/held/")
    expect(page.locator("[data-chart]")).to_have_attribute("data-drawn", "yes")
    assert page.locator("script[src*='echarts.common']").count() == 1


def _packed(data: bytes) -> int:
    return len(gzip.compress(data, 6))


@pytest.mark.django_db
def test_the_workbench_weighs_less_than_350_kb_without_its_charts(client: Client) -> None:
    given.stock("TEA", 10)
    client.force_login(given.person())
    page = client.get("/")
    text = page.content.decode()
    prefix = re.escape(settings.STATIC_URL)
    names = set(re.findall(rf'(?:src|href)="{prefix}([^"#?]+)', text))

    weights = {"page": _packed(page.content)}
    for name in names:
        plain = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name)
        found = finders.find(plain)
        assert found, name
        weights[plain] = _packed(Path(str(found)).read_bytes())

    assert "vendor/tabler/tabler.min.css" in weights
    assert not [name for name in weights if "echarts" in name]
    assert sum(weights.values()) < MOST_BYTES, weights
