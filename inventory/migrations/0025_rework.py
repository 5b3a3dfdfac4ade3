"""A reason of its own for goods that are being worked on: neither for sale nor given up."""

from django.db import migrations


def add(apps, schema_editor):
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.get_or_create(
        code="REWORK",
        defaults={
            "name": "返工冻结", "name_en": "Rework", "role": "FREEZE", "rank": 64,
            "is_safety": True, "binds_to": "GOODS", "blocks_reserve": True, "blocks_pick": True,
            "blocks_ship": True, "blocks_publish": True, "review_days": 7, "by_hand": True,
            "release_permission": "stock.release_safety",
        },
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("inventory", "0024_imports_in_one_place")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
