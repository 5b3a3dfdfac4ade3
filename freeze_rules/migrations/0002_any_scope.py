"""A freeze by hand may name a zone, a supplier, a whole warehouse, and no quantity."""

import django.db.models.deletion
from django.db import migrations, models


def _optional(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [
        ("freeze_rules", "0001_by_hand"),
        ("inventory", "0015_times_and_cells"),
    ]

    operations = [
        migrations.AlterField("manualfreeze", "warehouse", _optional("inventory.warehouse")),
        migrations.AlterField("manualfreeze", "location", _optional("inventory.location")),
        migrations.AlterField("manualfreeze", "sku", _optional("inventory.sku")),
        migrations.AlterField(
            "manualfreeze", "qty", models.BigIntegerField(blank=True, null=True, verbose_name="quantity")
        ),
        migrations.AddField("manualfreeze", "zone", _optional("inventory.zone")),
        migrations.AddField(
            "manualfreeze",
            "supplier",
            models.CharField(blank=True, default="", max_length=80, verbose_name="supplier"),
        ),
        migrations.AddField(
            "manualfreeze",
            "grade",
            models.CharField(blank=True, default="", max_length=2, verbose_name="grade"),
        ),
        migrations.AddField(
            "manualfreeze",
            "policy",
            models.CharField(default="FREE_ONLY", max_length=12, verbose_name="policy"),
        ),
        migrations.RemoveConstraint("manualfreeze", "freeze_rules_manual_qty_positive"),
        migrations.AddConstraint(
            "manualfreeze",
            models.CheckConstraint(
                name="freeze_rules_manual_qty_positive",
                condition=models.Q(("qty__isnull", True), ("qty__gt", 0), _connector="OR"),
            ),
        ),
        migrations.AddConstraint(
            "manualfreeze",
            models.CheckConstraint(
                name="freeze_rules_manual_names_something",
                condition=models.Q(
                    ("warehouse__isnull", False),
                    ("sku__isnull", False),
                    models.Q(("supplier", ""), _negated=True),
                    _connector="OR",
                ),
            ),
        ),
        migrations.AddConstraint(
            "manualfreeze",
            models.CheckConstraint(
                name="freeze_rules_manual_qty_of_a_sku",
                condition=models.Q(("qty__isnull", True), ("sku__isnull", False), _connector="OR"),
            ),
        ),
    ]
