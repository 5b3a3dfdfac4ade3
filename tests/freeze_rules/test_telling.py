"""People tell the rules what no program told: by a form that says what came of it."""

from __future__ import annotations

import pytest
from django.test import Client

from freeze_rules.models import Event
from org.models import AuditRecord, Person
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.org.refused import errors_of, typed_in

pytestmark = pytest.mark.django_db
PATH = "/freeze-rules/tell/"
NOTICE = {"kind": "external", "name": "recall", "note": "Glass found", "token": "t"}


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def milk(**columns: str) -> None:
    given.sku("MILK", lot_tracked=True, **columns)
    given.stock("MILK", 20, lot_id=given.lot("MILK", "L1"))


def test_a_notice_freezes_its_lot_once_and_the_page_says_so() -> None:
    milk()
    taken("recall-notice")
    lead = given.person("WAREHOUSE_LEAD")
    client = signed_in(lead)
    assert "Rules wait for: recall." in client.get(PATH).content.decode()
    said = {**NOTICE, "sku": "MILK", "lot": "L1", "reference": "N-7"}

    for _again in range(2):
        assert client.post(PATH, said).status_code == 302
    assert "Waits to be judged" in client.get(PATH).content.decode()
    writing.judge()

    assert given.free("MILK") == 0
    [hold] = writing.open_holds("RECALL")
    assert f"20 units frozen under H-{hold.id}" in client.get(PATH).content.decode()
    event = Event.objects.get()
    assert (event.kind, event.told_by, event.facts["event.external"]) == (
        "external", lead.actor, "recall",
    )  # fmt: skip
    row = AuditRecord.objects.get(action="event.told")
    assert (row.subject, row.unit_id) == (str(event), given.unit("HQ").pk)


def test_a_logger_tells_minutes_and_a_word_nobody_waits_for_freezes_nothing() -> None:
    milk(temperature="CHILLED")
    taken("cold-chain")
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    goods = {"sku": "MILK", "lot": "L1", "warehouse": "WH1", "note": "truck"}

    client.post(PATH, {**NOTICE, **goods, "name": "weather"})
    writing.judge()
    assert given.free("MILK") == 20
    assert "No rule froze anything" in client.get(PATH).content.decode()
    client.post(PATH, {**goods, "kind": "sensor.excursion", "minutes": "45"})
    writing.judge()

    assert given.free("MILK") == 0


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"name": " "}, "name", "Say what happened, in the word that the rule waits for."),
        ({"note": ""}, "note", "This field is required."),
        ({"sku": "NOBODY"}, "sku", "Nobody knows this SKU or barcode."),
        ({"kind": "sensor.excursion", "sku": "MILK"}, "minutes", "Say for how many minutes"),
        ({"kind": "sensor.excursion", "minutes": "5"}, "sku", "Nobody knows this SKU"),
        ({"dose": "-1", "kind": "sensor.excursion"}, "dose", "greater than or equal to 0"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_marks_its_field(
    said: dict[str, str], field: str, words: str
) -> None:
    milk()
    answer = signed_in(given.person("WAREHOUSE_LEAD")).post(
        PATH, {**NOTICE, "reference": "N-7", **said}
    )

    assert answer.status_code == 422
    [(marked, [told])] = errors_of(answer).items()
    assert (marked, words in told) == (f"id_{field}", True)
    assert typed_in(answer, "id_reference") == ["N-7"]
    assert Event.objects.count() == 0


def test_who_tells_for_one_store_names_its_warehouse() -> None:
    milk()
    given.unit("ST1", "STORE", "HQ")
    given.warehouse("SW1", at="ST1")
    client = signed_in(given.person("STORE_MANAGER", at="ST1"))
    said = {**NOTICE, "sku": "MILK"}

    everywhere = client.post(PATH, said)
    elsewhere = client.post(PATH, {**said, "warehouse": "WH1"})
    assert [everywhere.status_code, elsewhere.status_code] == [422, 422]
    assert [list(errors_of(each)) for each in (everywhere, elsewhere)] == [["id_warehouse"]] * 2
    assert Event.objects.count() == 0

    assert client.post(PATH, {**said, "warehouse": "SW1"}).status_code == 302
    assert Event.objects.get().warehouse_id == given.warehouse_id("SW1")
