"""`manage.py audit`: recompute stock, floor and orders from their smallest facts."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from freeze_rules.selectors import laws as freezes
from inventory import selectors as stock
from inventory.selectors.everything import Everything, look_at_everything
from inventory.selectors.laws import LAWS, NAMES
from oms import selectors as orders
from wms import selectors as floor


class Command(BaseCommand):
    """Prints every difference; exit code 1 when there is one."""

    help = "Recompute everything from the entries and print differences; none is right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write what programs read."""
        parser.add_argument(
            "--json", default="", help="also write laws, differences, seconds to this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at one moment: the house may be at work meanwhile."""
        began = time.perf_counter()
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            stock_found = look_at_everything()
            found = [f"stock: {_said(each)}" for each in stock_found.audit.differences]
            found += [f"floor: {_words(each)}" for each in floor.audit()]
            found += [f"freezes: {_words(each)}" for each in freezes.audit()]
            found += [f"orders: {_words(each)}" for each in orders.audit()]
        seconds = time.perf_counter() - began
        for line in found:
            self.stdout.write(line)
        if options["json"]:
            report = _report(stock_found, found, seconds)
            text = json.dumps(report, indent=1, ensure_ascii=False)
            Path(options["json"]).write_text(text + "\n", encoding="utf-8")
        if found:
            raise CommandError(f"Differences: {len(found)}.")
        self.stdout.write("No differences.")


def _report(stock_found: Everything, found: list[str], seconds: float) -> dict[str, object]:
    """What programs read: counts, seconds by checker and by law, and the differences as text."""
    by_law = stock_found.audit.by_law
    replayed = by_law["A13"][1]
    return {
        "laws": len(LAWS),
        "differences": len(found),
        "seconds": round(seconds, 3),
        "sql_seconds": round(sum(spent for _, spent in by_law.values()) - replayed, 3),
        "replay_seconds": round(replayed, 3),
        "entries": stock_found.replayed.entries,
        "by_law": [
            {
                "code": law.code,
                "law": str(law.name),
                "kept_by": law.kept.name.lower(),
                "differences": by_law.get(law.code, (0, 0.0))[0],
                "seconds": round(by_law.get(law.code, (0, 0.0))[1], 4),
            }
            for law in LAWS
        ],
        "found": found,
    }


def _said(each: stock.Difference) -> str:
    name = NAMES.get(each.law, "")
    return f"{each.law} {name}: {each.where}: found {each.found}, expected {each.expected}"


def _words(each: floor.Difference | orders.Difference | freezes.Difference) -> str:
    return f"{each.check}: {each.subject}: found {each.found}, expected {each.expected}"
