"""Programs report too: who did it is named as the ledger names them, "person:7" or "client:ak_..."."""

from django.db import migrations, models
from django.db.models import Q

NAMED = """
UPDATE freeze_rules_inspection SET
    asked_by = 'person:' || asked_by,
    decided_by = CASE WHEN decided_by = '' THEN '' ELSE 'person:' || decided_by END;
UPDATE freeze_rules_incident SET
    reported_by = 'person:' || reported_by,
    mended_by = CASE WHEN mended_by = '' THEN '' ELSE 'person:' || mended_by END;
UPDATE freeze_rules_promotion SET made_by = 'person:' || made_by;
"""

# The way back is for reports of people: where a program reported, it stops with an error.
UNNAMED = """
ALTER TABLE freeze_rules_inspection ALTER decided_by DROP NOT NULL;
ALTER TABLE freeze_rules_incident ALTER mended_by DROP NOT NULL;
UPDATE freeze_rules_inspection SET
    asked_by = regexp_replace(asked_by, '^person:', ''),
    decided_by = NULLIF(regexp_replace(decided_by, '^person:', ''), '');
UPDATE freeze_rules_incident SET
    reported_by = regexp_replace(reported_by, '^person:', ''),
    mended_by = NULLIF(regexp_replace(mended_by, '^person:', ''), '');
UPDATE freeze_rules_promotion SET made_by = regexp_replace(made_by, '^person:', '');
"""


class Migration(migrations.Migration):

    dependencies = [("freeze_rules", "0011_supplier_limits")]

    operations = [
        migrations.RemoveConstraint(
            model_name="incident", name="incident_only_leaks_are_mended"
        ),
        migrations.RemoveConstraint(
            model_name="inspection", name="inspection_decided_by_somebody"
        ),
        migrations.RenameField(model_name="incident", old_name="person", new_name="reported_by"),
        migrations.AlterField(
            model_name="incident", name="reported_by", field=models.CharField(max_length=64)
        ),
        migrations.AlterField(
            model_name="incident",
            name="mended_by",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="inspection", name="asked_by", field=models.CharField(max_length=64)
        ),
        migrations.AlterField(
            model_name="inspection",
            name="decided_by",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="promotion", name="made_by", field=models.CharField(max_length=64)
        ),
        migrations.RunSQL(NAMED, UNNAMED),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                name="incident_only_leaks_are_mended",
                condition=Q(mended_at__isnull=True, mended_by="")
                | (Q(kind="LEAK", mended_at__isnull=False) & ~Q(mended_by="")),
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                name="inspection_decided_by_somebody",
                condition=Q(result="ASKED", decided_by="", decided_at__isnull=True)
                | (~Q(result="ASKED") & ~Q(decided_by="") & Q(decided_at__isnull=False)),
            ),
        ),
    ]
