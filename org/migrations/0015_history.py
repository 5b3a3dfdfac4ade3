from pathlib import Path

from django.db import migrations, models

import org.models.seals

SQL = Path(__file__).parent / "sql"
CLOCK = models.Func(function="clock_timestamp", output_field=models.DateTimeField())
# Table, kind, the column that names the thing, part, columns that are left out: secrets, tastes
# and what machines note.
KEPT = (
    ("org_unit", "unit", "id", "", "path"),
    ("org_person", "person", "id", "",
     "password,last_login,preferences,pinyin,is_staff,date_joined"),
    ("org_assignment", "person", "person_id", "assignments", ""),
    ("org_roleset", "role", "id", "", ""),
    ("org_approvalpolicy", "policy", "id", "", "version"),
    ("org_approvalstep", "policy", "policy_id", "steps", ""),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("org", "0014_sign_in")]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("object_id", models.BigIntegerField()),
                ("part", models.CharField(blank=True, default="", max_length=24)),
                ("part_id", models.BigIntegerField()),
                ("verb", models.CharField(choices=[("F", "Found"), ("I", "Made"), ("U", "Changed"), ("D", "Removed")], max_length=1)),
                ("kept", models.JSONField()),
                ("at", models.DateTimeField(db_default=CLOCK, editable=False)),
                ("xid", models.BigIntegerField(db_default=org.models.seals.CurrentTransaction(), editable=False)),
            ],
            options={
                "verbose_name": "revision",
                "verbose_name_plural": "revisions",
                "indexes": [models.Index(fields=["kind", "object_id", "id"], name="org_revision_of")],
                "constraints": [models.CheckConstraint(condition=models.Q(("verb__in", ["F", "I", "U", "D"])), name="org_revision_verb_known")],
            },
        ),
        migrations.RunSQL(
            (SQL / "history.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "history_undo.sql").read_text(encoding="utf-8"),
        ),
        *(
            migrations.RunSQL(
                [("SELECT org_keep_history(%s, %s, %s, %s, %s)", list(row))],
                reverse_sql=[("SELECT org_forget_history(%s)", [row[0]])],
            )
            for row in KEPT
        ),
    ]
