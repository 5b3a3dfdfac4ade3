"""`manage.py demo`: the demo company; `--connect` opens its shops at the sandbox."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from channels_sync.models import Shop
from channels_sync.tasks.catalogue import read_catalogue
from demo import building, cold, company, outside
from insights.tasks import figure_days, figure_levels
from outbox.bells import nudge


class Command(BaseCommand):
    """Builds what is missing; safe to repeat."""

    help = "Create the demo company (units, people, goods, stock, shops)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--connect HOUSE_URL, --past."""
        parser.add_argument(
            "--connect",
            metavar="HOUSE_URL",
            help="open the shops at the sandbox, which pushes orders to this address",
        )

        parser.add_argument(
            "--past", action="store_true", help="with a month of trade before today, for measures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, or connect."""
        if options["connect"]:
            self._connect(options["connect"])
            return
        new = building.build(
            sandbox_url=settings.SANDBOX_URL, now=timezone.now(), with_past=options["past"]
        )
        self._write_logins()
        self.stdout.write("The demo company was created." if new else "The demo company stands.")

    def _connect(self, house_url: str) -> None:
        try:
            opened = outside.open_shops(sandbox_url=settings.SANDBOX_URL, house_url=house_url)
            cold.play(sandbox_url=settings.SANDBOX_URL, house_url=house_url)
        except httpx.HTTPError as trouble:
            raise CommandError(
                f"The sandbox at {settings.SANDBOX_URL} does not answer ({trouble})."
            ) from trouble
        # What the past made of the measures; not waited for.
        nudge(task=figure_days.name)
        nudge(task=figure_levels.name)
        for shop in Shop.objects.filter(code__in=opened):
            read_catalogue(shop_id=shop.pk)
        self.stdout.write(f"Connected: {', '.join(opened)}")

    def _write_logins(self) -> None:
        """For the block that `make run` prints."""
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        names = " · ".join(f"{username} ({shown})" for username, shown, *_ in company.PEOPLE)
        Path(settings.DATA_DIR, "demo-logins.txt").write_text(
            f"{names}\npassword of all: {company.PASSWORD}\n", encoding="utf-8"
        )
