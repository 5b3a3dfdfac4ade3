"""What a condition may say: what is refused and where, what it judges, what it is called."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from freeze_rules import facts, triggers
from freeze_rules.conditions import (
    ConditionRefused,
    compile_closure,
    compile_sql,
    facts_in,
    from_json,
    params_in,
    parse,
    required_equalities,
    sentence,
)
from freeze_rules.facts.kinds import COMPARISONS, Is, Type
from inventory.models import Location, Lot, Sku, Warehouse
from inventory.models.books import Grade

SOON: dict[str, Any] = {"fact": "lot.days_left", "is": "<", "value": 30}
DAIRY: dict[str, Any] = {"fact": "sku.category", "is": "=", "value": "乳品"}


def leaf(fact: str, comparison: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"fact": fact, "is": comparison, "value": value, **more}


def faults(tree: Any, params: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(ConditionRefused) as refused:
        parse(tree, params)
    return [(fault.path, fault.code) for fault in refused.value.faults]


def deep(levels: int) -> Any:
    tree: Any = SOON
    for _ in range(levels):
        tree = {"not": tree}
    return tree


@pytest.mark.parametrize(
    ("tree", "path", "code"),
    [
        ("soon", "", "not_a_tree"),
        ({}, "", "not_a_tree"),
        ({"all": SOON}, "", "not_a_list"),
        ({"all": [SOON, {"any": []}]}, "all[1]", "empty_any"),
        ({"not": [SOON]}, "not", "not_a_tree"),
        ({"all": [], "any": [SOON]}, "", "two_in_one"),
        ({"all": [{**SOON, "not": SOON}]}, "all[0]", "two_in_one"),
        ({"all": [], "why": 1}, "", "unknown_key"),
        ({**SOON, "than": 3}, "", "unknown_key"),
        (deep(9), "not.not.not.not.not.not.not.not.not", "too_deep"),
        ({"all": [SOON] * 201}, "all[200]", "too_many"),
        ({"is": "=", "value": 3}, "", "fact_missing"),
        ({"any": [leaf("lot.colour", "=", "red")]}, "any[0]", "unknown_fact"),
        ({"fact": "sku.code", "value": "A"}, "", "comparison_missing"),
        (leaf("sku.code", "<", "A"), "", "comparison_not_allowed"),
        (leaf("sku.code", "~", "A"), "", "comparison_not_allowed"),
        (leaf("sku.light_sensitive", "!=", True), "", "comparison_not_allowed"),
        (leaf("event.at", "=", "2026-01-31T08:00:00+08:00"), "", "comparison_not_allowed"),
        (leaf("lot.days_left", "<"), "", "value_missing"),
        (leaf("lot.days_left", "known", 3), "", "value_not_wanted"),
        (leaf("lot.days_left", "in", 3), "", "not_values"),
        (leaf("lot.days_left", "<", [3]), "", "one_value"),
        ({"not": leaf("sku.brand", "in", [])}, "not", "empty_list"),
        (leaf("sku.brand", "not_in", ["x"] * 1001), "", "too_many_values"),
        (leaf("lot.days_left", "between", [1]), "", "not_two"),
        (leaf("lot.days_left", "between", [30, 1]), "", "reversed"),
        (leaf("lot.expires_on", "between", ["2026-02-01", "2026-01-31"]), "", "reversed"),
        (leaf("lot.days_left", "<", {"param": "days"}), "", "unknown_param"),
        (leaf("lot.days_left", "in", [1, {"param": "days"}]), "", "unknown_param"),
        (leaf("lot.days_left", "<", "30"), "", "not_integer"),
        (leaf("lot.days_left", "<", 30.5), "", "not_integer"),
        (leaf("lot.days_left", "<", True), "", "not_integer"),
        (leaf("lot.days_left", "<", 10**13), "", "too_big"),
        (leaf("cell.on_hand", ">", -1), "", "below_least"),
        (leaf("sku.cost", ">", "12,50"), "", "not_number"),
        (leaf("sku.cost", ">", float("nan")), "", "not_number"),
        (leaf("sku.cost", ">", "1_0"), "", "not_number"),
        (leaf("lot.expires_on", "=", "31.01.2026"), "", "not_date"),
        (leaf("lot.expires_on", "=", "2026-02-30"), "", "not_date"),
        (leaf("lot.expires_on", "=", "2026-W01-1"), "", "not_date"),
        (leaf("event.at", "<", "2026-01-31T08:00:00"), "", "not_moment"),
        (leaf("event.paid", "=", "yes"), "", "not_flag"),
        (leaf("sku.code", "=", 7), "", "not_text"),
        (leaf("sku.code", "contains", " "), "", "not_text"),
        (leaf("sku.name", "=", "a\x00b"), "", "not_text"),
        (leaf("sku.name", "=", "\ud800"), "", "not_text"),
        (leaf("cell.grade", "=", "ZZ"), "", "unknown_choice"),
        (leaf("cell.grade", "in", ["ZP", "ZZ"]), "", "unknown_choice"),
        (leaf("lot.days_left", "<", 4, unit="weeks"), "", "wrong_unit"),
        (leaf("lot.days_left", "<", {"value": 4, "unit": "weeks"}), "", "wrong_unit"),
        (leaf("sku.code", "=", "A", unit="days"), "", "no_unit"),
        (leaf("lot.days_left", "<", {"than": 4}), "", "unknown_key"),
    ],
)
def test_what_will_not_do_is_refused_with_its_place(tree: Any, path: str, code: str) -> None:
    assert faults(tree) == [(path, code)]
    for language in ("en", "zh-hans"):
        with override(language), pytest.raises(ConditionRefused) as refused:
            parse(tree)
        assert "%" not in refused.value.text.replace("100%", "")


def test_all_faults_are_found_at_once_each_with_its_place() -> None:
    tree = {"all": [leaf("lot.colour", "=", 1), {"not": {"any": [leaf("sku.cost", "=", "x"), 5]}}]}
    assert faults(tree) == [
        ("all[0]", "unknown_fact"), ("all[1].not.any[0]", "not_number"),
        ("all[1].not.any[1]", "not_a_tree"),
    ]  # fmt: skip


def test_the_refusal_says_in_both_languages_what_is_meant() -> None:
    tree = leaf("lot.days_left", "<", 4, unit="weeks")
    with pytest.raises(ConditionRefused) as refused:
        parse(tree)
    said = {}
    for language in ("en", "zh-hans"):
        with override(language):
            said[language] = refused.value.faults[0].text
    assert said == {
        "en": "“Days to expiry” is counted in days, not in “weeks”.",
        "zh-hans": "“距到期天数”的单位是天，不能用“weeks”。",
    }


def test_a_fact_that_is_not_known_where_the_rule_is_judged_is_refused() -> None:
    tree = {"all": [leaf("event.channel", "=", "tmall"), SOON]}
    with pytest.raises(ConditionRefused) as refused:
        parse(tree, known=["lot.days_left"])
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [
        ("all[0]", "fact_not_here")
    ]


def test_parameters_are_read_like_values_and_their_unit_must_fit() -> None:
    tree = leaf("lot.days_left", "between", [{"param": "from"}, {"param": "to"}])
    assert compile_closure(tree, {"from": 0, "to": 30})({"lot.days_left": 30}) is True
    assert compile_closure(tree, {"from": 0, "to": 29})({"lot.days_left": 30}) is False
    assert faults(tree, {"from": 0, "to": "x"}) == [("", "not_integer")]
    assert faults(tree, {"from": 9, "to": 1}) == [("", "reversed")]
    weeks = {"from": 0, "to": {"value": 4, "unit": "weeks"}}
    assert faults(tree, weeks) == [("", "wrong_unit")]
    days = {"from": 0, "to": {"value": 4, "unit": "days"}}
    assert compile_sql(tree, days) == ('f."lot.days_left" BETWEEN %s AND %s', [0, 4])
    assert params_in({"all": [tree]}) == {"from", "to"}


@pytest.mark.parametrize("text", ["{", "[1", '{"all": [NaN]}', "[" * 100_000, "1" * 300_000])
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ConditionRefused) as refused:
        from_json(text)
    assert [fault.code for fault in refused.value.faults] == ["not_json"]


def test_an_empty_condition_is_always_true() -> None:
    assert compile_closure({"all": []})({}) is True
    assert compile_sql({"all": []}) == ("TRUE", [])
    with override("en"):
        assert sentence({"all": []}) == "always"


@pytest.mark.parametrize(
    ("comparison", "fact", "value", "true_for", "false_for"),
    [
        ("=", "sku.brand", "A", ["A"], ["B", "a"]),
        ("!=", "sku.brand", "A", ["B"], ["A"]),
        ("<", "lot.days_left", 30, [29, -1], [30, 31]),
        ("<=", "lot.days_left", 30, [30], [31]),
        (">", "sku.cost", "9.99", [Decimal("10.00")], [Decimal("9.99")]),
        (">=", "sku.cost", 0.1, [Decimal("0.1")], [Decimal("0.09")]),
        ("in", "cell.grade", ["CC", "JS"], ["CC"], ["ZP"]),
        ("not_in", "cell.grade", ["CC", "JS"], ["ZP"], ["CC"]),
        ("between", "lot.expires_on", ["2026-01-31", "2026-02-01"],
         [date(2026, 1, 31), date(2026, 2, 1)], [date(2026, 1, 30), date(2026, 2, 2)]),
        ("contains", "sku.name", "绿茶", ["特级绿茶 100g"], ["红茶"]),
        ("contains", "warehouse.region", "EAST", [("HQ", "EAST")], [("HQ",), ("EASTERN",)]),
        ("starts", "location.code", "A-", ["A-01"], ["BA-01"]),
        ("<", "event.at", "2026-01-31T08:00:00+08:00",
         [datetime(2026, 1, 30, tzinfo=UTC)], [datetime(2026, 1, 31, tzinfo=UTC)]),
        ("=", "event.paid", False, [False], [True]),
        ("known", "sku.brand", None, ["A"], []),
    ],
)  # fmt: skip
def test_each_comparison_is_true_for_these_and_never_for_what_is_not_known(
    comparison: str, fact: str, value: Any, true_for: list[Any], false_for: list[Any]
) -> None:
    judge = compile_closure(leaf(fact, comparison, value))
    assert [judge({fact: each}) for each in true_for] == [True] * len(true_for)
    assert [judge({fact: each}) for each in false_for] == [False] * len(false_for)
    assert judge({fact: None}) is False
    assert judge({}) is False
    assert compile_closure({"not": leaf(fact, comparison, value)})({}) is True


def test_what_is_not_known_is_found_by_that() -> None:
    judge = compile_closure(leaf("lot.expires_on", "unknown"))
    assert judge({}) is True
    assert judge({"lot.expires_on": date(2026, 1, 1)}) is False


def test_facts_of_an_event_are_decided_before_the_statement() -> None:
    tree = {"all": [leaf("event.channel", "in", ["tmall", "jd"]), SOON]}
    soon = 'f."lot.days_left" < %s'
    assert compile_sql(tree, event_facts={"event.channel": "jd"}) == (soon, [30])
    assert compile_sql(tree, event_facts={"event.channel": "pdd"}) == ("FALSE", [])
    assert compile_sql(tree) == ("FALSE", [])
    assert compile_sql({"not": tree}) == ("TRUE", [])
    assert compile_sql({"any": [tree, DAIRY]}) == ('f."sku.category" = %s', ["乳品"])


def test_values_never_stand_in_the_statement() -> None:
    evil = "'; DROP TABLE inventory_sku; --"
    where, args = compile_sql({"not": {"any": [leaf("sku.name", "contains", evil), SOON]}})
    assert where == (
        'NOT (COALESCE(position(%s IN f."sku.name") > 0, FALSE)'
        ' OR COALESCE(f."lot.days_left" < %s, FALSE))'
    )
    assert args == [evil, 30]


@pytest.mark.parametrize(
    ("tree", "required"),
    [
        (DAIRY, {"sku.category": {"乳品"}}),
        (SOON, {}),
        ({"not": DAIRY}, {}),
        ({"all": []}, {}),
        ({"all": [DAIRY, SOON]}, {"sku.category": {"乳品"}}),
        ({"any": [DAIRY, SOON]}, {}),
        (
            {"any": [DAIRY, leaf("sku.category", "in", ["冰品", "肉"])]},
            {"sku.category": {"乳品", "冰品", "肉"}},
        ),
        (
            {"all": [leaf("cell.grade", "in", ["CC", "JS"]), leaf("cell.grade", "=", "CC")]},
            {"cell.grade": {"CC"}},
        ),
        (
            {"all": [leaf("cell.grade", "=", "ZP"), leaf("cell.grade", "=", "CC")]},
            {"cell.grade": set()},
        ),
        (leaf("sku.brand", "unknown"), {"sku.brand": {None}}),
        (leaf("event.paid", "=", True), {"event.paid": {True}}),
    ],
)
def test_what_a_rule_needs_is_found_for_the_index(tree: Any, required: dict[str, Any]) -> None:
    assert required_equalities(tree) == {
        code: frozenset(values) for code, values in required.items()
    }


def test_a_condition_names_the_facts_it_reads() -> None:
    assert facts_in({"any": [{"not": DAIRY}, SOON, SOON]}) == {"sku.category", "lot.days_left"}


def test_facts_of_an_event_are_read_strictly() -> None:
    assert facts.case({"event.qty": 3, "event.value": "12.50", "event.channel": ""}) == {
        "event.qty": 3, "event.value": Decimal("12.50"), "event.channel": None,
    }  # fmt: skip
    with pytest.raises(facts.WrongCase, match=r"event\.qty: not_integer"):
        facts.case({"event.qty": "3"})
    with pytest.raises(facts.WrongCase, match=r"event\.colour: unknown_fact"):
        facts.case({"event.colour": "red"})


def test_facts_that_a_table_kept_are_of_their_type_again_or_not_known() -> None:
    kept = {"event.value": "12.50", "event.qty": "many", "zone_id": 7, "event.at": None}
    assert facts.case_of_kept(kept) == {
        "event.value": Decimal("12.50"), "event.qty": None, "zone_id": 7, "event.at": None,
    }  # fmt: skip
    dear = compile_closure(leaf("event.value", ">", 12))
    assert dear(facts.case_of_kept(kept)) is True


def test_choices_are_those_of_the_masters() -> None:
    of = {
        "sku.temperature": Sku.Temperature, "lot.customs": Lot.Customs, "cell.grade": Grade,
        "warehouse.kind": Warehouse.Kind, "location.kind": Location.Kind,
    }  # fmt: skip
    for code, choices in of.items():
        named = [(each.code, str(each.label)) for each in facts.FACTS[code].choices]
        assert named == [(value, str(label)) for value, label in choices.choices], code


def test_every_trigger_is_a_kind_of_event_and_brings_facts_that_exist() -> None:
    kinds = [(each.code, str(each.label)) for each in facts.FACTS["event.kind"].choices]
    assert kinds == [(kind, str(each.label)) for kind, each in triggers.TRIGGERS.items()]
    assert {
        code for each in triggers.TRIGGERS.values() for code in each.facts
    } <= facts.FACTS.keys()


def test_every_fact_has_a_name_in_both_languages_and_is_described_for_an_editor() -> None:
    with override("en"):
        described = {each["code"]: each for each in facts.described()}
    assert described.keys() == facts.FACTS.keys()
    for code, each in described.items():
        assert each["names"]["zh"] != each["names"]["en"], code
        assert each["comparisons"], code
    assert described["lot.days_left"] == {
        "code": "lot.days_left", "subject": "lot", "subject_label": "Lot",
        "label": "Days to expiry", "names": {"zh": "距到期天数", "en": "Days to expiry"},
        "about": "Counted on the warehouse's calendar: 0 on the last day, below 0 afterwards.",
        "type": "integer", "unit": "days", "unit_label": "days", "least": None,
        "comparisons": [
            {"code": "<", "label": "is less than", "takes": "one"},
            {"code": "<=", "label": "is at most", "takes": "one"},
            {"code": ">", "label": "is more than", "takes": "one"},
            {"code": ">=", "label": "is at least", "takes": "one"},
            {"code": "between", "label": "is between", "takes": "two"},
            {"code": "=", "label": "is", "takes": "one"},
            {"code": "!=", "label": "is not", "takes": "one"},
            {"code": "in", "label": "is one of", "takes": "list"},
            {"code": "not_in", "label": "is none of", "takes": "list"},
            {"code": "known", "label": "is known", "takes": "nothing"},
            {"code": "unknown", "label": "is not known", "takes": "nothing"},
        ],
        "choices": [], "source": "",
    }  # fmt: skip


SAID = [
    (leaf("lot.days_left", "<", 30), "Days to expiry is less than 30 days", "距到期天数少于 30 天"),
    (leaf("lot.days_left", "<=", 1), "Days to expiry is at most 1 day", "距到期天数不超过 1 天"),
    (leaf("cell.on_hand", ">", 1000), "Units in the cell is more than 1,000 units",
     "库位批次数量多于 1,000 件"),
    (leaf("sku.cost", ">=", "12.50"), "Unit cost is at least 12.5 CNY", "单位成本不少于 12.5 元"),
    (leaf("lot.life_left_pct", "between", [10, "33.3"]), "Shelf life left is from 10% to 33.3%",
     "剩余保质期比例在 10% 到 33.3% 之间"),
    (leaf("lot.expires_on", "<", "2026-03-01"), "Expires on is before 2026-03-01",
     "到期日早于 2026-03-01"),
    (leaf("lot.expires_on", ">=", "2026-03-01"), "Expires on is not before 2026-03-01",
     "到期日不早于 2026-03-01"),
    (leaf("lot.expires_on", "<=", "2026-03-01"), "Expires on is not after 2026-03-01",
     "到期日不晚于 2026-03-01"),
    (leaf("lot.expires_on", ">", "2026-03-01"), "Expires on is after 2026-03-01",
     "到期日晚于 2026-03-01"),
    (leaf("sku.category", "=", "乳品"), "Category is “乳品”", "分类为“乳品”"),
    (leaf("sku.category", "!=", "乳品"), "Category is not “乳品”", "分类不为“乳品”"),
    (leaf("cell.grade", "in", ["CC", "JS"]), "Grade is one of “Defective”, “Machine damaged”",
     "品级是“残次品”、“机损”之一"),
    (leaf("cell.grade", "not_in", ["ZP"]), "Grade is none of “Good”", "品级不是“良品”"),
    (leaf("sku.name", "contains", "茶"), "Product name contains “茶”", "品名包含“茶”"),
    (leaf("location.code", "starts", "A-"), "Location code starts with “A-”", "库位编码以“A-”开头"),
    (leaf("lot.supplier", "known"), "Supplier is known", "供应商已知"),
    (leaf("lot.supplier", "unknown"), "Supplier is not known", "供应商未知"),
    (leaf("sku.light_sensitive", "=", True), "Sensitive to light: yes", "需避光：是"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "english", "chinese"), SAID)
def test_each_comparison_reads_well_in_both_languages(
    tree: Any, english: str, chinese: str
) -> None:
    with override("en"):
        assert sentence(tree) == english
    with override("zh-hans"):
        assert sentence(tree) == chinese


def test_the_sentences_above_show_every_comparison() -> None:
    assert {tree["is"] for tree, _, _ in SAID} == {each.value for each in Is}
    assert set(COMPARISONS) == set(Type)


def test_groups_read_with_brackets_where_they_could_be_misread() -> None:
    grade = leaf("cell.grade", "=", "ZP")
    tree = {"all": [SOON, {"any": [DAIRY, grade]}, {"not": {"all": [DAIRY, {"all": [grade]}]}}]}
    with override("en"):
        assert sentence(tree) == (
            "Days to expiry is less than 30 days and (Category is “乳品” or Grade is “Good”)"
            " and not (Category is “乳品” and Grade is “Good”)"
        )
    with override("zh-hans"):
        assert sentence(tree) == (
            "距到期天数少于 30 天，且（分类为“乳品”或品级为“良品”），"
            "且并非（分类为“乳品”，且品级为“良品”）"
        )
