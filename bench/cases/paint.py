"""When a person sees the workbench who has never been here: first paint with cold caches."""

from __future__ import annotations

import argparse
from typing import Any

from bench import crowd, house, measure

LIMIT_MS = 1_000.0
# When the browser painted something for the first time, counted from the click.
_PAINTED = """() => new Promise((told) => {
    const look = () => {
        const found = performance.getEntriesByName("first-contentful-paint")[0];
        if (found) { told(found.startTime); } else { setTimeout(look, 20); }
    };
    look();
})"""
# Compressed, as they came over the line.
_CARRIED = """() => performance.getEntriesByType("resource").concat(
    performance.getEntriesByType("navigation")
).reduce((sum, each) => sum + each.transferSize, 0)"""


def main(arguments: list[str]) -> int:
    """Sign in once, then open the workbench in fresh browser profiles, one after another."""
    from playwright.sync_api import sync_playwright

    from launch import chromium

    options = _options(arguments)
    path = chromium.get()
    with house.running(parts=("web",), demo=False) as stack:
        from bench import filling

        filling.fill(orders=options.orders, balances=options.orders)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            known = _signed_in(browser, stack.url)
            opened = [_opened(browser, stack.url, known) for _ in range(options.times)]
            browser.close()
    painted = [each[0] for each in opened]
    figures: dict[str, float | str] = {
        "first_paint_p50_ms": measure.part(painted, 0.50),
        "first_paint_p95_ms": measure.part(painted, 0.95),
        "page_with_everything_kb": max(each[1] for each in opened) / 1024,
    }
    return measure.report(figures, options.json, {"first_paint_p95_ms": LIMIT_MS})


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = measure.options("paint", arguments)
    parser.add_argument("--orders", type=int, default=None)
    options = parser.parse_args(arguments)
    options.orders = options.orders or (400 if options.quick else 20_000)
    options.times = 2 if options.quick else 20
    return options


def _signed_in(browser: Any, url: str) -> Any:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{url}/sign-in/")
    page.fill("[name=username]", crowd.PERSON)
    page.fill("[name=password]", crowd.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{url}/")
    known = context.storage_state()
    context.close()
    return known


def _opened(browser: Any, url: str, known: Any) -> tuple[float, float]:
    """Milliseconds to the first paint, and bytes of all that was loaded by then or soon after."""
    context = browser.new_context(locale="zh-CN", storage_state=known)
    page = context.new_page()
    page.goto(f"{url}/")
    painted = float(page.evaluate(_PAINTED))
    page.wait_for_load_state("networkidle")
    carried = float(page.evaluate(_CARRIED))
    context.close()
    return painted, carried
