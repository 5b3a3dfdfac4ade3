"""A rule that would let go of too much is stopped; what it was to let go of waits."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Func, Q


class Migration(migrations.Migration):

    dependencies = [("freeze_rules", "0013_owners_by_role")]

    operations = [
        migrations.AddField(
            model_name="watch", name="held_back_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddIndex(
            model_name="watch",
            index=models.Index(
                fields=["version"],
                name="watch_held_back",
                condition=Q(closed_at__isnull=True, held_back_at__isnull=False),
            ),
        ),
        migrations.RemoveConstraint(model_name="keptevent", name="kept_event_once"),
        migrations.AddField(
            model_name="keptevent", name="for_release", field=models.BooleanField(default=False)
        ),
        migrations.AddConstraint(
            model_name="keptevent",
            constraint=models.UniqueConstraint(
                fields=["rule", "event", "for_release"], name="kept_event_once"
            ),
        ),
        migrations.CreateModel(
            name="RuleRelease",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                )),
                ("value", models.DecimalField(decimal_places=2, max_digits=16)),
                ("skus", django.contrib.postgres.fields.ArrayField(
                    base_field=models.BigIntegerField(), default=list, size=None
                )),
                ("warehouses", django.contrib.postgres.fields.ArrayField(
                    base_field=models.BigIntegerField(), default=list, size=None
                )),
                ("at", models.DateTimeField(
                    db_default=Func(
                        function="clock_timestamp", output_field=models.DateTimeField()
                    ),
                    editable=False,
                )),
                ("rule", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+",
                    to="freeze_rules.rule",
                )),
            ],
            options={
                "indexes": [models.Index(fields=["rule", "-at"], name="rule_release_by_hour")],
            },
        ),
    ]
