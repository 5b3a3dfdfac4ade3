"""Book the rows of a judged import: one block, one batch of postings, one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from inventory import bulk
from inventory.models import ImportBlock, Location, Lot, StockImport
from inventory.requests import Outcome, PlacedLine, ReceiveRequest
from inventory.services.importing.checking import There, judge, rows_of
from inventory.services.importing.rows import ADDED, Parsed, RowFault
from inventory.services.verbs import receive
from org import roles
from org import services as org
from org.importing.files import ImportRefused
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of

# What bookings make rows of. The planner must hear of it when a table has grown this many times
# over since it last looked (tenfold is where plans turn bad), and before and after many rows.
# Not before when a table is this small: where the planner knows nothing, it takes the index, where
# it knows of a handful of rows, it reads them all, and goes on so when there are thousands.
TABLES = [
    f"inventory_{name}"
    for name in ("balance", "stock", "posting", "entry", "location", "lot", "sku")
]
GROWN = 4
SMALL_PAGES = 10
MANY = 10_000


def start_booking(*, import_id: int, take: str, adds_places: bool, person: Person) -> int:
    """Queue the booking of an import; returns the job's id. Joins the caller's transaction.

    Asked again in the same words gives the same job.

    Raises:
        ImportRefused: unknown_import, not_checked, booked_already, has_faults, nothing_to_book.
    """
    found = (
        StockImport.objects.select_for_update(no_key=True)
        .filter(pk=import_id, person=person)
        .first()
    )
    if found is None:
        raise ImportRefused("unknown_import", asked=import_id)
    if found.checked_at is None:
        raise ImportRefused("not_checked")
    if found.book_job_id is not None:
        if (found.take, found.adds_places) != (take, adds_places):
            raise ImportRefused("booked_already")
        return found.book_job_id
    bad = found.faulty + (0 if adds_places else found.adding)
    if take == StockImport.Take.ALL and bad:
        raise ImportRefused("has_faults", asked=found.rows, there=bad)
    if bad >= found.rows:
        raise ImportRefused("nothing_to_book", asked=found.rows, there=bad)
    found.take, found.adds_places = take, adds_places
    found.book_job_id = org.add_job(
        kind="stock.import.book",
        title=_("Book stock import %(name)s") % {"name": found.name},
        person=person,
        payload={"import": found.pk},
        page_url=f"/stock/import/{found.pk}/",
    )
    found.save()
    org.record(
        actor=person.actor, action="stock.imported", subject=str(found),
        after={"name": found.name, "rows": found.rows - bad, "take": take},
    )  # fmt: skip
    return found.book_job_id


def book(work: org.Work) -> Iterator[org.Step]:
    """The job: each chunk books one block, with a key that says which.

    Raises:
        JobTrouble: the person may no longer correct stock.
    """
    if work.place.get("ended"):
        return
    found = StockImport.objects.get(pk=work.payload["import"])
    if not work.person.may(roles.STOCK_IMPORT):
        raise org.JobTrouble(_("You may not correct stock any more."))
    scope = scope_of(work.person, permission=roles.STOCK_IMPORT)
    done, total = work.done, found.rows
    if total >= MANY and "block" not in work.place:
        _analyze(_tables_over(times=0, pages=SMALL_PAGES))
        yield org.Step(done=done, total=total, place={"block": 0})
    blocks = ImportBlock.objects.filter(
        stock_import=found, number__gt=work.place.get("block", 0)
    ).order_by("number")
    for number in blocks.values_list("number", flat=True):
        read, booked = _book_block(blocks.get(number=number), found, scope, work.person.actor)
        done += read
        found.booked += booked
        found.save(update_fields=["booked"])
        place = {"block": number}
        yield org.Step(done=min(done, total), total=total, place=place)
        grown = _tables_over(times=GROWN, pages=GROWN)
        _analyze(grown)
        if grown:
            yield org.Step(done=min(done, total), total=total, place=place)
    if total >= MANY:
        _analyze(TABLES)
    result = {"rows": total, "booked": found.booked}
    yield org.Step(done=total, total=total, place={"ended": True}, result=result)


def _book_block(
    block: ImportBlock, found: StockImport, scope: Scope, actor: str
) -> tuple[int, int]:
    """Rows looked at, rows booked. What was judged good and is not any more is noted."""
    rows = rows_of(block, found.header)
    skipped = _rows_at_fault(block, adds_places=found.adds_places)
    good = [row for row in rows if row.row not in skipped]
    there = There.of(good, scope)
    judge(good, there)
    if found.adds_places and any(fault.code in ADDED for row in good for fault in row.faults):
        _add_places(good, there)
        # Once more: another row may have made the lot with other dates.
        again = [row for row in good if row.faults]
        there.look(again)
        for row in again:
            row.faults.clear()
        judge(again, there)
    now_bad = [
        fault
        for row in good
        for fault in row.faults
        if fault.code not in ADDED or not found.adds_places
    ]
    gone = {fault.row for fault in now_bad}
    wanted = [row for row in good if row.row not in gone]
    by_house: defaultdict[int, list[Parsed]] = defaultdict(list)
    for row in wanted:
        by_house[there.warehouses[row.warehouse]].append(row)
    requests = [
        ReceiveRequest(
            key=f"import:{found.pk}:{block.first_row}:{house}",
            document=str(found),
            warehouse_id=house,
            source="OPENING",
            placed=tuple(_line(row, house, there) for row in by_house[house]),
        )
        for house in sorted(by_house)
    ]
    outcomes = receive(requests, actor=actor) if requests else []
    refused = [*now_bad, *_refusals(outcomes, [by_house[house] for house in sorted(by_house)])]
    if refused:
        block.refused = [fault.kept() for fault in refused]
        block.save(update_fields=["refused"])
    return len(rows), len(wanted) - (len(refused) - len(now_bad))


def _rows_at_fault(block: ImportBlock, *, adds_places: bool) -> set[int]:
    return {
        int(fault["row"]) for fault in block.faults if not adds_places or fault["code"] not in ADDED
    }


def _line(row: Parsed, house: int, there: There) -> PlacedLine:
    goods = there.goods[row.sku]
    return PlacedLine(
        sku_id=goods.id,
        qty=row.qty,
        location_id=there.locations[house, row.location][0],
        lot_id=there.lots[goods.id, row.lot][0] if row.lot else None,
        grade=row.grade,
        owner=row.owner,
    )


def _refusals(outcomes: Sequence[Outcome], told: Sequence[Sequence[Parsed]]) -> list[RowFault]:
    """A batch is booked whole or not at all: each of its rows says why."""
    return [
        RowFault(row.row, "", outcome.refusal.code)
        for outcome, rows in zip(outcomes, told, strict=True)
        if outcome.refusal is not None
        for row in rows
    ]


def _add_places(rows: Sequence[Parsed], there: There) -> None:
    """Make the locations (for storage) and lots that these rows need."""
    sound = [row for row in rows if all(fault.code in ADDED for fault in row.faults)]
    codes = {fault.code for row in sound for fault in row.faults}
    if "new_location" in codes:
        places = {(there.warehouses[row.warehouse], row.location) for row in sound}
        fresh = sorted(places - there.locations.keys())
        bulk.insert(
            Location,
            len(fresh),
            {"warehouse_id": [place[0] for place in fresh], "code": [place[1] for place in fresh]},
            skip_known=True,
        )
    if "new_lot" in codes:
        lots = {(there.goods[row.sku].id, row.lot): row for row in reversed(sound) if row.lot}
        named = sorted((*key, row) for key, row in lots.items() if key not in there.lots)
        bulk.insert(
            Lot,
            len(named),
            {
                "sku_id": [sku for sku, _, _ in named],
                "code": [code for _, code, _ in named],
                "produced_on": [row.produced_on for _, _, row in named],
                "expires_on": [row.expires_on for _, _, row in named],
                "supplier": [row.supplier for _, _, row in named],
            },
            skip_known=True,
        )


def _tables_over(*, times: int, pages: int) -> list[str]:
    """Tables of so many pages, and so many times as many as at the planner's last look.

    By their files' sizes, which are true at once; other counters come late.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
               WHERE oid = ANY(%s::text[]::regclass[]) AND pg_relation_size(oid)
                   >= greatest(%s * relpages::bigint, %s) * current_setting('block_size')::bigint
               ORDER BY relname""",
            [TABLES, times, pages],
        )
        return [row[0] for row in cursor.fetchall()]


def _analyze(tables: Sequence[str]) -> None:
    if not tables:
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(tables))
