"""Hands that have a keyboard and a scanner and no mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import answered, scan

PASSWORD = "correct horse 42"
MOST_TABS = 160
# Keys that are closer to each other than this come from a scanner.
SCANNER_MS = 70
# What a pointer does. A click that a key made has no detail, one that a script made is not trusted.
WATCH = """() => {
    for (const kind of ["mousedown", "pointerdown", "touchstart", "wheel", "click"]) {
        addEventListener(kind, (event) => {
            if (event.isTrusted && (kind !== "click" || event.detail > 0)) {
                window.tellOfPointer(kind + " on " + event.target.tagName);
            }
        }, {capture: true, passive: true});
    }
}"""


class Hands:
    """One person at a keyboard; whatever a pointer does is kept in `pointed`."""

    def __init__(self, page: Page, front: str) -> None:
        self.page = page
        self.front = front
        self.pointed: list[str] = []
        page.expose_function("tellOfPointer", lambda what: self.pointed.append(what))
        page.add_init_script(f"({WATCH})()")

    def press(self, *keys: str) -> None:
        """One key after the other, on a page that is there."""
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Into whatever has the focus."""
        self.page.keyboard.type(text)

    def scan(self, code: str) -> None:
        """By the hand scanner; hands are not as fast, so what they pressed before is long past."""
        self.page.wait_for_timeout(SCANNER_MS)
        scan(self.page, code)

    def search(self, words: str) -> None:
        """In the page's own box."""
        self.press("/")
        expect(self.page.locator("main [data-search]").first).to_be_focused()
        self.type(words)
        self.press("Enter")

    def sign_in(self, name: str) -> None:
        """Name, password, Enter."""
        self.page.goto(f"{self.front}/sign-in/")
        self.tab_to("[name=username]")
        self.type(name)
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(f"{self.front}/")

    def go(self, keys: str, path: str) -> None:
        """Two keys after each other lead to a page."""
        self.press(*keys.split(" "))
        self.page.wait_for_url(re.compile(re.escape(path) + r"(\?|$)"))

    def find(self, words: str, path: str) -> None:
        """Ctrl+K, some words, Enter."""
        self.press("Control+k")
        expect(self.page.locator("#palette-box")).to_be_focused()
        self.type(words)
        # What is found for the first letters is shown as well; it may be something else.
        expect(self.page.locator("#palette-hits [aria-selected=true]")).to_contain_text(words)
        self.press("Enter")
        self.page.wait_for_url(re.compile(path))

    def tab_to(self, selector: str) -> Locator:
        """Tab until it has the focus; the first press of all leads past the navigation."""
        wanted = self.page.locator(selector).first
        expect(wanted).to_be_visible()
        answered(self.page)
        for _tab in range(MOST_TABS):
            if wanted.evaluate("each => each === document.activeElement"):
                return wanted
            self.press("Tab")
        seen = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"{selector} is out of reach; the focus is on {seen}")

    def past_the_navigation(self) -> None:
        """The first Tab of a page offers to skip what every page has."""
        self.press("Tab")
        expect(self.page.locator(".skip")).to_be_focused()
        self.press("Enter")

    def choose(self, selector: str, value: str) -> None:
        """An option of a field, by the arrow key."""
        field = self.tab_to(selector)
        self.press("Home")
        for _option in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{selector} has no option {value}")
