"""A condition is written without typing code: by keys, on a phone, its faults beside it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import given

PASSWORD = "correct horse 42"
TRY = "/freeze-rules/conditions/try/"


def _open(shop_front: str, page: Page) -> None:
    today = timezone.localdate()
    soon = date.fromordinal(today.toordinal() + 10)
    given.sku("MILK", category="乳品", name="鲜牛奶")
    given.stock("MILK", 12, lot_id=given.lot("MILK", "L1", expires_on=soon))
    given.stock("TEA", 10)
    person = given.person(name="boss")
    page.goto(f"{shop_front}/sign-in/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{shop_front}/")
    page.goto(f"{shop_front}{TRY}")


def _kept(page: Page) -> Any:
    return json.loads(page.locator("input[name=condition]").input_value())


@pytest.mark.browser
def test_a_condition_is_written_with_the_keyboard_alone(shop_front: str, page: Page) -> None:
    _open(shop_front, page)
    said = page.locator("[data-said]")
    expect(said).to_contain_text("始终成立")

    page.locator("[data-tree] button", has_text="添加比较项").focus()
    keys = page.keyboard
    keys.press("Enter")
    keys.type("距到期")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("30")
    expect(said).to_contain_text("距到期天数少于 30 天")

    # A group of its own, two comparisons in it; the second names its values one by one.
    page.locator("[data-focus$=':group']").first.focus()
    keys.press("Enter")
    keys.press("Enter")
    keys.type("category")
    keys.press("Enter")
    page.locator(".condition-is").last.select_option("in")
    page.locator(".condition-tokens input").focus()
    keys.type("乳品")
    keys.press("Enter")
    keys.type("冰品")
    keys.press("Enter")
    expect(said).to_contain_text("距到期天数少于 30 天，且分类是“乳品”、“冰品”之一")
    assert _kept(page) == {
        "all": [
            {"fact": "lot.days_left", "is": "<", "value": 30},
            {"any": [{"fact": "sku.category", "is": "in", "value": ["乳品", "冰品"]}]},
        ]
    }

    # Alt+Down carries the first comparison into the group, Alt+Up out of it again.
    page.locator(".fact-picker input").first.focus()
    keys.press("Alt+ArrowDown")
    expect(said).to_contain_text("距到期天数少于 30 天或分类是“乳品”、“冰品”之一")
    assert [len(each["any"]) for each in _kept(page)["all"]] == [2]
    keys.press("Alt+ArrowUp")
    assert [*_kept(page)["all"][0]] == ["fact", "is", "value"]

    page.locator("main form button[type=submit]").focus()
    keys.press("Enter")
    expect(page.locator(".condition-found")).to_contain_text("MILK")
    expect(page.locator(".condition-found tbody tr")).to_have_count(1)
    assert len(_kept(page)["all"]) == 2


@pytest.mark.browser
def test_the_server_marks_the_faulty_comparison(shop_front: str, page: Page) -> None:
    _open(shop_front, page)
    for fact in ("库位编码", "距到期天数"):
        page.locator("[data-tree] button", has_text="添加比较项").click()
        page.locator(".fact-picker input").last.fill(fact)
        page.keyboard.press("Enter")
    page.locator("[data-focus$=':value']").nth(0).fill("A-01")
    page.locator("[data-focus$=':value']").nth(1).fill("三十")

    wrong = page.locator(".condition-leaf.condition-wrong")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("“距到期天数”应为整数；三十 不是。")
    assert page.locator("[data-focus$=':value']").nth(1).input_value() == "三十"

    page.locator("[data-focus$=':value']").nth(1).fill("30")
    expect(page.locator(".condition-wrong")).to_have_count(0)
    expect(page.locator("[data-said]")).to_contain_text("库位编码为“A-01”，且距到期天数少于 30 天")


@pytest.mark.browser
def test_a_parameter_is_made_named_and_tuned(shop_front: str, page: Page) -> None:
    _open(shop_front, page)
    page.locator("[data-tree] button", has_text="添加比较项").click()
    page.locator(".fact-picker input").fill("lot.days_left")
    page.keyboard.press("Enter")
    page.locator("[data-focus$=':value']").fill("30")
    page.locator(".condition-source").select_option("+")
    page.locator("[aria-label='参数名称']").fill("临期天数")
    page.locator("[aria-label='参数值']").focus()
    page.locator("[aria-label='参数值']").fill("7")

    expect(page.locator("[data-said]")).to_contain_text("距到期天数少于 7 天")
    value = _kept(page)["all"][0]["value"]
    assert value == {"param": "临期天数"}
    assert json.loads(page.locator("input[name=params]").input_value()) == {"临期天数": 7}
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".condition-found")).to_contain_text("当前没有符合条件的库存")
    assert _kept(page)["all"][0]["value"] == {"param": "临期天数"}


@pytest.mark.browser
def test_it_fits_a_phone_and_negations_come_back_as_they_were_written(
    shop_front: str, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    _open(shop_front, page)
    page.locator("[data-tree] > .condition-group > .condition-head select").select_option("none")
    page.locator("[data-tree] button", has_text="添加比较项").click()
    page.locator(".fact-picker input").click()
    assert page.locator(".fact-list").bounding_box()["width"] <= 390  # type: ignore[index]
    page.locator(".fact-option", has_text="储存温度").first.click()
    page.locator(".condition-value select").first.select_option("CHILLED")
    expect(page.locator("[data-said]")).to_contain_text("并非（储存温度为“冷藏（0-8 °C）”）")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".condition-found")).to_be_visible()

    assert _kept(page) == {
        "not": {"any": [{"fact": "sku.temperature", "is": "=", "value": "CHILLED"}]}
    }
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


@pytest.mark.browser
def test_only_what_the_trigger_knows_is_offered_and_another_trigger_marks_the_rest(
    shop_front: str, page: Page
) -> None:
    _open(shop_front, page)
    page.goto(f"{shop_front}/freeze-rules/new/")
    page.select_option("#trigger", "order.paid")
    page.locator("[data-tree] button", has_text="添加比较项").click()
    picker = page.locator(".fact-picker input")
    picker.fill("库位编码")
    expect(page.locator(".fact-list")).to_contain_text("此触发条件不知道：库位编码")
    picker.fill("渠道")
    page.keyboard.press("Enter")
    page.locator("[data-focus$=':value']").fill("TAOBAO")
    expect(page.locator("[data-said]")).to_contain_text("渠道为“TAOBAO”")

    page.select_option("#trigger", "goods.received")
    wrong = page.locator(".condition-leaf.condition-wrong")
    expect(wrong).to_contain_text("“已收货”发生时永远不知道“渠道”")
    page.select_option("#trigger", "order.placed")
    expect(page.locator(".condition-wrong")).to_have_count(0)
