"""How fast rows come out of a file, of every kind: stored, judged and booked, as the jobs do it.

Of an opening stock the rows are in the order of the shelves, as a warehouse prints them; every
location and every lot is new, so is every cell, and every second row is the first of its balance.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import measure
from bench.sheets import SHEETS, Sheet

if TYPE_CHECKING:
    from org.models import Person

ROWS = 100_000
# Seconds for so many rows of any kind.
SECONDS = 60.0
MEGABYTES = 300.0
LIMITS = {"longest_step_s": 5.0} | {f"{kind}_peak_mb": MEGABYTES for kind in SHEETS}
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
    """Of each kind write a file, import it, book it, count what is there."""
    parser = measure.options("imports", arguments)
    parser.add_argument("--rows", type=int, default=0, help=f"rows in each file (default {ROWS})")
    parser.add_argument("--kinds", nargs="+", choices=list(SHEETS), default=list(SHEETS))
    options = parser.parse_args(arguments)
    rows = options.rows or (3_000 if options.quick else ROWS)
    figures: Figures = {"rows": float(rows)}
    with measure.own_database(), tempfile.TemporaryDirectory(prefix="house-bench-") as folder:
        from tests import given

        # Orders, mappings and locations stand on the SKUs and warehouses of the stock.
        SHEETS["stock"].prepare(rows)
        person = given.person("HEAD_OFFICE")
        for kind in options.kinds:
            sheet = SHEETS[kind]
            if kind != "stock":
                sheet.prepare(rows)
            path = Path(folder) / f"{kind}.csv"
            sheet.write(path, rows)
            figures |= run(sheet, path, rows, person)
            path.unlink()
    limits = dict(LIMITS)
    if rows == ROWS:
        limits |= {f"{kind}_s": SECONDS for kind in SHEETS}
    return measure.report(figures, options.json, limits, LEAST)


def run(sheet: Sheet, path: Path, rows: int, person: Person) -> Figures:
    """The three parts of one kind, and whether all of it is there afterwards."""
    from django.db import connection

    connection.ensure_connection()
    # The peak counts from here on, without what was made ready (proc_pid_clear_refs(5)).
    Path("/proc/self/clear_refs").write_text("5")
    watch = Watch()
    number = store(sheet, path, person)
    stored = watch.lap()
    slowest_check = work_off()
    checked = watch.lap()
    _start(number, person)
    slowest_booking = work_off()
    booked = watch.lap()
    _look(sheet, rows)
    figures: Figures = {
        f"{sheet.kind}_s": stored.seconds + checked.seconds + booked.seconds,
        f"{sheet.kind}_peak_mb": _peak_mb(),
    }
    if sheet.kind != "stock":
        return figures
    return figures | {
        "stored_per_s": rows / stored.seconds,
        "checked_per_s": rows / checked.seconds,
        "booked_per_s": rows / booked.seconds,
        "stored_per_cpu_s": rows / stored.cpu,
        "checked_per_cpu_s": rows / checked.cpu,
        "booked_per_cpu_s": rows / booked.cpu,
        "booking_own_cpu_s": booked.own_cpu,
        "booking_database_cpu_s": booked.database_cpu,
        "longest_step_s": max(slowest_check, slowest_booking),
    }


def store(sheet: Sheet, path: Path, person: Person) -> int:
    """Take the file in; gives the import's id."""
    from django.db import transaction

    from org.importing.kinds import kind_of
    from org.importing.storing import import_file

    with path.open("rb") as file, transaction.atomic(durable=True):
        return import_file(
            kind=kind_of(sheet.kind), key=f"bench:{sheet.kind}", name=path.name, file=file,
            size=path.stat().st_size, person=person,
        )  # fmt: skip


def _start(number: int, person: Person) -> None:
    from django.db import transaction

    from org.importing.booking import start_booking

    with transaction.atomic(durable=True):
        start_booking(import_id=number, take="ALL", adds=True, person=person)


def work_off() -> float:
    """Every due job, one chunk at a time; gives the longest that progress stood still."""
    from org import services as org

    longest, before = 0.0, time.perf_counter()
    while org.work_on_jobs(seconds=0):
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return longest


def _look(sheet: Sheet, rows: int) -> None:
    """Every row is there.

    Raises:
        RuntimeError: it is not; the figures would mean nothing.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sheet.there, [])
        found = cursor.fetchone()
    if found != sheet.wanted(rows):
        raise RuntimeError(f"{sheet.kind}: {sheet.wanted(rows)} are wanted, {found} are there")


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
