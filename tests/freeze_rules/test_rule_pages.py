"""Rules on the screen: read in one sentence, stepped through their life, tuned, judged."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import strip_tags

from freeze_rules.models import Rule, Verdict
from freeze_rules.services import rules
from org.models import AuditRecord, Person
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.writing import enabled, tell, written

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
PASSED = {"proof": "inspection.passed"}


def signed_in(person: Person | None = None, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person or given.person())
    return client


def page(client: Client, rule: Rule) -> str:
    return client.get(f"/freeze-rules/{rule.pk}/").content.decode()


def state(rule: Rule) -> str:
    return str(Rule.objects.get(pk=rule.pk).state)


def test_a_rule_is_read_in_one_sentence_in_both_languages() -> None:
    rule = written(
        condition=DAIRY,
        release={"all": [PASSED, {"after": {"hours": 4}}]},
        limits={"value": 5000},
    )

    english = signed_in().get(f"/freeze-rules/{rule.pk}/").context["sentence"]
    assert english == (
        "Goods received, if Category is “DAIRY”: freeze the whole lot in the warehouse "
        "(everything) for “Quality inspection”. Released: (Inspection passed and 4 hours after the "
        "freeze)."
    )
    chinese = signed_in(language="zh-hans").get(f"/freeze-rules/{rule.pk}/").context["sentence"]
    assert chinese == (
        "已收货时，如果分类为“DAIRY”，则冻结该仓整个批次（全部），原因“质检冻结”。"
        "解冻条件：(质检合格 且 冻结后 4 小时)。"
    )


def test_a_rule_that_always_holds_needs_no_if() -> None:
    rule = written(condition={"all": []}, release={"proof": "inspection.passed"})

    said = signed_in(language="zh-hans").get(f"/freeze-rules/{rule.pk}/").context["sentence"]

    assert said == "已收货时，冻结该仓整个批次（全部），原因“质检冻结”。解冻条件：质检合格。"


def test_a_rule_lives_through_the_hands_of_two_people() -> None:
    rule = written()
    writer = Person.objects.get(pk=rule.created_by_id or 0)
    first, second = signed_in(writer), signed_in()

    first.post(f"/freeze-rules/{rule.pk}/do/ask/")
    assert state(rule) == "PENDING_APPROVAL"
    assert 'data-opens="do-enable"' not in page(first, rule)
    refused = first.post(f"/freeze-rules/{rule.pk}/do/enable/", follow=True)
    assert "Whoever wrote a rule does not enable it" in refused.content.decode()
    assert state(rule) == "PENDING_APPROVAL"

    assert 'data-opens="do-enable"' in page(second, rule)
    second.post(f"/freeze-rules/{rule.pk}/do/enable/", {"why": "Seen"})
    assert state(rule) == "ENABLED"
    unsaid = second.post(f"/freeze-rules/{rule.pk}/do/pause/", follow=True)
    assert "Say why." in unsaid.content.decode()
    assert state(rule) == "ENABLED"
    second.post(f"/freeze-rules/{rule.pk}/do/pause/", {"why": "Stocktaking"})
    assert "Stocktaking" in page(second, rule)
    second.post(f"/freeze-rules/{rule.pk}/do/resume/", {"why": "Done"})
    assert state(rule) == "ENABLED"
    second.post(f"/freeze-rules/{rule.pk}/do/retire/", {"why": "Replaced"})
    assert state(rule) == "RETIRED"


def test_a_step_that_there_is_not_is_no_page() -> None:
    assert signed_in().post(f"/freeze-rules/{written().pk}/do/explode/").status_code == 404
    assert signed_in().get("/freeze-rules/999999/").status_code == 404
    assert signed_in().post("/freeze-rules/999999/do/ask/").status_code == 404


def test_the_list_shows_what_is_frozen_and_what_waits() -> None:
    given.stock("MILK", 10)
    rule = enabled(scope="sku", name="Check milk")
    tell("goods.received", goods=[("MILK", 10)])
    other = written(name="Only a thought")

    client = signed_in()
    rows = {row["id"]: row for row in listed(client)}
    assert [shown(rows[rule.pk])[at] for at in (3, 4, 5)] == ["10", "1", "0"]
    assert shown(rows[other.pk])[1:4] == ["Draft", "Goods received", "0"]
    assert [row["id"] for row in listed(client, state="DRAFT")] == [other.pk]
    assert [row["id"] for row in listed(client, q="milk")] == [rule.pk]
    assert other.pk in [row["id"] for row in listed(client, q=f"fr-{other.pk}")]
    tabs = client.get("/freeze-rules/").context["list"].tabs
    assert [tab["count"] for tab in tabs] == [2, 1, 0, 0, 0, 1, 0]
    assert listed(client, due="1") == []


def listed(client: Client, **asked: str) -> Any:
    return client.get("/freeze-rules/", asked).context["list"].rows


def shown(row: Any) -> list[str]:
    """The cells of a row as they are read."""
    return [strip_tags(cell) for _css, cell in row["cells"]]


def test_a_parameter_is_tuned_in_place_and_a_wrong_value_changes_nothing() -> None:
    soon = {"fact": "lot.days_left", "is": "<", "value": {"param": "days"}}
    rule = written(condition=soon, parameters={"days": 30})
    client = signed_in()

    client.post(f"/freeze-rules/{rule.pk}/tune/", {"param-days": "45"})
    assert Rule.objects.get(pk=rule.pk).parameters == {"days": 45}
    answer = client.post(f"/freeze-rules/{rule.pk}/tune/", {"param-days": "soon"}, follow=True)
    assert "whole number" in answer.content.decode()
    assert Rule.objects.get(pk=rule.pk).parameters == {"days": 45}


def test_a_hit_is_called_a_false_alarm_and_that_can_be_undone() -> None:
    given.stock("MILK", 10)
    rule = enabled(scope="sku", condition=DAIRY)
    given.sku("MILK", category="DAIRY")
    tell("goods.received", goods=[("MILK", 10)])
    verdict = Verdict.objects.get()
    client = signed_in()
    assert "DAIRY" in page(client, rule)

    client.post(f"/freeze-rules/{rule.pk}/verdicts/{verdict.pk}/", {"said": "false"})
    assert Verdict.objects.get().false_alarm is True
    client.post(f"/freeze-rules/{rule.pk}/verdicts/{verdict.pk}/", {"said": ""})
    assert Verdict.objects.get().false_alarm is None
    assert AuditRecord.objects.filter(action="rule.verdict_judged").count() == 2


def test_two_versions_are_shown_beside_each_other() -> None:
    rule, person = enabled(condition=DAIRY), given.person()
    client = signed_in(person)

    def page(query: str = "") -> Any:
        answer = client.get(f"/freeze-rules/{rule.pk}/differences/{query}")
        return answer.context if answer.status_code == 200 else answer.status_code

    alone = page()
    assert (alone["rows"], alone["waits"], len(alone["sentences"])) == ([], False, 1)
    for percent in (50, 60):
        with transaction.atomic():
            rules.change_rule(
                rule_id=rule.pk,
                draft=writing.draft(name=rule.name, condition=DAIRY, quantity={"percent": percent}),
                person=person,
            )

    # What waits stands beside what runs, not beside the change that it replaced.
    waits, named = page(), page("?from=2&to=3")

    assert [(each.part, each.before, each.after) for each in waits["rows"]] == [
        ("quantity", "everything", "60 % of the units the event names")
    ]
    assert (waits["waits"], waits["old"].number, waits["new"].number) == (True, 1, 3)
    assert [each.before for each in named["rows"]] == ["50 % of the units the event names"]
    assert [page(query) for query in ("?from=1&to=9", "?from=1")] == [404, 404]
