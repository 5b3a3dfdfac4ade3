"""A day of each role by keyboard and scanner only: a single click of a mouse fails it.

The warehouse staff's day is in `test_scan_box`; here are the others, in one company.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from inventory import selectors as stock
from oms import services as orders
from oms.models import OrderException
from org.models import ApprovalRequest, Job, Person
from org.services import approvals
from outbox.models import News
from tests import given
from tests.browser.conftest import opened
from tests.browser.hands import Hands
from tests.conftest import fresh_clone
from tests.oms import told
from tests.wms import world
from tests.wms.conftest import fill

pytestmark = pytest.mark.browser

BOUGHT, ODD = "4410029987", "4410029988"
WHERE = {
    "ORDER_DESK": "HQ", "STORE_MANAGER": "S1", "REGION_MANAGER": "EAST", "HEAD_OFFICE": "HQ",
    "CLERK": "S1", "WAREHOUSE_LEAD": "S1", "FINANCE": "HQ", "IT": "HQ", "AUDITOR": "HQ",
}  # fmt: skip


def _store() -> world.House:
    """A store of the region with 500 milk, and orders on its floor."""
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    store = world.House(warehouse=given.warehouse("SHOP", at="S1"))
    given.stock("MILK", 500, warehouse="SHOP")
    store.skus["MILK"] = given.sku("MILK")
    world.packed(store, "SO-9001", MILK=1)
    world.ordered(store, "SO-9002", MILK=2)
    return store


def _requests() -> None:
    """Two corrections of the store that wait for its manager."""
    draft = approvals.PolicyDraft(
        kind="stock.adjust", name="From 50 units on", min_qty=50,
        steps=(approvals.StepDraft(asked="MANAGER", deadline_hours=24),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person(name="founder"))
    keeper = given.person("WAREHOUSE_LEAD", "HQ", "keeper")
    for change in (-60, -75):
        given.correction("MILK", change, by=keeper, warehouse="SHOP")


@pytest.fixture(scope="module")
def company(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, _sync_django: None
) -> Iterator[str]:
    """One company for all days, with somebody in each role; afterwards its books are right."""
    with fresh_clone(django_db_blocker), opened() as front:
        fill(world.build())
        told.accept(
            told.draft(BOUGHT, told.line("TEA", 2)),
            told.draft(ODD, told.line("TEA", 1), receiver=replace(told.LI, name="李雷🌸")),
        )
        orders.process()
        _store()
        for role, place in WHERE.items():
            given.person(role, place, role.lower())
        _requests()
        News.objects.create(
            handler="oms.services.hooks:note_short", key="SO-1", attempts=12,
            last_error="KeyError at look:7", dead_at=timezone.now(),
        )  # fmt: skip
        yield front
        assert stock.audit() == []


def order_desk(hands: Hands) -> None:
    """Finds an order, accepts what is odd about another, writes a note into both."""
    page = hands.page
    number = told.the(BOUGHT).number
    hands.find(BOUGHT, f"/orders/{number}/")

    hands.go("g e", "/exceptions/")
    hands.press("j", "Enter")
    expect(page.locator("#drawer")).to_contain_text(ODD)
    hands.tab_to("#drawer [data-opens^=do-accept]")
    hands.press("Enter")
    hands.type("prints fine")
    hands.press("Enter")
    expect(page.locator(".notice-success")).to_be_visible()
    assert OrderException.objects.get().why == "prints fine"

    hands.go("g o", "/orders/")
    hands.press("j", "x", "j", "x", "b")
    expect(page.locator("[name=action][value=note]")).to_be_focused()
    hands.press("Enter")
    page.wait_for_url("**/batches/*/")
    hands.type("called the buyer")
    hands.press("Enter")
    expect(page.locator(".card-ok .card-value")).to_have_text("2")


def store_manager(hands: Hands) -> None:
    """Approves one request and refuses the other with a reason."""
    page = hands.page
    hands.go("g y", "/approvals/")
    hands.press("j", "a")
    expect(page.locator("dialog[open] .btn-primary")).to_be_focused()
    hands.press("Escape")
    # The dialog gives the focus back to the row it was opened from.
    expect(page.locator(".ask").first).to_be_focused()
    hands.press("a")
    expect(page.locator("dialog[open] .btn-primary")).to_be_focused()
    hands.press("Enter")
    expect(page.locator(".notice-success")).to_be_visible()
    hands.press("j", "r")
    expect(page.locator("dialog[open] textarea")).to_be_focused()
    hands.type("count again")
    hands.press("Control+Enter")
    expect(page.locator(".notice-success")).to_be_visible()
    expect(page.locator(".ask")).to_have_count(0)
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == {"APPLIED", "REJECTED"}


def _freezes(hands: Hands, warehouse: str, sku: str) -> None:
    page = hands.page
    before = given.free(sku, warehouse)
    hands.go("g f", "/holds/")
    hands.press("n")
    page.wait_for_url("**/holds/freeze/")
    hands.past_the_navigation()
    hands.choose("[name=warehouse]", warehouse)
    hands.tab_to("[name=sku]")
    hands.type(sku)
    hands.tab_to("[name=amount]:checked")
    hands.press("ArrowUp", "Tab")
    expect(page.locator("[name=qty]")).to_be_focused()
    hands.type("3")
    hands.choose("[name=reason]", "MANUAL")
    hands.press("Control+Enter")
    expect(page.locator("button[name=apply]")).to_be_visible()
    assert given.free(sku, warehouse) == before
    hands.press("Control+Enter")
    page.wait_for_url(re.compile(r"/holds/(\?|$)"))
    assert given.free(sku, warehouse) == before - 3

    hands.press("j", "Enter")
    expect(page.locator("#drawer")).to_contain_text(sku)
    hands.press("r")
    hands.tab_to("#release-why")
    hands.type("counted")
    hands.press("Enter")
    expect(page.locator(".notice-success")).to_be_visible()
    assert given.free(sku, warehouse) == before


def region_manager(hands: Hands) -> None:
    """Freezes goods of a store by hand and releases them."""
    _freezes(hands, "SHOP", "MILK")


def head_office(hands: Hands) -> None:
    """The same in the house's own warehouse."""
    _freezes(hands, "WH1", "RICE")


