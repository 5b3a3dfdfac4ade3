"""A running house of its own for a measurement: started, joined, stocked, taken away again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import ground
from bench.day.outside import Outside
from launch import processes
from launch.servers import ServerTrouble
from launch.stack import Stack

# Enough of everything that no sale of a measurement is refused.
UNITS_OF_EACH = 5_000


@contextmanager
def data_folder() -> Iterator[Path]:
    """The folder of a stack's data, which need not be there yet; gone afterwards."""
    with ground.folder() as folder:
        ground.lay_template(folder / "data" / "postgres")
        yield folder / "data"


def stack_on(folder: Path, *, parts: Sequence[str] | None = None, demo: bool = True) -> Stack:
    """A stack that says aloud what dies, not yet started."""
    return Stack(
        data_dir=folder,
        environment={"LOG_LEVEL": "WARNING"},
        parts=parts,
        demo=demo,
        say=lambda sentence: print(f"  {sentence}", file=sys.stderr),
    )


@contextmanager
def running(*, parts: Sequence[str] | None = None, demo: bool = True) -> Iterator[Stack]:
    """A started stack whose database this process may read. Once per process."""
    with data_folder() as folder, stack_on(folder, parts=parts, demo=demo) as stack:
        _join(stack)
        try:
            yield stack
        finally:
            from django.db import connections

            connections.close_all()


def _join(stack: Stack) -> None:
    """Read and write the stack's database from here."""
    os.environ.pop("PLAIN_STATIC", None)
    os.environ.update(stack.environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


def open_shops(stack: Stack) -> Outside:
    """The demo company's shops with plenty to sell and wide call limits, told their stock."""
    from demo import company

    outside = Outside(stack.sandbox_url)
    _fill_shelves()
    for shop in company.SHOPS:
        # The limits of a real day would make a short measurement wait for the next minute.
        outside.post(
            "/sandbox/shops",
            {"platform": shop.platform, "code": shop.code,
             "options": {"bucket": 4000, "leak": 2000}},
        )  # fmt: skip
    done = stack.manage("demo", "--connect", stack.url)
    if done.returncode:
        raise ServerTrouble(f"The shops cannot be connected: {done.stderr[-500:]}")
    _wait_for_figures(outside)
    return outside


def _fill_shelves() -> None:
    from django.db import transaction

    from demo import company
    from inventory import selectors as stock
    from inventory import services as inventory
    from org.scope import Scope

    houses = {row.code: row.id for row in stock.warehouses(scope=Scope.everything())}
    place = stock.location_by_code(warehouse_id=houses["WH-SH"], code="A-01")
    assert place is not None
    days_by_code = {goods[0]: goods[5] for goods in company.GOODS}
    ids = stock.sku_ids_by_code(list(days_by_code))
    with transaction.atomic(durable=True):
        lines = tuple(
            inventory.Line(
                sku_id=sku,
                qty=UNITS_OF_EACH,
                lot_id=inventory.add_lot(sku_id=sku, code="BENCH") if days_by_code[code] else None,
            )
            for code, sku in sorted(ids.items())
        )
        outcome = inventory.receive(
            [
                inventory.ReceiveRequest(
                    key="bench:shelves",
                    document="BENCH",
                    warehouse_id=houses["WH-SH"],
                    location_id=place.id,
                    lines=lines,
                )
            ],
            actor="system:bench",
        )[0]
        outcome.check()


def _wait_for_figures(outside: Outside) -> None:
    """Until every shop was told what it may sell, and nothing newer is owed."""
    from django.db.models import F, Q

    from channels_sync.models import Listing

    owed = Listing.objects.filter(
        Q(acked_qty=None) | ~Q(acked_basis=F("computed_basis")) | Q(stale_since__isnull=False),
        sku__isnull=False,
    )
    until = time.monotonic() + 300
    while time.monotonic() < until:
        told = [row["told"] is not None for row in outside.rows("/sandbox/records/stock", "stock")]
        if told and all(told) and not owed.exists():
            return
        time.sleep(0.5)
    raise ServerTrouble("The shops were not told their stock within five minutes.")


def cpu_ms(stack: Stack) -> dict[str, float]:
    """Milliseconds of processor time each program has used so far, what it started included."""
    tick = 1000 / os.sysconf("SC_CLK_TCK")
    used: dict[str, float] = {}
    for name, pid in stack.pids().items():
        members = processes.family(pid) if pid is not None else []
        # utime, stime, and the same of children that ended; the fields before them end with the
        # name in brackets (proc(5)).
        for one in members:
            try:
                fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                # It ended meanwhile; its parent has its time.
                continue
            used[name] = used.get(name, 0.0) + sum(map(int, fields[11:15])) * tick
    return used


def sell(outside: Outside, *, timeout_s: float, **wish: object) -> None:
    """Have the sandbox sell, and wait until it has finished and every push is answered.

    Raises:
        ServerTrouble: it failed, or took longer than `timeout_s` seconds.
    """
    outside.post("/sandbox/trade", wish)
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        trade = outside.get("/sandbox/trade")
        if trade["state"] not in ("trading", "done"):
            raise ServerTrouble(f"The trade ended as {trade['state']}: {trade['error']}")
        if trade["state"] == "done" and not trade["pushes_pending"]:
            return
        time.sleep(0.25)
    raise ServerTrouble(f"The trade did not end within {timeout_s:.0f} s: {trade}")
