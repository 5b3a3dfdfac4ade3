"""A store manager approves on a phone: with a thumb, on a slow line, tapping twice."""

from __future__ import annotations

import io

import pytest
from django.db import transaction
from playwright.sync_api import Page, Route, expect

from inventory import selectors as stock
from inventory.services import correcting
from org.models import ApprovalDecision, ApprovalRequest, Person
from org.services import approvals
from tests import given

pytestmark = pytest.mark.browser

PASSWORD = "correct horse 42"
THUMB = 44
# One grey pixel.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63680000008200816e3d2ea70000000049454e44ae426082"
)


def _sign_in(shop_front: str, page: Page, name: str) -> None:
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")


def _three_requests() -> Person:
    """Corrections of a store that wait for its manager; one has a photo."""
    given.unit("HQ")
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.warehouse("WH1", at="S1")
    given.sku("TEA", name="明前龙井 50克", unit_cost=38)
    given.stock("TEA", 500)
    manager = given.person("STORE_MANAGER", "S1", "manager")
    draft = approvals.PolicyDraft(
        kind="stock.adjust", name="库存调整：50 件起", min_qty=50,
        steps=(approvals.StepDraft(asked="MANAGER", deadline_hours=24),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person("HEAD_OFFICE", name="boss"))
    lead = given.person("WAREHOUSE_LEAD", "HQ", "lead")
    for change in (-60, -75, -90):
        done = given.correction(change=change, by=lead)
        with transaction.atomic():
            approvals.attach(
                document=done.number, actor=lead.actor, name="wet.png", file=io.BytesIO(PHOTO),
                size=len(PHOTO),
            )  # fmt: skip
    return manager


def _reaches_thumb(page: Page, selector: str) -> None:
    for button in page.locator(selector).all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= THUMB, selector
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_one_is_read_and_approved_by_two_taps_on_a_slow_line(shop_front: str, pda: Page) -> None:
    _three_requests()
    _sign_in(shop_front, pda, "manager")
    pda.goto(f"{shop_front}/approvals/")
    expect(pda.locator(".ask")).to_have_count(3)
    _reaches_thumb(pda, ".ask-do .btn")

    pda.locator(".ask-main").first.tap()
    expect(pda.locator(".change-by")).to_have_text("-60")
    # A tap does not wait for the page it leads to; its scripts come after its words.
    pda.wait_for_load_state()
    expect(pda.locator(".photo img")).to_be_visible()
    bar = pda.locator(".decide-bar .btn-primary")
    expect(bar).to_be_in_viewport()
    _reaches_thumb(pda, ".decide-bar .btn")
    assert pda.evaluate("document.documentElement.scrollWidth") <= 390

    def slow(route: Route) -> None:
        pda.wait_for_timeout(600)
        route.continue_()

    pda.route("**/decide/", slow)
    bar.tap()
    sheet = pda.locator("dialog[open] .btn-primary")
    expect(sheet).to_be_visible()
    _reaches_thumb(pda, "dialog[open] .confirm-buttons .btn")
    sheet.dblclick()
    pda.wait_for_url(f"{shop_front}/approvals/?box=waiting")

    expect(pda.locator(".ask")).to_have_count(2)
    assert ApprovalDecision.objects.count() == 1
    assert given.free("TEA") == 440


def test_many_are_ticked_and_a_reason_goes_with_a_no(shop_front: str, pda: Page) -> None:
    _three_requests()
    _sign_in(shop_front, pda, "manager")
    pda.goto(f"{shop_front}/approvals/")

    for tick in pda.locator(".ask-tick input").all()[:2]:
        tick.tap()
    pda.locator(".ask-chosen .btn-primary").tap()
    expect(pda.locator(".ask")).to_have_count(2)
    pda.wait_for_load_state()
    pda.locator(".decide-bar .btn-primary").tap()
    expect(pda.locator(".result-good")).to_have_count(2)

    pda.goto(f"{shop_front}/approvals/")
    pda.locator(".ask-do .btn").first.tap()
    pda.locator("dialog[open] .btn-danger").tap()
    # Without a reason it is not sent.
    expect(pda.locator("dialog[open]")).to_be_visible()
    pda.fill("dialog[open] textarea", "再盘一次")
    pda.locator("dialog[open] .btn-danger").tap()
    expect(pda.locator(".notice-success")).to_be_visible()
    assert sorted(map(str, ApprovalRequest.objects.values_list("state", flat=True))) == [
        "APPLIED", "APPLIED", "REJECTED",
    ]  # fmt: skip
    assert given.free("TEA") == 500 - 60 - 75


def test_stock_is_corrected_on_a_phone_with_a_photo(shop_front: str, pda: Page) -> None:
    _three_requests()
    _sign_in(shop_front, pda, "lead")
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None
    pda.goto(f"{shop_front}/stock/correct/?location={place.id}")

    pda.fill("[name=change-0]", "-55")
    pda.locator("button[name=check]").tap()
    expect(pda.locator(".step-list")).to_contain_text("manager")
    pda.wait_for_load_state()
    pda.set_input_files(
        "[name=photo]", {"name": "box.png", "mimeType": "image/png", "buffer": PHOTO}
    )
    pda.locator("button[name=book]").tap()
    pda.wait_for_url("**/approvals/*/")

    expect(pda.locator(".photo img")).to_be_visible()
    assert correcting.KIND.code == ApprovalRequest.objects.order_by("-pk")[0].kind
    assert given.free("TEA") == 500
