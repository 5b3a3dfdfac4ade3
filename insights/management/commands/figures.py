"""`manage.py figures --since 2026-10-01`: figure past days again, with progress."""

import time
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from insights.measures import MEASURES
from insights.services import figure_day


class Command(BaseCommand):
    """Each day of each measure in a transaction of its own; stop and repeat it as you like."""

    help = "Figure past days of the measures again; what stood there is replaced."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--since, --until, --measure."""
        yesterday = timezone.localdate() - timedelta(days=1)
        parser.add_argument("--since", type=date.fromisoformat, required=True)
        parser.add_argument("--until", type=date.fromisoformat, default=yesterday)
        parser.add_argument("--measure", choices=[*_flows()], action="append")

    def handle(self, *args: Any, **options: Any) -> None:
        """Oldest day first."""
        since, until = options["since"], options["until"]
        if not since <= until < timezone.localdate():
            raise CommandError("--since must not be after --until, and both must be past days.")
        codes = options["measure"] or [*_flows()]
        days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
        began = time.perf_counter()
        for number, day in enumerate(days, start=1):
            figures = 0
            for code in codes:
                with transaction.atomic(durable=True):
                    figures += figure_day(measure=MEASURES[code], day=day)
            took = time.perf_counter() - began
            left = took / number * (len(days) - number)
            self.stdout.write(f"{day} {number}/{len(days)} figures {figures}, {left:.0f} s left")
        self.stdout.write(f"{len(days)} days of {len(codes)} measures.")


def _flows() -> list[str]:
    return [code for code, measure in MEASURES.items() if not measure.is_level]
