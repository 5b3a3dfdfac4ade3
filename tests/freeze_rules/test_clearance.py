"""Clearance: what became of lots frozen for their date, for people and for programs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Promotion
from freeze_rules.selectors import clearance
from freeze_rules.services import scanning
from freeze_rules.services.orders import FreezeRefused
from freeze_rules.services.reports.clearance import take_over
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import services as inventory
from org.callers import Caller, SignedIn
from org.models import ApiClient, ApprovalRequest, AuditRecord, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from outbox import services as outbox
from tests import given
from tests.api.calling import signed
from tests.approvals.sample import just_at
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.freeze_rules.test_recalls import verb
from webhooks import services as webhooks
from webhooks.models import Message

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def heard() -> None:
    outbox.deliver(handler="freeze_rules.services.journal:note_booked")


def near(code: str = "L1", *, sku: str = "MILK", qty: int = 20, warehouse: str = "WH1") -> int:
    lot = given.lot(sku, code, expires_on=timezone.localdate() + timedelta(days=9))
    given.stock(sku, qty, lot_id=lot, warehouse=warehouse)
    return lot


def searched(rule_id: int) -> int:
    found = scanning.search(rule_id=rule_id)
    with transaction.atomic():
        done = scanning.freeze_found(found, rule_id=rule_id)
    heard()
    return done


def gone(lot: int, qty: int, to: str, hold_id: int | None = None) -> None:
    """Scrapped, or sent back to the supplier."""
    line = inventory.PlacedLine(
        sku_id=given.sku("MILK"), qty=qty, lot_id=lot, location_id=given.location("A-01"),
        hold_id=hold_id,
    )  # fmt: skip
    with transaction.atomic():
        [done] = inventory.scrap(
            [
                inventory.ScrapRequest(
                    key=f"{to}{qty}", document=f"SC-{to}-{qty}", why="date", to=to,
                    warehouse_id=given.warehouse_id("WH1"), lines=(line,),
                )
            ],
            actor="system:test",
        )  # fmt: skip
    done.check()


def frozen() -> int:
    """The hold of the only lot on the list."""
    [row] = clearance.to_clear(scope=Scope.everything())
    return row.hold_id


def this_month(scope: Scope | None = None) -> clearance.MonthCleared:
    return clearance.cleared_by_month(
        scope=scope or Scope.everything(), today=timezone.localdate()
    )[-1]


def test_scrapped_and_returned_units_of_frozen_lots_are_counted_by_month() -> None:
    given.sku("MILK", unit_cost=Decimal(3))
    lot, fine = near(), given.lot("MILK", "L2", expires_on=date(2099, 1, 1))
    given.stock("MILK", 50, lot_id=fine)
    rule = taken("near-expiry")
    gone(lot, 1, "SCRAPPED")
    assert searched(rule.pk) == 1

    gone(lot, 4, "SCRAPPED", frozen())
    gone(lot, 5, "SUPPLIER", frozen())
    gone(fine, 7, "SCRAPPED")

    found = this_month()
    # What was scrapped before the freeze, and other lots, have nothing to do with it.
    assert (found.sold, found.back, found.to_supplier, found.scrapped) == (0, 0, 5, 4)
    assert found.lost == Decimal(12)
    assert found.month == timezone.localdate().replace(day=1)


def test_twelve_months_are_shown_over_the_turn_of_the_year() -> None:
    rows = clearance.cleared_by_month(scope=Scope.everything(), today=date(2026, 2, 10))

    assert [f"{row.month:%Y-%m}" for row in rows] == [
        "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10",
        "2025-11", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip


def test_page_chart_file_and_rest_say_the_same_within_the_readers_warehouses() -> None:
    given.sku("MILK", unit_cost=Decimal(3))
    given.unit("ST1", "STORE", "HQ")
    lot = near()
    searched(taken("near-expiry").pk)
    gone(lot, 4, "SCRAPPED", frozen())
    boss, store = signed_in(given.person()), signed_in(given.person("STORE_MANAGER", at="ST1"))

    page = boss.get("/clearance/").content.decode()
    drawn = boss.get("/clearance/data/").json()
    sheet = boss.get("/clearance.csv").content.decode("utf-8-sig").splitlines()
    told = boss.get("/api/v1/clearance").json()
    elsewhere = store.get("/api/v1/clearance").json()

    assert 'id="months"' in page
    assert [line["values"][-1] for line in drawn["lines"]] == [0, 0, 0, 4]
    assert sheet[-1] == f"{timezone.localdate():%Y-%m},0,0,0,4,12.00"
    assert (told["lots"][0]["lot"], told["lots"][0]["units"]) == ("L1", 16)
    assert (told["months"][-1]["scrapped"], told["months"][-1]["lost"]) == (4, "12.00")
    assert elsewhere["lots"] == []
    assert sum(row["scrapped"] for row in elsewhere["months"]) == 0
    assert 'id="months"' not in store.get("/clearance/").content.decode()


def test_what_is_sold_after_the_freeze_is_counted_as_sold() -> None:
    near()
    searched(taken("near-expiry").pk)
    with transaction.atomic():
        [done] = inventory.release(
            [inventory.ReleaseRequest(key="r", document="sold off", hold_id=frozen())],
            actor="system:test",
        )
    done.check()
    given.held("SO-1", "MILK", 6)
    verb("pin", "PinRequest", "SO-1", warehouse_id=given.warehouse_id("WH1"))
    verb("ship", "ShipRequest", "SO-1")

    assert (this_month().sold, this_month().scrapped) == (6, 0)


def test_programs_hear_of_a_lot_once_when_it_enters() -> None:
    client = given.api_client("stock.view")
    pk = ApiClient.objects.get(key_id=client.key_id).pk
    wish = webhooks.Wish(name="ERP", url="https://erp.example.com/", topics=("clearance.entered",))
    with transaction.atomic():
        webhooks.add_webhook(wish, client_id=pk, actor="system:test", scope=Scope.everything())
    near()
    given.stock("TEA", 4)
    given.held("FZ-1", "TEA", 4, reason="MANUAL")
    rule = taken("near-expiry")
    searched(rule.pk)
    given.stock("MILK", 5, lot_id=given.lot("MILK", "L9"))
    searched(rule.pk)
    heard()

    [message] = Message.objects.all()
    assert message.topic == "clearance.entered"
    assert "L1" in str(message.body)
    assert "/api/v1/clearance" in str(message.body)


def promotion(*warehouses: str) -> Promotion:
    """A running promotion with a line in each of these warehouses."""
    now = timezone.now()
    row = Promotion.objects.create(
        key=f"p{Promotion.objects.count()}", name="Week of tea", state=Promotion.State.OPEN,
        opens_at=now, closes_at=now + timedelta(days=1), made_by="system:test",
    )  # fmt: skip
    for code in warehouses:
        row.lines.create(warehouse_id=given.warehouse_id(code), sku_id=given.sku("TEA"), qty=1)
    return row


def handed_over(row: Promotion, by: Caller) -> str:
    """Why the only lot on the list is not the promotion's; empty when it is."""
    try:
        with transaction.atomic():
            take_over(hold_id=frozen(), promotion_id=row.pk, by=by, key="k")
    except (ReportRefused, FreezeRefused) as refused:
        return refused.code
    return ""


