"""What people and programs told of, by the hundred thousand: rows for the lists beside the orders.

Written past the services, as they would be: nobody listens to them here, and only lists are read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from bench import crowd
from freeze_rules.models import (
    CustomsStep,
    Incident,
    Inspection,
    Promotion,
    PromotionLine,
    SensorClock,
    SensorDevice,
    SupplierBlock,
)
from org.models import ApiClient, Job, Notice, NoticeCopy, Person
from tests import given
from webhooks.models import Message, Subscription

EACH = 2_000
# Of what there is less: devices, clients, blocks, promotions.
FEWER = 20
STATES = ("NOT_CLEARED", "INSPECTING", "CLEARED", "REFUSED")
RESULTS = ("ASKED", "PASSED", "FAILED")


def report(*, rows: int, stores: int, readers: tuple[str, ...]) -> None:
    """So many inspections, incidents, words of customs, messages, jobs and notices.

    They lie in the warehouses of the stores by turns; jobs and notices are the readers'.
    """
    houses = [given.warehouse_id(f"H-{crowd.store_code(at)}") for at in range(stores)]
    places = [given.location("A-01", warehouse=f"H-{crowd.store_code(at)}")
              for at in range(stores)]  # fmt: skip
    sku, lots = given.sku("BENCH-TEA"), _lots(rows)
    now = timezone.now()
    people = [Person.objects.get(username=name) for name in readers]
    few = max(1, rows // FEWER)
    _many(rows, lambda at: CustomsStep(
        lot_id=lots[at], before="NONE", state=STATES[at % 4], declaration=f"53{at:08}",
        actor=given.ACTOR,
    ))  # fmt: skip
    _many(rows, lambda at: Inspection(
        key=f"bench:{at}", warehouse_id=houses[at % stores], sku_id=sku, lot_id=lots[at], qty=10,
        result=(result := RESULTS[at % 3]), asked_by=given.ACTOR,
        passed=10 * (result == "PASSED"), failed=10 * (result == "FAILED"),
        decided_by="" if result == "ASKED" else given.ACTOR,
        decided_at=None if result == "ASKED" else now,
    ))  # fmt: skip
    _many(rows, lambda at: Incident(
        key=f"bench:{at}", kind="LEAK" if at % 2 else "DAMAGE", warehouse_id=houses[at % stores],
        location_id=places[at % stores], sku_id=None if at % 2 else sku, qty=1 - at % 2,
        note=f"Seen on round {at}", reported_by=given.ACTOR,
        mended_at=now if at % 4 == 1 else None, mended_by=given.ACTOR if at % 4 == 1 else "",
    ))  # fmt: skip
    _many(few, lambda at: SupplierBlock(
        supplier=f"Supplier {at}", why="Glass", blocked_by=given.ACTOR,
    ))  # fmt: skip
    _many(few, lambda at: SensorDevice(
        code=f"T-{at:06}", measure="TEMPERATURE", unit="C", warehouse_id=houses[at % stores],
    ))  # fmt: skip
    with transaction.atomic(durable=True):
        devices = SensorDevice.objects.filter(clock__isnull=True).values_list("pk", flat=True)
        SensorClock.objects.bulk_create([SensorClock(device_id=pk) for pk in devices], EACH)
    _many(few, lambda at: Promotion(
        key=f"bench:{at}", name=f"Promotion {at}", opens_at=now, closes_at=now + timedelta(days=9),
        made_by=given.ACTOR,
    ))  # fmt: skip
    promotions = list(Promotion.objects.order_by("pk").values_list("pk", flat=True))
    _many(few, lambda at: PromotionLine(
        promotion_id=promotions[at], warehouse_id=houses[at % stores], sku_id=sku, qty=5,
    ))  # fmt: skip
    _programs(rows, few)
    _many(rows, lambda at: Job(
        kind="lists.export", title=f"Export {at}", person=people[at % len(people)],
        state="DONE", finished_at=now, due_at=now,
    ))  # fmt: skip
    _many(rows, lambda at: Notice(
        kind="job.done", params={"title": f"Export {at}"}, spread_at=now,
    ))  # fmt: skip
    told = list(Notice.objects.order_by("pk").values_list("pk", flat=True)[:rows])
    for person in people:
        _copies(told, person)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _lots(count: int) -> list[int]:
    """So many lots of one SKU."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO inventory_lot (sku_id, code, supplier, origin, customs)
               SELECT %s, 'L' || n, 'Supplier ' || n %% 40, '', 'NOT_CLEARED'
               FROM generate_series(1, %s) n RETURNING id""",
            [given.sku("BENCH-TEA"), count],
        )
        return [int(pk) for (pk,) in cursor.fetchall()]


def _programs(rows: int, few: int) -> None:
    """Clients, and a webhook with its messages: one of fifty was given up."""
    known = ApiClient.objects.get(key_id=given.api_client().key_id)
    _many(few, lambda at: ApiClient(
        key_id=f"ak_{at:016x}", name=f"Till {at}", created_by=given.ACTOR,
    ))  # fmt: skip
    hook = Subscription(
        client=known,
        name="ERP",
        url="https://erp.example.com/",
        topics=["stock.changed"],
        secrets=["bench"],
        created_by=given.ACTOR,
    )
    hook.save()
    now = timezone.now()
    _many(rows, lambda at: Message(
        subscription=hook, name=f"msg_{at}", topic="stock.changed", body='{"sku": "BENCH"}',
        next_at=None, delivered_at=None if at % 50 == 0 else now,
        dead_at=now if at % 50 == 0 else None, last_answer="500" if at % 50 == 0 else "204",
    ))  # fmt: skip


def _copies(notices: list[int], person: Person) -> None:
    now = timezone.now()
    _many(len(notices), lambda at: NoticeCopy(
        notice_id=notices[at], person=person, group="JOBS", read_at=None if at % 9 == 0 else now,
    ))  # fmt: skip


def _many(count: int, make: Callable[[int], models.Model]) -> None:
    """So many rows of what is made, some thousand a transaction."""
    for start in range(0, count, EACH):
        rows = [make(at) for at in range(start, min(start + EACH, count))]
        with transaction.atomic(durable=True):
            type(rows[0])._default_manager.bulk_create(rows)