def clerk(hands: Hands) -> None:
    """Makes a pick list, walks it, packs and closes the parcel."""
    page = hands.page
    hands.scan("MILK")
    page.wait_for_url("**/stock/?q=MILK*")
    hands.go("g p", "/floor/pick/")
    hands.press("Control+Enter")
    page.wait_for_url("**/floor/pick/PL-*/")
    hands.scan("A-01")
    expect(page.locator("[name=location]")).to_have_value("A-01")
    hands.scan("69MILK")
    expect(page.locator("[name=counted]")).to_have_value("1")
    hands.scan("2")
    expect(page.locator(".stop-finished")).to_be_visible()
    hands.tab_to(".stop-finished a[href='/floor/pack/']")
    hands.press("Enter")
    page.wait_for_url("**/floor/pack/")
    hands.scan(world.number_of("SO-9002"))
    expect(page.locator(".bench-qty")).to_have_text("0 / 2")
    hands.scan("69MILK")
    expect(page.locator(".bench-qty")).to_have_text("1 / 2")
    # Sooner it would be one piece that was read twice.
    page.wait_for_timeout(350)
    hands.scan("69MILK")
    expect(page.locator("button[value=close]")).to_be_visible()
    hands.scan("CMD-DONE")
    expect(page.locator("#waybill")).to_have_text("SF0002")


