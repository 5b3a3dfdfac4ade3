"""How good suppliers are, and purchasing that is told once when too much of one is frozen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import SupplierAlarm, SupplierLimit
from freeze_rules.selectors import periods, supplier_quality
from freeze_rules.services.reports import inspections, supplier_limits
from freeze_rules.services.reports.naming import named
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import services as inventory
from org.callers import SignedIn
from org.models import NoticeCopy, Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def rows(scope: Scope | None = None) -> dict[str, supplier_quality.SupplierFigures]:
    period = periods.lately(today=timezone.localdate())
    found = supplier_quality.board(period=period, scope=scope or Scope.everything())
    return {row.supplier: row for row in found}


def received(supplier: str, qty: int, *, warehouse: str = "WH1") -> int:
    lot = given.lot("MILK", f"L-{supplier}", supplier=supplier)
    given.stock("MILK", qty, lot_id=lot, warehouse=warehouse)
    return lot


def kept(document: str, lot: int, qty: int, reason: str = "DEFECT") -> int:
    """Units of a lot frozen; the hold's id."""
    with transaction.atomic():
        [done] = inventory.hold(
            [
                inventory.HoldRequest(
                    key=document, document=document, reason=reason,
                    warehouse_id=given.warehouse_id("WH1"),
                    lines=(inventory.Line(sku_id=given.sku("MILK"), qty=qty, lot_id=lot),),
                )
            ],
            actor="system:test",
        )  # fmt: skip
    assert done.check().hold_id is not None
    return done.hold_id or 0


def inspected(lot: str, qty: int, result: str, passed: int | None = None) -> None:
    lead = given.person("WAREHOUSE_LEAD")
    goods = named(scope=Scope.everything(), warehouse="WH1", sku="MILK", lot=lot)
    with transaction.atomic():
        row = inspections.ask(
            key=f"{lot}:{result}",
            sample=inspections.Sample(goods=goods, qty=qty),
            by=SignedIn(lead),
        )
    with transaction.atomic():
        inspections.decide(
            inspection_id=row.pk, result=result, reference="R-1", passed=passed, by=SignedIn(lead)
        )


def limited(supplier: str, units: int | None) -> None:
    with transaction.atomic():
        supplier_limits.set_limit(
            supplier=supplier, units=units, actor="system:test", scope=Scope.everything()
        )


def watched() -> int:
    with transaction.atomic():
        return supplier_limits.watch(now=timezone.now())


def told(person: Person) -> int:
    return NoticeCopy.objects.filter(person=person, notice__kind="supplier.limit").count()


def test_the_score_is_made_of_failed_and_of_frozen_units() -> None:
    north, south = received("North", 100), received("South", 50)
    kept("FZ-1", north, 20)
    kept("FZ-2", south, 40, "QC")
    inspected("L-North", 50, "PARTIAL", passed=40)
    inspected("L-North", 50, "PASSED")

    found = rows()

    row = found["North"]
    assert (row.received, row.frozen, row.frozen_now) == (100, 20, 20)
    assert (row.passed, row.failed, row.partial) == (1, 0, 1)
    assert (row.inspected, row.units_failed, row.defective_share) == (100, 10, Decimal("0.1"))
    # 100 - 60 x 0.1 - 40 x 0.2
    assert row.score == Decimal(86)
    # Waiting for an inspection says nothing of the goods.
    assert (found["South"].frozen, found["South"].score) == (0, Decimal(100))
    assert list(found) == ["North", "South"]


def test_turning_a_freeze_into_a_defect_counts_once_and_a_release_keeps_the_figure() -> None:
    lot = received("North", 100)
    hold = kept("FZ-1", lot, 30, "DAMAGE")
    with transaction.atomic():
        [done] = inventory.convert(
            [inventory.ConvertRequest(key="c1", document="FZ-1", hold_id=hold, reason="DEFECT")],
            actor="system:test",
        )
    done.check()

    assert (rows()["North"].frozen, rows()["North"].frozen_now) == (30, 30)


