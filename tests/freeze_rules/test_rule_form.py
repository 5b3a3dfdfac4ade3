"""Writing rules on the screen: kept as typed, every fault at its part; rules as files; tests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from freeze_rules.definition import read
from freeze_rules.models import Rule, RuleCase
from freeze_rules.presets import PRESETS
from freeze_rules.views import rule_form
from tests import given
from tests.freeze_rules.writing import written

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
PASSED = {"proof": "inspection.passed"}
WHOLE: dict[str, Any] = {
    "trigger": "goods.received",
    "condition": {"all": [DAIRY]},
    "scope": "lot",
    "quantity": {"percent": 50},
    "reason": "QC",
    "policy": "DISPLACE",
    "release": {
        "any": [
            {"all": [PASSED, {"proof": "customs.cleared"}]},
            {
                "all": [
                    {"approval": "stock.release"},
                    {"fact": "cell.on_hand", "is": "<", "value": 5000},
                ]
            },
        ]
    },
    "dispositions": [
        {"on": "inspection.failed", "do": "convert", "reason": "DEFECT", "release": PASSED}
    ],
    "lease": {"review_days": 7, "owner": "role:WAREHOUSE_LEAD", "next": "INSPECT"},
    "limits": {"share_pct": "40", "stores": "3"},
    "valid_from": "2026-01-01",
}


@pytest.fixture
def client() -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(given.person())
    return found


def typed(definition: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser would send for this definition."""
    fields = rule_form.of_definition(definition, {})
    sent = {name: fields[name] for name in rule_form.PLAIN}
    sent["condition"] = json.dumps(fields["condition"])
    sent["params"] = "{}"
    for name in ("way", "what", "how", "value"):
        sent[f"rel-{name}"] = [row[name] for row in fields["release"]]
    for name in ("on", "do", "reason", "fact", "regrade", "kept"):
        sent[f"deed-{name}"] = [row[name] for row in fields["dispositions"]]
    return {**sent, "name": "Milk waits", **more}


def test_a_rule_written_in_the_form_says_what_was_meant(client: Client) -> None:
    assert client.get("/freeze-rules/new/").status_code == 200

    answer = client.post("/freeze-rules/new/", typed(WHOLE))

    rule = Rule.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/freeze-rules/{rule.pk}/")
    assert rule.version is not None
    kept = rule.version.definition
    assert read(kept) == read(WHOLE)
    assert kept["release"] == WHOLE["release"]
    assert kept["dispositions"] == WHOLE["dispositions"]


def test_every_fault_is_shown_at_its_part_and_what_was_typed_stays(client: Client) -> None:
    bad = {"all": [{"fact": "sku.colour", "is": "=", "value": "RED"}, {**DAIRY, "is": "<"}]}

    answer = client.post("/freeze-rules/new/", typed({**WHOLE, "condition": bad}))

    assert answer.status_code == 422
    assert len(answer.context["wrong"]["condition"]) == 2
    text = answer.content.decode()
    assert "There is no fact “sku.colour”." in text
    assert 'value="Milk waits"' in text
    assert Rule.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"quantity_kind": "percent", "quantity_n": "150"}, "quantity"),
        ({"review_days": "soon"}, "lease"),
        ({"stores": "-1"}, "limits"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"expires_kind": "minutes", "expires_n": "30"}, "lease"),
        ({"priority": "high"}, "priority"),
        ({"name": ""}, "name"),
        ({"cron": "1 2 3 4 5"}, "cron"),
    ],
)
def test_a_wrong_part_is_named(client: Client, change: dict[str, str], part: str) -> None:
    answer = client.post("/freeze-rules/new/", typed(WHOLE, **change))

    assert answer.status_code == 422
    assert list(answer.context["wrong"]) == [part]
    assert Rule.objects.count() == 0


def test_a_preset_is_taken_as_a_draft_with_its_tests_and_again_under_another_name(
    client: Client,
) -> None:
    client.post("/freeze-rules/presets/leak/", {"name": "Leaks"})
    rule = Rule.objects.get()
    assert (rule.name, rule.preset, rule.state) == ("Leaks", "leak", "DRAFT")
    assert rule.cases.count() > 0

    again = client.post("/freeze-rules/presets/leak/", {"name": "Leaks"}, follow=True)
    assert "There is a rule of this name already." in again.content.decode()
    client.post("/freeze-rules/presets/leak/", {"name": "More leaks"})
    assert Rule.objects.count() == 2
    assert client.post("/freeze-rules/presets/moon/").status_code == 404


def test_a_change_is_a_new_version(client: Client) -> None:
    rule = written(condition=DAIRY)
    assert client.get(f"/freeze-rules/{rule.pk}/edit/").status_code == 200

    client.post(f"/freeze-rules/{rule.pk}/edit/", typed(WHOLE, name="Milk still waits"))

    changed = Rule.objects.select_related("version").get()
    assert changed.name == "Milk still waits"
    assert changed.version is not None
    assert changed.version.number == 2