def warehouse_lead(hands: Hands) -> None:
    """Hands a parcel to the truck and corrects what a shelf holds."""
    page = hands.page
    hands.go("g d", "/floor/ship/")
    hands.scan("SF0001")
    expect(page.locator("[name=parcel]").first).to_be_checked()
    hands.tab_to("button[value=ship]")
    hands.press("Enter")
    expect(page.locator("#scan-area [data-sound=done]")).to_be_visible()
    assert world.state("SO-9001") == "SHIPPED"

    page.goto(f"{hands.front}/")
    hands.go("g v", "/stock/correct/")
    hands.search("A-01")
    before = given.free("MILK", "SHOP")
    hands.tab_to("[name=change-0]")
    hands.type("-4")
    hands.press("Enter")
    expect(page.locator("button[name=book]")).to_be_visible()
    hands.press("Control+Enter")
    page.wait_for_url("**/stock/corrections/*/")
    assert given.free("MILK", "SHOP") == before - 4


def finance(hands: Hands) -> None:
    """Narrows the orders to one and takes it away as a file."""
    page = hands.page
    hands.go("g o", "/orders/")
    hands.search(BOUGHT)
    page.wait_for_url(f"**/orders/?*q={BOUGHT}*")
    expect(page.locator("tbody tr")).to_have_count(1)
    _exports(hands, "finance", "orders")


def _exports(hands: Hands, who: str, what: str) -> None:
    hands.press("e")
    expect(hands.page.locator("#export-list")).to_be_visible()
    hands.choose("#export-format", "csv")
    hands.press("Control+Enter")
    expect(hands.page.locator(".notice-success")).to_be_visible()
    job = Job.objects.get(person=Person.objects.get(username=who))
    assert (job.kind, job.payload["list"], job.payload["format"]) == ("lists.export", what, "csv")


def it(hands: Hands) -> None:
    """Has what was given up delivered again."""
    hands.go("g x", "/operations/")
    hands.press("j", "x", "Control+Enter")
    expect(hands.page.locator(".notice-success")).to_be_visible()
    assert not News.objects.filter(dead_at__isnull=False).exists()


def auditor(hands: Hands) -> None:
    """Searches the trail, reads a record beside the list, takes the search away as a file."""
    page = hands.page
    hands.go("g r", "/trail/")
    hands.search("founder")
    page.wait_for_url("**/trail/?*q=founder*")
    hands.press("j", "Enter")
    expect(page.locator("#drawer .facts").first).to_be_visible()
    hands.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("tbody tr").first).to_be_focused()
    _exports(hands, "auditor", "trail")


DAYS: tuple[Callable[[Hands], None], ...] = (
    order_desk, store_manager, region_manager, head_office, clerk, warehouse_lead, finance, it,
    auditor,
)  # fmt: skip


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.__name__)
def test_a_day_without_a_mouse(company: str, page: Page, day: Callable[[Hands], None]) -> None:
    hands = Hands(page, company)
    hands.sign_in(day.__name__)

    day(hands)

    assert hands.pointed == []


def test_control_a_click_is_seen(company: str, page: Page) -> None:
    hands = Hands(page, company)
    page.goto(f"{company}/sign-in/")

    page.click("[name=username]")

    assert "mousedown on INPUT" in hands.pointed
    assert "click on INPUT" in hands.pointed


def test_a_code_that_is_scanned_presses_no_key_of_the_page(company: str, page: Page) -> None:
    """A and R approve and reject; a scanner that sends both with an Enter decides nothing."""
    hands = Hands(page, company)
    hands.sign_in("region_manager")
    hands.go("g y", "/approvals/")
    before = list(ApprovalRequest.objects.order_by("pk").values_list("state", flat=True))

    hands.press("j")
    hands.scan("ARNX-77")

    expect(page.locator("#palette-box")).to_have_value("ARNX-77")
    assert page.locator("dialog.confirm[open]").count() == 0
    assert list(ApprovalRequest.objects.order_by("pk").values_list("state", flat=True)) == before
