"""Policies may ask how far an action reaches: share of a SKU, SKUs and warehouses in an hour."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("org", "0020_working_days")]

    operations = [
        migrations.AddField(
            model_name="approvalpolicy",
            name="min_share_pct",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=5, null=True,
                verbose_name="from this share of one SKU",
            ),
        ),
        migrations.AddField(
            model_name="approvalpolicy",
            name="min_skus",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="from so many SKUs in an hour"
            ),
        ),
        migrations.AddField(
            model_name="approvalpolicy",
            name="min_places",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="from so many warehouses in an hour"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                name="org_approvalpolicy_share_is_one",
                condition=Q(min_share_pct__isnull=True)
                | Q(min_share_pct__gt=0, min_share_pct__lte=100),
            ),
        ),
    ]