def test_a_nested_formula_is_edited_as_ways_out() -> None:
    nested = {"all": [PASSED, {"any": [{"proof": "customs.cleared"}, {"after": {"hours": 4}}]}]}
    rows = rule_form.of_definition({**WHOLE, "release": nested}, {})["release"]

    assert [(row["way"], row["what"], row["how"], row["value"]) for row in rows] == [
        ("1", "proof:inspection.passed", "", ""),
        ("1", "proof:customs.cleared", "", ""),
        ("2", "proof:inspection.passed", "", ""),
        ("2", "after", "hours", "4"),
    ]


def file(told: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("rules.json", json.dumps(told).encode())}


def test_rules_go_out_as_a_file_and_come_in_as_drafts(client: Client) -> None:
    rule = written(condition=DAIRY, name="Milk", release=PASSED)
    client.post(
        f"/freeze-rules/{rule.pk}/tests/",
        {"name": "milk is held", "given-sku.category": "DAIRY", "qty": "10", "expected": ""},
    )
    assert RuleCase.objects.get().expected is None
    told = json.loads(client.get(f"/freeze-rules/export/?id={rule.pk}").content)

    told["rules"][0]["name"] = "Milk again"
    answer = client.post("/freeze-rules/import/", file(told))

    assert answer.status_code == 302
    copy = Rule.objects.exclude(pk=rule.pk).select_related("version").get()
    assert copy.version is not None
    assert rule.version is not None
    assert (copy.name, copy.state) == ("Milk again", "DRAFT")
    assert copy.version.definition == rule.version.definition
    assert copy.cases.get().name == "milk is held"


def test_a_wrong_file_brings_in_nothing_and_names_every_fault(client: Client) -> None:
    rule = written(condition=DAIRY, name="Milk")
    told = json.loads(client.get("/freeze-rules/export/").content)
    good = {**told["rules"][0], "name": "Good"}
    bad = {**good, "name": "Bad", "definition": {**good["definition"], "reason": "MOOD"}}
    told["rules"] = [good, bad, told["rules"][0], 7]

    answer = client.post("/freeze-rules/import/", file(told))

    assert answer.status_code == 422
    assert [(fault.place, fault.sentence) for fault in answer.context["faults"]] == [
        (2, "There is no reason “MOOD”."),
        (3, "There is a rule of this name already."),
        (4, "This is no rule of a file, or one of its parts is of the wrong kind."),
    ]
    assert list(Rule.objects.values_list("pk", flat=True)) == [rule.pk]
    assert client.post("/freeze-rules/import/", file("nonsense")).status_code == 422


def test_a_test_is_given_facts_by_their_kind_and_shows_what_it_gives(client: Client) -> None:
    by_lot = {"fact": "sku.lot_tracked", "is": "=", "value": True}
    days = {"fact": "sku.shelf_life_days", "is": "<=", "value": 60}
    rule = written(condition={"all": [by_lot, days]})
    typed = {
        "name": "fresh", "given-sku.lot_tracked": "true", "given-sku.shelf_life_days": "30",
        "qty": "1", "expected": "",
    }  # fmt: skip

    client.post(f"/freeze-rules/{rule.pk}/tests/", typed)
    page = client.get(f"/freeze-rules/{rule.pk}/").content.decode()

    assert RuleCase.objects.get().given == {"sku.lot_tracked": True, "sku.shelf_life_days": 30}
    assert "Kept by lot yes · Shelf life 30 days" in page
    assert '<select class="form-control" id="given-sku.lot_tracked"' in page


def test_a_failing_test_keeps_a_rule_from_being_asked_for(client: Client) -> None:
    rule = written(condition=DAIRY)
    address = f"/freeze-rules/{rule.pk}/tests/"
    client.post(
        address, {"name": "tea stays", "given-sku.category": "TEA", "qty": "5", "expected": "5"}
    )

    page = client.post(f"/freeze-rules/{rule.pk}/do/ask/", follow=True).content.decode()
    assert "tea stays: 0 units are frozen, 5 are expected." in page
    assert Rule.objects.get().state == "DRAFT"

    client.post(f"{address}{RuleCase.objects.get().pk}/drop/")
    client.post(f"/freeze-rules/{rule.pk}/do/ask/")
    assert Rule.objects.get().state == "PENDING_APPROVAL"


@pytest.mark.parametrize("code", sorted(PRESETS))
def test_a_preset_that_is_opened_and_saved_says_the_same(code: str) -> None:
    """Nothing of a rule is lost because the form has no field for it."""
    preset = PRESETS[code]

    again = rule_form.definition_of(rule_form.of_definition(preset.definition, preset.parameters))

    assert read(again) == read(preset.definition)


def test_the_grade_that_goods_get_when_released_is_chosen_in_the_form(client: Client) -> None:
    rule = written(**{**WHOLE, "regrade": "ZP"})

    form = client.get(f"/freeze-rules/{rule.pk}/edit/").content.decode()
    page = client.get(f"/freeze-rules/{rule.pk}/").content.decode()

    assert '<option value="ZP" selected>' in form
    assert "Grade when released" in page


def test_another_grade_for_a_part_of_the_units_is_refused_with_a_sentence(client: Client) -> None:
    deed = {"on": "inspection.passed", "do": "release_qty", "fact": "event.passed", "regrade": "ZP"}

    answer = client.post("/freeze-rules/new/", typed({**WHOLE, "dispositions": [deed]}))

    assert answer.status_code == 422
    assert "Only a release of the whole freeze" in answer.content.decode()
    assert Rule.objects.count() == 0
