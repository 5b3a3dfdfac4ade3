"""Roles become rows, and an assignment may be of a unit, a warehouse or a shop, for some days."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

SHIPPED = [
    "AUDITOR", "CLERK", "FINANCE", "HEAD_OFFICE", "IT", "ORDER_DESK", "REGION_MANAGER",
    "STORE_MANAGER", "WAREHOUSE_LEAD", "WAREHOUSE_STAFF",
]


def seed(apps, schema_editor):
    apps.get_model("org", "RoleSet").objects.bulk_create(
        apps.get_model("org", "RoleSet")(code=code) for code in SHIPPED
    )


def spell(apps, schema_editor):
    from pypinyin import lazy_pinyin

    for person in apps.get_model("org", "Person").objects.iterator(chunk_size=500):
        syllables = lazy_pinyin(person.display_name.strip().lower())
        person.pinyin = f"{''.join(syllables)} {''.join(each[:1] for each in syllables)}"[:200]
        person.save(update_fields=["pinyin"])


class Migration(migrations.Migration):

    dependencies = [("org", "0008_clients")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="pinyin",
            field=models.CharField(blank=True, default="", editable=False, max_length=200),
        ),
        migrations.RunPython(spell, migrations.RunPython.noop),
        migrations.CreateModel(
            name="RoleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(blank=True, default="", max_length=60, verbose_name="name")),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="what for")),
                ("added", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ("removed", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("name", ""), _negated=True), fields=("name",), name="org_roleset_name_once"),
                    models.CheckConstraint(condition=models.Q(("added__overlap", models.F("removed")), _negated=True), name="org_roleset_added_or_removed"),
                    models.CheckConstraint(condition=models.Q(("code__in", SHIPPED), models.Q(("name", ""), _negated=True), _connector="OR"), name="org_roleset_own_has_a_name"),
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="assignment", name="org_assignment_once"),
        migrations.RemoveConstraint(model_name="assignment", name="org_assignment_role_known"),
        migrations.AlterField(
            model_name="assignment",
            name="role",
            field=models.ForeignKey(db_column="role", on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="org.roleset", to_field="code", verbose_name="role"),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="unit",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="org.unit"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="warehouse_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="warehouse"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="shop_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="shop"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="valid_from",
            field=models.DateField(blank=True, null=True, verbose_name="valid from"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="valid_until",
            field=models.DateField(blank=True, null=True, verbose_name="valid until"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(fields=["person", "role", "unit", "warehouse_id", "shop_id"], name="org_assignment_once", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=Q(unit__isnull=False, warehouse_id__isnull=True, shop_id__isnull=True)
                | Q(unit__isnull=True, warehouse_id__isnull=False, shop_id__isnull=True)
                | Q(unit__isnull=True, warehouse_id__isnull=True, shop_id__isnull=False),
                name="org_assignment_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="org_assignment_days_in_order",
            ),
        ),
    ]