def test_a_lot_goes_only_to_promotions_of_the_warehouses_that_one_works_for() -> None:
    near()
    given.warehouse("WH2")
    searched(taken("near-expiry").pk)
    lead = just_at("WAREHOUSE_LEAD", "lead", warehouse_id=given.warehouse_id("WH1"))
    there, here = promotion("WH2"), promotion("WH1", "WH2")

    page = signed_in(lead).get("/clearance/").content.decode()
    refused = handed_over(there, SignedIn(lead))

    assert (f"{here.number} " in page, f"{there.number} " in page) == (True, False)
    assert (refused, there.lines.count()) == ("unknown_promotion", 1)
    assert handed_over(here, SignedIn(lead)) == ""
    assert here.lines.get(sku=given.sku("MILK")).reserved == 20


def test_a_lot_is_not_handed_over_past_what_its_rule_asks_or_anybodys_consent() -> None:
    near()
    rule = writing.enabled(
        trigger="lot.expiring", reason="NEAR_EXPIRY", quantity={"all": True}, policy="LET_FINISH",
        condition={"fact": "lot.days_left", "is": "<", "value": 30},
        approval="rules.enable",
    )  # fmt: skip
    searched(rule.pk)
    row = promotion("WH1")
    lead = given.person("WAREHOUSE_LEAD")
    program = given.api_client("stock.convert", "stock.view")
    body = {"promotion": row.pk}

    by_program = signed(
        program, "POST", f"/api/v1/clearance/{frozen()}/take-over", body=body, key="k"
    )

    assert (by_program.status_code, by_program.json()["errors"][0]["code"]) == (403, "not_allowed")
    assert handed_over(row, SignedIn(lead)) == "rule_asks_more"
    assert (given.free("MILK"), row.lines.count()) == (0, 1)


def test_a_take_over_that_needs_consent_opens_the_request_which_does_it() -> None:
    near()
    searched(taken("near-expiry").pk)
    row, hold = promotion("WH1"), frozen()
    boss, lead = given.person(), given.person("WAREHOUSE_LEAD")
    policy = PolicyDraft(
        kind="stock.unfreeze", name="Every release",
        steps=(StepDraft(asked="PERMISSION", permission="stock.release_safety"),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=policy, person=boss)
    client, body = signed_in(lead), {"promotion": row.pk}

    def call() -> tuple[int, Any]:
        answer = client.post(
            f"/api/v1/clearance/{hold}/take-over", body, content_type="application/json",
            headers={"idempotency-key": "once"},
        )  # fmt: skip
        return answer.status_code, answer.json()

    said = call()
    asked = ApprovalRequest.objects.get()
    assert said == (202, {"code": "approval_needed", "approval": f"AP-{asked.pk}"})
    assert call() == said
    page = client.post(f"/clearance/{hold}/take-over/", {**body, "token": "t"})
    second = ApprovalRequest.objects.exclude(pk=asked.pk).get()
    assert page.headers["Location"] == f"/approvals/{second.pk}/"
    assert (frozen(), row.lines.filter(sku=given.sku("MILK")).exists()) == (hold, False)
    assert ["promotion", f"{row.number} {row.name}"] in asked.facts["impact"]

    states = []
    for each in (asked, second):
        with transaction.atomic():
            done = approvals.decide(request_id=each.pk, person=boss, verdict="APPROVE", key="k")
        states.append(done.request.state)

    assert states == ["APPLIED", "VOIDED"]
    assert row.lines.get(sku=given.sku("MILK")).reserved == 20
    record = AuditRecord.objects.get(action="clearance.taken_over")
    assert record.after is not None
    assert (record.actor, record.after["approved_by"]) == (lead.actor, [boss.actor])
