"""Kits stand on the stock board beside goods: a view says how many could be built."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0021_kit_shelf.sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0020_reasons_of_rules")]

    operations = [
        migrations.CreateModel(
            name="KitShelf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("available", models.BigIntegerField()),
                (
                    "kit",
                    models.ForeignKey(
                        on_delete=models.DO_NOTHING, related_name="+", to="inventory.sku"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=models.DO_NOTHING, related_name="+", to="inventory.warehouse"
                    ),
                ),
            ],
            options={"db_table": "inventory_kitshelf", "managed": False},
        ),
        migrations.RunSQL(SQL.read_text(), "DROP VIEW inventory_kitshelf"),
    ]
