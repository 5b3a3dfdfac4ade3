"""A freeze may be looked after by everybody who has a role where it lies."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("freeze_rules", "0012_reporters")]

    operations = [
        migrations.AddField(
            model_name="lease",
            name="owner_role",
            field=models.CharField(
                blank=True, default="", max_length=40, verbose_name="role"
            ),
        ),
        migrations.AddConstraint(
            model_name="lease",
            constraint=models.CheckConstraint(
                name="freeze_rules_lease_one_owner",
                condition=Q(owner__isnull=True) | Q(owner_role=""),
            ),
        ),
    ]
