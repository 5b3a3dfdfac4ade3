"""manage.py verify_audit: recompute every seal from the rows as they are now."""

from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from org import selectors
from org.sealing import Finding


class Command(BaseCommand):
    help = "Read the chains of seals from their first block and name every place that is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="CHAIN:BLOCK:HASH",
            help="a head noted earlier, from this command's output or from the log",
        )

    def handle(self, *args: object, expect: list[str], **options: object) -> None:
        found: list[Finding] = []
        for chain in settings.SEALED:
            broken, rows, _last = selectors.verify(chain=chain)
            found += broken
            head = selectors.head_of_chain(chain)
            self.stdout.write(f"{chain}: {rows} rows sealed, {len(broken)} broken. Head: {head}")
        for word in expect:
            try:
                chain, number, digest = word.split(":")
                found += selectors.head_gone(chain=chain, number=int(number), hash=digest)
            except ValueError:
                raise CommandError(f"{word!r} is not CHAIN:BLOCK:HASH.") from None
        for each in found:
            row = "" if each.row is None else f", row {each.row}"
            self.stdout.write(f"  {each.kind} in {each.chain}, block {each.block}{row}")
        if found:
            raise CommandError(f"{len(found)} places do not match their seals.")