def test_a_store_sees_what_its_own_warehouses_received() -> None:
    given.unit("ST1", "STORE", "HQ")
    given.warehouse("WH2", at="ST1")
    received("North", 100)
    received("South", 7, warehouse="WH2")
    client = signed_in(given.person("STORE_MANAGER", at="ST1"))

    told = client.get("/api/v1/suppliers/quality").json()["suppliers"]

    assert [(row["supplier"], row["received"]) for row in told] == [("South", 7)]
    assert "North" not in client.get("/suppliers/quality.csv").content.decode()
    assert "North" not in client.get("/suppliers/quality/").content.decode()


def test_purchasing_is_told_once_and_again_only_after_it_was_within_the_limit() -> None:
    buyer, clerk = given.person(), given.person("WAREHOUSE_LEAD")
    lot = received("North", 100)
    limited("North", 20)
    first = kept("FZ-1", lot, 20)
    assert watched() == 0

    kept("FZ-2", lot, 1)
    assert [watched(), watched()] == [1, 0]
    assert (told(buyer), told(clerk)) == (1, 0)
    assert rows()["North"].told

    with transaction.atomic():
        [done] = inventory.release(
            [inventory.ReleaseRequest(key="r1", document="FZ-1", hold_id=first)],
            actor="system:test",
        )
    done.check()
    assert watched() == 0
    assert SupplierAlarm.objects.filter(over_at=None).count() == 0

    kept("FZ-3", lot, 40)
    assert watched() == 1
    assert told(buyer) == 2
    assert list(SupplierAlarm.objects.order_by("id").values_list("units", "limit")) == [
        (21, 20), (41, 20),
    ]  # fmt: skip


def test_the_limit_for_all_others_gives_way_to_a_limit_of_ones_own() -> None:
    north, south = received("North", 100), received("South", 100)
    kept("FZ-1", north, 30)
    kept("FZ-2", south, 30)
    limited("", 10)
    limited("North", 50)

    assert watched() == 1
    assert SupplierAlarm.objects.get().supplier == "South"
    assert (rows()["North"].limit, rows()["South"].limit) == (50, 10)

    limited("", None)
    assert watched() == 0
    assert SupplierAlarm.objects.filter(over_at=None).count() == 0


def test_a_limit_is_set_on_the_page_and_wrong_ones_are_refused() -> None:
    received("North", 100)
    client = signed_in(given.person())

    done = client.post("/suppliers/limits/", {"supplier": "North", "units": "5"}, follow=True)
    nobody = client.post("/suppliers/limits/", {"supplier": "Nobody", "units": "5"}, follow=True)
    wrong = client.post("/suppliers/limits/", {"supplier": "North", "units": "-1"}, follow=True)

    assert "The limit is set." in done.content.decode()
    assert "No lot has this supplier." in nobody.content.decode()
    assert "A limit is a whole number of units" in wrong.content.decode()
    assert dict(SupplierLimit.objects.values_list("supplier", "units")) == {"North": 5}
    assert client.get("/suppliers/quality/data/").json()["axis"] == ["North"]
    assert client.get("/suppliers/quality.xlsx").content[:2] == b"PK"


def test_a_program_sets_limits_and_a_region_may_not() -> None:
    received("North", 100)
    client = signed_in(given.person())
    said = {"supplier": "North", "units": 9}
    headers = {"idempotency-key": "k1"}

    answer = client.put(
        "/api/v1/suppliers/limits", said, content_type="application/json", headers=headers
    )

    assert answer.json() == {"limits": [{"supplier": "North", "units": 9}]}
    with pytest.raises(ReportRefused) as refused, transaction.atomic():
        supplier_limits.set_limit(supplier="North", units=1, actor="person:1", scope=Scope.of([1]))
    assert refused.value.code == "not_allowed"
