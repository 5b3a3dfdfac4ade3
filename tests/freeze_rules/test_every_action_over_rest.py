"""Whatever a page of freezes and rules can do, programs can do too: a closed table."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from freeze_rules import rule_urls, sensor_urls, urls
from tests import given
from tests.freeze_rules.writing import draft, enabled, written

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/freeze-rules"
# Pages that take a form, and what does the same: name of the route and method of each endpoint.
SAME: dict[str, tuple[tuple[str, str], ...]] = {
    "freeze": (("stock-api-hold", "post"), ("stock-api-plan", "post")),
    "release-hold": (("api-disposal", "post"), ("api-disposal-preview", "post")),
    "scrap-cell": (("stock-api-scrap", "post"),),
    "rule-apply": (("api-rule-apply", "post"), ("api-rule-apply-preview", "post")),
    "rule-tell": (("api-rule-events", "post"),),
    "change-lease": (("api-lease", "post"),),
    "hold-approve": (("api-evidence", "post"),),
    "inspections": (("api-inspections", "post"),),
    "inspection": (("api-inspection-result", "post"),),
    "inspection-attach": (("api-inspection-files", "post"),),
    "clearance-take-over": (("api-clearance-take-over", "post"),),
    "customs": (("api-customs", "post"),),
    "supplier-blocks": (("api-suppliers-blocked", "post"),),
    "supplier-allow": (("api-suppliers-allowed", "post"),),
    "supplier-limit": (("api-supplier-limits", "put"),),
    "incidents": (("api-incidents", "post"),),
    "incident-mended": (("api-incident-mended", "post"),),
    "promotions": (("api-promotions", "post"),),
    "promotion-end": (("api-promotion-end", "post"),),
    "recall-new": (("api-recalls", "post"), ("api-recall-preview", "post")),
    "recall-lift": (("api-recall-lift", "post"),),
    "condition-try": (("api-condition-try", "post"),),
    "condition-check": (("api-condition-check", "post"),),
    "freeze-rule-new": (("api-rules", "post"),),
    "freeze-rule-edit": (("api-rule", "put"),),
    "rule-preset": (("api-freeze-presets", "post"),),
    "rules-import": (("api-rules-file", "post"),),
    "rule-preview": (("api-rule-replays", "post"), ("api-rule-preview", "get")),
    "rule-reviewed": (("api-rule-review", "post"),),
    "rule-test": (("api-rule-tests", "post"),),
    "rule-test-drop": (("api-rule-tests", "delete"),),
    "rule-act": (("api-rule-step", "post"),),
    "rule-tune": (("api-rule-parameters", "put"),),
    "rule-verdict": (("api-rule-verdict", "post"),),
    "sensor-new": (("api-sensor-devices", "post"),),
    "sensor-change": (
        ("api-sensor-device", "put"), ("api-sensor-places", "post"),
        ("api-sensor-calibrations", "post"),
    ),
    "sensor-bounds": (("api-sensor-bounds", "post"),),
    "sensor-bound-end": (("api-sensor-bound", "delete"),),
    "sensor-quarantine-settle": (("api-sensor-quarantine", "post"),),
}  # fmt: skip
PAGES = [*urls.urlpatterns, *rule_urls.urlpatterns, *sensor_urls.urlpatterns]


def address_of(page: URLPattern) -> str:
    """The page's address with anything for what stands in it."""
    arguments = {
        name: 1 if "Int" in type(converter).__name__ else "x"
        for name, converter in page.pattern.converters.items()
    }
    return reverse(str(page.name), kwargs=arguments)


def methods_of(name: str) -> set[str]:
    """The methods of the endpoint behind a route."""
    [found] = [
        pattern.callback.view_class  # type: ignore[attr-defined]
        for pattern in _all(get_resolver().url_patterns)
        if pattern.name == name
    ]
    return {each for each in ("get", "post", "put", "delete") if hasattr(found, each)}


