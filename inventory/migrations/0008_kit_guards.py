"""Kits and goods stay what they are; what a shop's figure looks at is found at once."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_bound_lines")]

    operations = [
        migrations.AddIndex(
            model_name="sku",
            index=models.Index(
                condition=models.Q(("is_kit", True)), fields=["id"], name="sku_kits"
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("blocks_publish", False), ("closed_at__isnull", True)),
                fields=["id"],
                name="hold_open_shown",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(
                    ("blanket", True),
                    ("blocks_publish", True),
                    ("blocks_reserve", False),
                    ("closed_at__isnull", True),
                ),
                fields=["id"],
                name="hold_open_hiding",
            ),
        ),
        migrations.RunSQL(
            sql=(SQL / "0008_kit_guards.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0008_kit_guards_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
