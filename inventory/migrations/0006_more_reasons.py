"""Reasons of cold chain, light, and goods that arrived and wait for customs."""

from django.db import migrations

# code, Chinese, English, rank, review days
REASONS = [
    ("NOT_CLEARED", "到货未清关", "Arrived, not cleared", 84, 3),
    ("COLD_CHAIN", "冷链异常", "Cold chain broken", 78, 1),
    ("LIGHT", "光照异常", "Too much light", 67, 2),
]


def add(apps, schema_editor):
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.bulk_create(
        (Reason(
            code=code, name=name, name_en=name_en, role="FREEZE", rank=rank, is_safety=True,
            binds_to="GOODS", review_days=days, by_hand=True,
        )
        for code, name, name_en, rank, days in REASONS),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_pieces_and_recipes")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
