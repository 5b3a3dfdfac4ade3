"""manage.py rotate_keys: bring every encrypted value under the newest key of FIELD_KEYS."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from org.secrets import NoKeyFits
from org.services import fields_with_secrets, record, rotate_batch


class Command(BaseCommand):
    help = "Re-encrypt every encrypted value with the newest key; safe to stop and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows per transaction")

    def handle(self, *args: object, batch: int, **options: object) -> None:
        for model, field in fields_with_secrets():
            label, after, seen, changed = f"{model._meta.label}.{field}", 0, 0, 0
            while True:
                try:
                    with transaction.atomic(durable=True):
                        done = rotate_batch(model=model, field=field, after=after, limit=batch)
                except NoKeyFits as error:
                    raise CommandError(str(error)) from None
                after, seen, changed = done.last_id, seen + done.seen, changed + done.changed
                if done.seen < batch:
                    break
            with transaction.atomic(durable=True):
                record(
                    actor="system:rotate_keys", action="keys.rotated", subject=label,
                    after={"rows": seen, "changed": changed},
                )  # fmt: skip
            self.stdout.write(f"{label}: {changed} of {seen} re-encrypted")
