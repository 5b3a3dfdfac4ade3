"""`manage.py audit`: recompute stock, floor and orders from their smallest facts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from inventory import selectors as stock
from oms import selectors as orders
from wms import selectors as floor


class Command(BaseCommand):
    """Prints every difference; exit code 1 when there is one."""

    help = "Recompute everything from the entries and print differences; none is right."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at one moment: the house may be at work meanwhile."""
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = [
                f"stock: {each.law}: {each.where}: found {each.found}, expected {each.expected}"
                for each in stock.audit()
            ]
            found += [f"floor: {_words(each)}" for each in floor.audit()]
            found += [f"orders: {_words(each)}" for each in orders.audit()]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"Differences: {len(found)}.")
        self.stdout.write("No differences.")


def _words(each: floor.Difference | orders.Difference) -> str:
    return f"{each.check}: {each.subject}: found {each.found}, expected {each.expected}"
