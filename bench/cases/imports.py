"""How fast opening stock comes out of a file: stored, judged and booked, as the jobs do it.

The rows are in the order of the shelves, as a warehouse prints them; every location and every lot
is new, so is every cell, and every second row is the first of its balance.
"""

from __future__ import annotations

import csv
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bench import measure

if TYPE_CHECKING:
    from org.models import Person

ROWS = 100_000
HEADING = ("warehouse", "location", "sku", "quantity", "lot", "expires_on")
HOUSES = ("WH1", "WH2")
# Cells of one location, and rows for one SKU: two in each warehouse.
CELLS = 20
ROWS_OF_A_SKU = 4
LIMITS = {"peak_mb": 300.0, "longest_step_s": 5.0}
LEAST = {"booked_per_cpu_s": 4_000.0}
Figures = dict[str, float | str]


@dataclass(frozen=True)
class Took:
    """One part of the import: seconds, processor seconds of this process and of its backend."""

    seconds: float
    own_cpu: float
    database_cpu: float

    @property
    def cpu(self) -> float:
        """Both together: what one core needs when nothing is waited for."""
        return self.own_cpu + self.database_cpu


class Watch:
    """Measures a part of the import; the connection must stay the same meanwhile."""

    def __init__(self) -> None:
        self._began = self._now()

    def lap(self) -> Took:
        """What went by since the last lap."""
        before, self._began = self._began, self._now()
        return Took(*(now - then for now, then in zip(self._began, before, strict=True)))

    @staticmethod
    def _now() -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), _backend_cpu()


def main(arguments: list[str]) -> int:
    """Write the file, import it, book it, count what lies there."""
    parser = measure.options("imports", arguments)
    parser.add_argument("--rows", type=int, default=0, help=f"cells in the file (default {ROWS})")
    options = parser.parse_args(arguments)
    rows = options.rows or (3_000 if options.quick else ROWS)
    with measure.own_database(), tempfile.TemporaryDirectory(prefix="house-bench-") as folder:
        path = Path(folder) / "stock.csv"
        write_file(path, rows)
        person = prepare(rows)
        figures = run(path, rows, person)
    return measure.report(figures, options.json, LIMITS, LEAST)


def write_file(path: Path, rows: int) -> None:
    """So many cells, location by location; every third SKU is kept by lot."""
    skus = _skus(rows)
    with path.open("w", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(HEADING)
        for number in range(rows):
            house = number * len(HOUSES) // rows
            # Neighbours on a shelf are neighbours in the catalogue; the second place of a SKU
            # is far from the first.
            sku = number % skus
            lot = (f"L{sku}-{number // skus}", "2028-06-30") if sku % 3 == 0 else ("", "")
            place = f"{number // CELLS:06d}"
            sheet.writerow((HOUSES[house], place, f"N{sku:07d}", 1 + number % 97, *lot))


def _skus(rows: int) -> int:
    return max(rows // ROWS_OF_A_SKU, CELLS)


def prepare(rows: int) -> Person:
    """The warehouses and the SKUs; gives who imports."""
    from django.db import transaction

    from inventory import services as inventory
    from tests import given

    for house in HOUSES:
        given.warehouse(house)
    for start in range(0, _skus(rows), 5_000):
        numbers = range(start, min(start + 5_000, _skus(rows)))
        with transaction.atomic(durable=True):
            inventory.add_skus(
                [
                    {"code": f"N{n:07d}", "name": f"N {n}", "lot_tracked": n % 3 == 0}
                    for n in numbers
                ]
            )
    return given.person("HEAD_OFFICE")


def run(path: Path, rows: int, person: Person) -> Figures:
    """The three parts, and whether all of it lies there afterwards."""
    from django.db import connection

    connection.ensure_connection()
    # The peak counts from here on, without the making of SKUs (proc_pid_clear_refs(5)).
    Path("/proc/self/clear_refs").write_text("5")
    watch = Watch()
    with path.open("rb") as file:
        number = store(file, path.stat().st_size, person)
    stored = watch.lap()
    slowest_check = work_off()
    checked = watch.lap()
    _start(number, person)
    slowest_booking = work_off()
    booked = watch.lap()
    _look(rows)
    return {
        "rows": float(rows),
        "stored_per_s": rows / stored.seconds,
        "checked_per_s": rows / checked.seconds,
        "booked_per_s": rows / booked.seconds,
        "stored_per_cpu_s": rows / stored.cpu,
        "checked_per_cpu_s": rows / checked.cpu,
        "booked_per_cpu_s": rows / booked.cpu,
        "booking_own_cpu_s": booked.own_cpu,
        "booking_database_cpu_s": booked.database_cpu,
        "longest_step_s": max(slowest_check, slowest_booking),
        "total_s": stored.seconds + checked.seconds + booked.seconds,
        "peak_mb": _peak_mb(),
    }


def store(file: IO[bytes], size: int, person: Person) -> int:
    """Take the file in; gives the import's id."""
    from django.db import transaction

    from inventory.services import importing

    with transaction.atomic(durable=True):
        return importing.import_file(
            key="bench", name="stock.csv", file=file, size=size, person=person
        )


def _start(number: int, person: Person) -> None:
    from django.db import transaction

    from inventory.services import importing

    with transaction.atomic(durable=True):
        importing.start_booking(import_id=number, take="ALL", adds_places=True, person=person)


def work_off() -> float:
    """Every due job, one chunk at a time; gives the longest that progress stood still."""
    from org import services as org

    longest, before = 0.0, time.perf_counter()
    while org.work_on_jobs(seconds=0):
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return longest


def _look(rows: int) -> None:
    """Every row became a cell.

    Raises:
        RuntimeError: it did not; the figures would mean nothing.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(on_hand) FROM inventory_stock WHERE on_hand > 0")
        found = cursor.fetchone()
    wanted = (rows, sum(1 + number % 97 for number in range(rows)))
    if (found[0], int(found[1] or 0)) != wanted:
        raise RuntimeError(f"{wanted} cells and units were imported, {found} are there")


def _peak_mb() -> float:
    """The most memory this process had at once, in millions of bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) * 1024 / 1e6


def _backend_cpu() -> float:
    """Processor seconds that the connection's process in the database has used."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    # utime and stime; the fields before them end with the name in brackets (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
