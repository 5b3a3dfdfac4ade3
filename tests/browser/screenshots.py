"""Pictures of every page of a running house: `make screenshots` (SITE=http://127.0.0.1:8000).

Walks the links from the workbench, one picture for each kind of page, at 1440 and 390 px, in both
languages, light and (at 1440) dark, into .shots/. For eyes, not for comparison by machine.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from launch import chromium

SIZES = {1440: 900, 390: 844}
LANGUAGES = ("zh-hans", "en")
# Not pages: files, the way out, programs' addresses, the configuration admin.
LEFT_OUT = re.compile(r"^/(admin|api|static|healthz|readyz|sign-out)|\.(xlsx|csv|json)$|/file/$")
MOST_PAGES = 80


def kind_of(path: str) -> str:
    """What pages of the same kind have in common: their address without numbers and documents."""
    return re.sub(r"/(?:[A-Z]{1,4}-)?\d+(?=/)|/[A-Z]{2}-[\w-]+(?=/)", "/#", path)


def walk(page: Page, site: str) -> Iterator[tuple[str, str]]:
    """Kind and address of each kind of page that links lead to."""
    seen: dict[str, str] = {"/": "/"}
    waiting = ["/", "/search/?q=tea"]
    visited = 0
    while waiting and visited < MOST_PAGES:
        address = waiting.pop(0)
        visited += 1
        answer = page.goto(site + address)
        if answer is None or answer.status != 200:
            continue
        yield kind_of(urlsplit(address).path), address
        found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        for link in found:
            parts = urlsplit(link)
            kind = kind_of(parts.path)
            if not link.startswith(site) or LEFT_OUT.search(parts.path) or kind in seen:
                continue
            seen[kind] = parts.path
            waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))


def name_of(kind: str) -> str:
    """The name of a picture."""
    return kind.strip("/").replace("/", "_").replace("#", "x") or "workbench"


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


def take(site: str, folder: Path, name: str, password: str, only: str) -> int:
    """Take the pictures; how many there are."""
    taken = 0
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.get(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        first = signed_in(browser, site, name, password, 1440)
        pages = [each for each in walk(first.new_page(), site) if re.search(only, each[0])]
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
                        file = f"{name_of(kind)}-{width}-{language}-{theme}.png"
                        page.screenshot(path=folder / file, full_page=width == 390)
                        taken += 1
                    page.close()
        browser.close()
    return taken


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://127.0.0.1:8000")
    parser.add_argument("--folder", type=Path, default=Path(".shots"))
    parser.add_argument("--name", default="hq")
    parser.add_argument("--password", default="demo-2026-tea")
    parser.add_argument("--only", default="", help="kinds of pages whose address fits this")
    told = parser.parse_args()
    taken = take(told.site.rstrip("/"), told.folder, told.name, told.password, told.only)
    print(f"{taken} pictures in {told.folder}")


if __name__ == "__main__":
    main()