def _all(patterns: list[Any]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for each in patterns:
        found += [each] if isinstance(each, URLPattern) else _all(each.url_patterns)
    return found


def test_the_table_names_every_page_that_takes_a_form_and_no_other() -> None:
    client = Client()

    takes = {str(page.name) for page in PAGES if client.post(address_of(page)).status_code != 405}

    assert takes == set(SAME)


def test_every_endpoint_of_the_table_takes_its_method() -> None:
    missing = [
        (page, name, method)
        for page, endpoints in SAME.items()
        for name, method in endpoints
        if method not in methods_of(name)
    ]

    assert missing == []


@pytest.fixture
def client() -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(given.person())
    return found


def changed(client: Client) -> int:
    """A rule that runs, with a change that waits: five days of review instead of three."""
    rule = enabled(name="Milk waits", lease={"review_days": 3})
    body = {
        "name": "Milk waits",
        "definition": {**draft().definition, "lease": {"review_days": 5}},
    }
    said = client.put(
        f"{ROOT}/{rule.pk}", body, content_type="application/json",
        headers={"idempotency-key": "change"},
    )  # fmt: skip
    assert said.status_code == 200, said.content
    return rule.pk


def test_versions_and_their_difference_are_read_in_both_languages(client: Client) -> None:
    rule = changed(client)

    newest, first = client.get(f"{ROOT}/{rule}/versions").json()["versions"]
    assert (first["label"], first["current"], first["waiting"]) == (f"FR-{rule}/1", True, False)
    assert (newest["number"], newest["waiting"], newest["enabled_at"]) == (2, True, None)
    one = client.get(f"{ROOT}/{rule}/versions/1").json()
    assert one["definition"]["lease"] == {"review_days": 3}
    assert one["sentence"]["en"].startswith("Goods received: freeze the whole lot")
    assert {each["part"] for each in one["said"]["zh"]} >= {"trigger", "lease"}
    told = client.get(f"{ROOT}/{rule}/differences?from=1&to=2").json()["differences"]
    assert told["en"] == [
        {
            "part": "lease", "label": "Looked after", "before": "reviewed after 3 days",
            "after": "reviewed after 5 days",
        }
    ]  # fmt: skip
    [differs] = told["zh"]
    assert "5" in differs["after"]
    assert "reviewed" not in differs["after"]
    assert client.get(f"{ROOT}/{rule}/versions/9").status_code == 404
    assert client.get(f"{ROOT}/{rule}/differences?from=1").status_code == 422
    assert client.get(f"{ROOT}/{rule}/differences?from=1&to=9").status_code == 404
    by_itself = client.get(f"{ROOT}/{rule}/differences").json()
    assert (by_itself["to"], by_itself["differences"]) == (f"FR-{rule}/2", told)


def test_the_steps_of_a_rule_are_read_with_who_and_why(client: Client) -> None:
    rule = enabled()
    client.post(
        f"{ROOT}/{rule.pk}/steps", {"step": "pause", "why": "Stocktaking"},
        content_type="application/json", headers={"idempotency-key": "pause"},
    )  # fmt: skip

    moves = client.get(f"{ROOT}/{rule.pk}/moves").json()["moves"]

    assert [(move["from"], move["to"]) for move in moves] == [
        ("ENABLED", "PAUSED"), ("PENDING_APPROVAL", "ENABLED"), ("DRAFT", "PENDING_APPROVAL"),
        ("", "DRAFT"),
    ]  # fmt: skip
    assert moves[0]["why"] == "Stocktaking"
    older = client.get(f"{ROOT}/{rule.pk}/moves?before={moves[2]['id']}&limit=1").json()["moves"]
    assert older == [moves[3]]


def test_tests_of_a_rule_are_read_with_what_they_give_and_what_becomes_of_them(
    client: Client,
) -> None:
    rule = written(condition={"fact": "sku.category", "is": "=", "value": "DAIRY"})
    for name, category in (("milk", "DAIRY"), ("tea", "DRY")):
        client.post(
            f"{ROOT}/{rule.pk}/tests", {"name": name, "given": {"sku.category": category}},
            content_type="application/json", headers={"idempotency-key": name},
        )  # fmt: skip

    milk, tea = client.get(f"{ROOT}/{rule.pk}/tests").json()["tests"]

    assert (milk["name"], milk["given"], milk["expected"]) == (
        "milk", {"sku.category": "DAIRY"}, None,
    )  # fmt: skip
    assert (milk["passed"], tea["passed"]) == (True, False)
    assert tea["message"]
