"""Pictures of every page of a running house: `make screenshots` (SITE=http://127.0.0.1:8000).

One picture for each page of `tests/pages/table.py` at 1440 and 390 px, in both languages, light and
(at 1440) dark, into .shots/. Pages of one thing are found by the links that lead to it; what no
link of this house's data leads to is named in the end. For eyes, not for comparison by machine.
"""

from __future__ import annotations

import argparse
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from launch import chromium

SIZES = {1440: 900, 390: 844}
LANGUAGES = ("zh-hans", "en")
# Not pages: files, the way out, programs' addresses, the configuration admin.
LEFT_OUT = re.compile(r"^/(admin|api|static|healthz|readyz|sign-out)|\.(xlsx|csv|json)$|/file/$")
# A link may lead to what is not there, such as an example on a page of help.
MOST_TRIES = 4
# What an example is made of: goods and a warehouse of the demo company.
SKU, HOUSE = "PK-DZ-S", "WH-SH"
# Pages that nobody who is signed in can open.
STRANGERS = {"sign-in"}


def wanted() -> set[str]:
    """The routes of all pages that people open."""
    # The table asks the house's models, which are there once Django is set up.
    from tests.pages.routes import MACHINE
    from tests.pages.table import TABLE

    return {
        name
        for name, route in TABLE.items()
        if route.is_page and not route.is_file and not route.speaks_json
        if route.permission != MACHINE and name not in STRANGERS
    }


def kind_of(path: str) -> str:
    """The route of an address; pages of one route are of one kind."""
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def plain_addresses(names: set[str]) -> Iterator[str]:
    """The addresses of pages that are about no single thing."""
    for name in sorted(names):
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def walk(page: Page, site: str) -> Iterator[tuple[str, str]]:
    """Route and address of each page, those of one thing by the first links that open.

    What is still missing then is looked for on more pages of the kinds that were seen: the second
    warehouse may have a zone, another tab an order on its bench.
    """
    names = wanted()
    waiting = ["/search/?q=tea", *plain_addresses(names)]
    known, tried, shown = set(waiting), Counter[str](), set[str]()
    spare: list[str] = []
    while waiting or (spare and names - shown):
        address = waiting.pop(0) if waiting else spare.pop(0)
        kind = kind_of(urlsplit(address).path)
        answer = page.goto(site + address)
        if answer is None or answer.status != 200:
            continue
        if kind not in shown:
            shown.add(kind)
            yield kind, address
        for link in page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            parts = urlsplit(link)
            kind = kind_of(parts.path)
            wish = parts.path + (f"?{parts.query}" if parts.query else "")
            if not link.startswith(site) or LEFT_OUT.search(parts.path) or wish in known:
                continue
            if kind in names and tried[kind] < MOST_TRIES:
                tried[kind] += 1
                known.add(wish)
                (spare if kind in shown else waiting).append(wish)


def examples(context: BrowserContext, site: str) -> None:
    """One thing of each kind that a new company has none of, by the forms people fill in."""
    now = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
    begins, ends = (now + timedelta(days=days) for days in (1, 2))
    goods = {"warehouse": HOUSE, "sku": SKU, "note": "Example"}
    made: dict[str, dict[str, str]] = {
        "/inspections/": {**goods, "qty": "1"},
        "/promotions/": {
            "name": "Example", "lines": f"{SKU},{HOUSE},1",
            "opens_at": f"{begins:%Y-%m-%dT%H:%M}", "closes_at": f"{ends:%Y-%m-%dT%H:%M}",
        },
        "/lists/people/export/": {"format": "csv"},
    }  # fmt: skip
    page = context.new_page()
    page.goto(f"{site}/")
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    for address, fields in made.items():
        context.request.post(
            site + address, form={**fields, "csrfmiddlewaretoken": token},
            headers={"Referer": site},
        )  # fmt: skip
    page.close()


def signed_in(browser: Browser, site: str, name: str, password: str, width: int) -> BrowserContext:
    """A browser of this width in which somebody is signed in."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": width, "height": SIZES[width]},
    )
    page = context.new_page()
    page.goto(f"{site}/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site}/")
    return context


def themes_of(width: int, language: str) -> tuple[str, ...]:
    """The dark theme once is enough: the colours are the same for every size and language."""
    return ("light", "dark") if width == 1440 and language == "en" else ("light",)


def tell(context: BrowserContext, site: str, route: str, **fields: str) -> None:
    """Post one of the shell's small forms, such as the language."""
    page = context.new_page()
    page.goto(f"{site}/")
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    answer = context.request.post(
        f"{site}/{route}/", form={**fields, "csrfmiddlewaretoken": token, "next": "/"},
        headers={"Referer": site},
    )  # fmt: skip
    assert answer.ok, answer.status
    page.close()


def take(
    site: str, folder: Path, name: str, password: str, only: str, *, makes: bool
) -> tuple[int, set[str]]:
    """Take the pictures; how many there are, and the pages that nothing led to."""
    taken = 0
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.get(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        first = signed_in(browser, site, name, password, 1440)
        if makes:
            examples(first, site)
        every = dict(walk(first.new_page(), site))
        pages = [each for each in every.items() if re.search(only, each[0])]
        for width in SIZES:
            context = signed_in(browser, site, name, password, width)
            for language in LANGUAGES:
                tell(context, site, "set-language", language=language)
                for theme in themes_of(width, language):
                    tell(context, site, "set-look", theme=theme)
                    page = context.new_page()
                    for kind, address in pages:
                        page.goto(site + address)
                        page.wait_for_load_state("networkidle")
                        file = f"{kind}-{width}-{language}-{theme}.png"
                        page.screenshot(path=folder / file, full_page=width == 390)
                        taken += 1
                    page.close()
        browser.close()
    return taken, wanted() - every.keys()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://127.0.0.1:8000")
    parser.add_argument("--folder", type=Path, default=Path(".shots"))
    parser.add_argument("--name", default="hq")
    parser.add_argument("--password", default="demo-2026-tea")
    parser.add_argument("--only", default="", help="pages whose route fits this")
    parser.add_argument(
        "--examples", action="store_true",
        help="first make an inspection, a promotion and a job in the house (the demo company's)",
    )  # fmt: skip
    told = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    os.environ.setdefault("SECRET_KEY", "for pictures only")
    django.setup()
    taken, missing = take(
        told.site.rstrip("/"), told.folder, told.name, told.password, told.only,
        makes=told.examples,
    )  # fmt: skip
    print(f"{taken} pictures in {told.folder}")
    if missing:
        print(f"No link leads to: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main()
