"""Each preset from the rule editor to its release: one person sets it up and looks at what it would
do, another enables it, something happens, the goods are frozen, and they come back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from freeze_rules import tasks
from freeze_rules.models import Inspection, Rule
from freeze_rules.presets import PRESETS
from freeze_rules.selectors import rulebook
from freeze_rules.services import events
from org import services as org
from org.models import Person
from tests import given
from tests.freeze_rules.preset_stories import LOT, STORIES, Story, frozen_now, reports

pytestmark = pytest.mark.browser

PASSWORD = "correct horse 42"


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """What one process keeps of versions is of one database; each story has its own."""
    rulebook.forget()
    events.forget()


def _sign_in(front: str, page: Page, person: Person) -> None:
    page.goto(f"{front}/sign-in/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{front}/")


def _take(front: str, page: Page, story: Story) -> int:
    """Choose the preset under a name of one's own and change one value of it."""
    page.goto(f"{front}/freeze-rules/new/")
    page.locator("details.panel > summary").first.click()
    form = page.locator(f"form[action$='/presets/{story.preset}/']")
    form.locator("[name=name]").fill("牛奶的规则")
    form.locator("button").click()
    expect(page).to_have_url(re.compile(r"/freeze-rules/\d+/$"))
    rule = Rule.objects.get()
    assert (rule.name, rule.preset, rule.state) == ("牛奶的规则", story.preset, "DRAFT")
    page.goto(f"{front}/freeze-rules/{rule.pk}/")
    parameter, value = story.tune
    if parameter:
        page.fill(f"#param-{parameter}", value)
        page.locator("form[action$='/tune/'] button").click()
        expect(page.locator(".notice-success")).to_be_visible()
        expect(page.locator(f"#param-{parameter}")).to_have_value(value)
        assert Rule.objects.get().parameters[parameter] == int(value)
        return rule.pk
    page.goto(f"{front}/freeze-rules/{rule.pk}/edit/")
    page.fill("#review_days", "2")
    page.locator("main form.form-wide > .form-row button[type=submit]").click()
    page.wait_for_url(f"{front}/freeze-rules/{rule.pk}/")
    changed = Rule.objects.get()
    version = changed.next_version or changed.version
    assert version is not None
    assert version.definition["lease"]["review_days"] == 2
    return rule.pk


def _look(front: str, page: Page, rule: int, story: Story) -> None:
    """What it would do: now where it searches, in the past where it hears events."""
    page.goto(f"{front}/freeze-rules/{rule}/preview/")
    if story.by_hand:
        expect(page.locator("#now .card-value").nth(1)).to_have_text(str(story.free[0]))
        return
    page.locator("main form[method=post] button[type=submit]").click()
    expect(page.locator("#replay")).to_be_visible()
    while org.work_on_jobs(seconds=5):
        pass
    page.reload()
    expect(page.locator("#replay .card-value").first).to_be_visible()
    assert frozen_now() == []


def _step(front: str, page: Page, rule: int, verb: str) -> None:
    page.goto(f"{front}/freeze-rules/{rule}/")
    page.locator(f"[data-opens=do-{verb}]").click()
    page.locator(f"#do-{verb} button[type=submit]").click()
    expect(page.locator(".notice-success")).to_be_visible()


def _frozen(front: str, page: Page, rule: int) -> str:
    """The card of the rule's page: units under it now."""
    page.goto(f"{front}/freeze-rules/{rule}/")
    return page.locator(".card-value").first.inner_text()


def _let_go(front: str, page: Page) -> None:
    """Nothing but a person brings it back: on the page of the hold."""
    [hold] = frozen_now()
    page.goto(f"{front}/holds/{hold.id}/")
    page.locator("[data-opens=release-hold]").click()
    page.fill("#release-why", "已通知门店特卖")
    page.locator("#release-hold button[type=submit]").click()
    expect(page.locator(".notice-success")).to_be_visible()


