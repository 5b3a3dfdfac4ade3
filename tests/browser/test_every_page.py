"""Pages in a real browser: no violation of the policy or of WCAG, no request to another machine.

The `page` fixture fails a test whose page breaks the policy, calls elsewhere or throws.
"""

from __future__ import annotations

import re
import time
from base64 import b32decode

import pytest
from django.db import transaction
from django.urls import reverse
from django_otp.oath import TOTP
from playwright.sync_api import Page, Request, expect

from org.lists import batches
from org.lists.registry import list_of
from org.models import Person
from org.services import invitations, second_factor
from tests import given
from tests.browser.axe import violations
from tests.oms import told
from tests.pages.routes import MACHINE
from tests.pages.table import TABLE

pytestmark = pytest.mark.browser

PARTS = 4
WIDTHS = (1920, 1440, 768, 390)
PASSWORD = "correct horse 42"
PAGES = [
    name
    for name, route in TABLE.items()
    if route.is_page and not route.is_file and route.permission != MACHINE and not route.speaks_json
]
# How far the page, or anything in it that no frame of its own scrolls or cuts, leaves the window.
BEYOND = """() => {
    const held = (each) => {
        for (let up = each.parentElement; up && up !== document.body; up = up.parentElement) {
            if (getComputedStyle(up).overflowX !== "visible") { return true; }
        }
        return false;
    };
    const edges = [...document.querySelectorAll("main *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !held(each))
        .map((each) => each.getBoundingClientRect().right - innerWidth);
    return Math.max(0, document.scrollingElement.scrollWidth - innerWidth, ...edges);
}"""

# Tables whose frame scrolls sideways, by their headings.
FRAMED = """() => [...document.querySelectorAll("main .table-frame")]
    .filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth + 1)
    .map((each) => [...each.querySelectorAll("th")].slice(0, 3).map((th) => th.innerText))
    .map((headings) => headings.join("|"))"""
READ_SIDEWAYS: set[str] = set()


def sign_in(shop_front: str, page: Page, boss: Person | None = None) -> None:
    person = boss or given.person(name="boss")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")


class Quiet:
    """Waits until a page has nothing under way, which is sooner than half a second of silence."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.under_way: set[Request] = set()
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _began(self, request: Request) -> None:
        self.under_way.add(request)

    def _ended(self, request: Request) -> None:
        self.under_way.discard(request)

    def wait(self) -> None:
        """Twice nothing, so that what an answer starts is waited for as well."""
        silent, deadline = 0, time.monotonic() + 90
        while silent < 2:
            assert time.monotonic() < deadline, [each.url for each in self.under_way]
            self.page.wait_for_timeout(40)
            silent = 0 if self.under_way else silent + 1


def beyond_the_window(page: Page) -> float:
    """How many pixels the page leaves the window once its charts have followed it."""
    beyond = 0.0
    for _look in range(50):
        beyond = page.evaluate(BEYOND)
        if not beyond:
            break
        page.wait_for_timeout(100)
    return beyond


def too_wide(page: Page) -> list[str]:
    """What is wider than a desk's screen, a small one, a tablet or a phone."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if beyond := beyond_the_window(page):
            found.append(f"{beyond:.0f} px wider than {width} px")
    if framed := [each for each in page.evaluate(FRAMED) if each not in READ_SIDEWAYS]:
        found.append(f"scrolls sideways within itself at {WIDTHS[-1]} px: {framed}")
    return found


def look_at(page: Page, quiet: Quiet, address: str) -> list[str]:
    """Open one page and say what is wrong with it."""
    page.set_viewport_size({"width": 1440, "height": 800})
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    quiet.wait()
    return [f"{address}: {each[:160]}" for each in (*violations(page), *too_wide(page))]


# Parts, so that both cores are busy with the many pages.
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_opens_without_a_fault_and_axe_finds_nothing(
    shop_front: str, page: Page, part: int
) -> None:
    """At 1440 px by axe; in English, whose words are long, nothing is wider than its screen."""
    names = [name for name in PAGES if name != "sign-in"][part::PARTS]
    wrong = []
    if part == 0:
        page.goto(f"{shop_front}/sign-in/")
        wrong += [f"sign-in: {each[:160]}" for each in violations(page)]
    sign_in(shop_front, page)
    Person.objects.update(language="en")
    quiet = Quiet(page)
    for name in names:
        wrong += look_at(page, quiet, f"{shop_front}{reverse(name, args=TABLE[name].args())}")

    assert wrong == [], "\n".join(wrong)


def test_pages_that_only_one_person_can_open_have_no_fault_either(
    shop_front: str, page: Page
) -> None:
    """Founding, an invitation, the code of signing in, one import, a batch to confirm."""
    quiet = Quiet(page)
    wrong = look_at(page, quiet, f"{shop_front}{reverse('found')}")
    boss, careful = given.person(name="boss"), given.person(name="careful")
    with transaction.atomic():
        link = invitations.invite(person=given.person("CLERK"), kind="INVITE", actor=boss.actor)
        secret = second_factor.key_of(second_factor.begin(person=careful)).replace(" ", "")
        second_factor.confirm(person=careful, code=f"{TOTP(b32decode(secret)).token():06d}")
    token = invitations.token_of(link)
    wrong += look_at(page, quiet, f"{shop_front}{reverse('invitation', args=[token])}")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", careful.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/sign-in/code/**")
    wrong += look_at(page, quiet, page.url)
    page.context.clear_cookies()
    sign_in(shop_front, page, boss)
    Person.objects.update(language="en")
    told.accept(told.draft("T1"), told.draft("T2"))
    rows = given.imported("WH1,NEW,TEA,5\nWH9,A-01,TEA,5\n", by=boss)
    orders = [told.the(number).pk for number in ("T1", "T2")]
    with transaction.atomic():
        batch = batches.choose(
            spec=list_of("orders"), person=boss,
            wish=batches.Wish(action="cancel", query="", sort="", ids=orders, everything=False),
        )  # fmt: skip
    wrong += look_at(page, quiet, f"{shop_front}{reverse('import', args=[rows])}")
    wrong += look_at(page, quiet, f"{shop_front}{reverse('batch', args=[batch.pk])}")

    assert wrong == [], "\n".join(wrong)


def test_a_number_on_the_board_opens_its_explanation_in_the_drawer(
    shop_front: str, page: Page
) -> None:
    given.stock("TEA", 10)
    given.held("SO-1042", "TEA", 3)
    sign_in(shop_front, page)

    page.goto(f"{shop_front}{reverse('stock')}")
    page.click("tbody td.num a")
    expect(page.locator("#drawer")).to_contain_text("SO-1042")
    # The address holds the drawer, so a reload keeps it.
    page.reload()
    expect(page.locator("#drawer")).to_contain_text("SO-1042")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("drawer"))


def test_the_language_changes_where_one_stands(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.goto(f"{shop_front}{reverse('stock')}?q=tea")

    page.click(".person-drop summary")
    page.click("button[name=language][value=en]")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1").first).to_have_text("Stock board")
    assert page.url.endswith("?q=tea")


def test_a_slash_goes_to_the_search_box(shop_front: str, page: Page) -> None:
    sign_in(shop_front, page)
    page.goto(f"{shop_front}{reverse('stock')}")

    page.keyboard.press("/")

    expect(page.locator("[data-search]")).to_be_focused()
