"""Each preset from the rule editor to its release: one person sets it up and looks at what it would
do, another enables it, something happens, the goods are frozen, and they come back."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from freeze_rules.models import Rule
from freeze_rules.presets import PRESETS
from freeze_rules.selectors import rulebook
from freeze_rules.services import events
from org import services as org
from org.models import Person
from tests import given
from tests.browser.conftest import note_faults
from tests.browser.preset_deeds import DEEDS, Scene
from tests.freeze_rules.preset_stories import STORIES, Story, frozen_now

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """What one process keeps of versions is of one database; each story has its own."""
    rulebook.forget()
    events.forget()


def _enter(front: str, context: BrowserContext, person: Person) -> None:
    """With a session of their own; signing in is shown elsewhere."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": front}])


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
    if story.searches:
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


def test_every_preset_has_its_story() -> None:
    assert STORIES.keys() == DEEDS.keys() == PRESETS.keys()


@pytest.mark.parametrize("preset", sorted(STORIES))
def test_a_preset_from_the_editor_to_its_release(
    shop_front: str, page: Page, browser: Browser, faults: list[str], preset: str
) -> None:
    story, (happens, ends) = STORIES[preset], DEEDS[preset]
    writer, second = given.person(name="writer"), given.person(name="second")
    story.lies()
    assert given.free("MILK", story.house) == story.free[0]

    _enter(shop_front, page.context, writer)
    rule = _take(shop_front, page, story)
    _look(shop_front, page, rule, story)
    _step(shop_front, page, rule, "ask")
    # Whoever asked never enables.
    expect(page.locator("[data-opens=do-enable]")).to_have_count(0)
    other = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    with closing(other):
        _enter(shop_front, other, second)
        _step(shop_front, other.new_page(), rule, "enable")
    assert Rule.objects.get().state == "ENABLED"

    floor = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    with closing(floor):
        _enter(shop_front, floor, given.person("WAREHOUSE_LEAD", name="lead"))
        scene = Scene(shop_front, page, floor.new_page())
        note_faults(scene.floor, faults)
        happens(scene)
        assert given.free("MILK", story.house) == story.free[1]
        assert int(_frozen(shop_front, page, rule)) == sum(h.open for h in frozen_now()) > 0
        ends(scene)
    assert given.free("MILK", story.house) == story.free[2]
    assert frozen_now() == []
    assert _frozen(shop_front, page, rule) == "0"