def _inspected(front: str, page: Page, *, qty: int, lot: str) -> None:
    """A sample is asked for and passes, with its report, on the pages of inspections."""
    page.goto(f"{front}/inspections/")
    form = page.locator("#report-form")
    form.locator("[name=warehouse]").select_option("WH1")
    for name, value in (("sku", "MILK"), ("lot", lot), ("qty", str(qty)), ("sample", "1")):
        form.locator(f"[name={name}]").fill(value)
    form.locator("button[type=submit]").click()
    expect(page.locator(".notice-success")).to_be_visible()
    page.goto(f"{front}/inspections/{Inspection.objects.get().pk}/")
    page.check("[name=result][value=PASSED]")
    page.fill("[name=reference]", "QR-1")
    report = FilePayload(name="r.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4")
    page.locator("form.form-wide [name=file]").set_input_files(report)
    page.locator("form.form-wide button[type=submit]").click()
    expect(page.locator(".notice-success")).to_be_visible()
    tasks.judge()


def _agreed(front: str, page: Page) -> None:
    """The supervisor agrees on the page of the hold."""
    assert given.free("MILK") == 0
    [hold] = frozen_now()
    page.goto(f"{front}/holds/{hold.id}/")
    page.fill("#proof-reference", "QR-1")
    page.locator("#evidence button[type=submit]").click()
    expect(page.locator(".notice-success")).to_be_visible()
    tasks.judge()


def _mended_and_agreed(front: str, page: Page, lead: Person) -> None:
    reports("REPAIR", 3, sku="MILK")(lead)
    _inspected(front, page, qty=3, lot="")
    _agreed(front, page)


def _found_sound(front: str, page: Page, lead: Person) -> None:
    del lead
    _inspected(front, page, qty=20, lot=LOT)
    if frozen_now():
        _agreed(front, page)


# These come back on the pages on which the warehouse does it; the others as programs tell it.
ON_PAGES: Mapping[str, Callable[[str, Page, Person], None]] = {
    "receive-qc": _found_sound,
    "recall-notice": _found_sound,
    "defects": _mended_and_agreed,
}


def test_every_preset_has_its_story() -> None:
    # Counts begin on the scanner: their story is told in tests/wms/test_counts_tell_rules.py.
    assert STORIES.keys() | {"count-hold"} == PRESETS.keys()


@pytest.mark.parametrize("preset", sorted(STORIES))
def test_a_preset_from_the_editor_to_its_release(
    shop_front: str, page: Page, browser: Browser, preset: str
) -> None:
    story = STORIES[preset]
    writer, second = given.person(name="writer"), given.person(name="second")
    story.lies()
    assert given.free("MILK", story.house) == story.free[0]

    _sign_in(shop_front, page, writer)
    rule = _take(shop_front, page, story)
    _look(shop_front, page, rule, story)
    _step(shop_front, page, rule, "ask")
    # Whoever asked never enables.
    expect(page.locator("[data-opens=do-enable]")).to_have_count(0)
    desk = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    _sign_in(shop_front, desk, second)
    _step(shop_front, desk, rule, "enable")
    desk.context.close()
    assert Rule.objects.get().state == "ENABLED"

    lead = given.person("WAREHOUSE_LEAD", name="lead")
    story.happens(lead)
    assert given.free("MILK", story.house) == story.free[1]
    assert int(_frozen(shop_front, page, rule)) == sum(hold.open for hold in frozen_now()) > 0

    if story.ends is None:
        _let_go(shop_front, page)
    elif preset in ON_PAGES:
        floor = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
        _sign_in(shop_front, floor, lead)
        ON_PAGES[preset](shop_front, floor, lead)
        floor.context.close()
    else:
        story.ends(lead)
    assert given.free("MILK", story.house) == story.free[2]
    assert frozen_now() == []
    assert _frozen(shop_front, page, rule) == "0"
