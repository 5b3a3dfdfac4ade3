from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0008_kit_guards'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='sweep',
            name='seconds',
        ),
        migrations.AddField(
            model_name='finding',
            name='balance',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.balance'),
        ),
        migrations.AddField(
            model_name='sweep',
            name='asked_by',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='sweep',
            name='by_law',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='sweep',
            name='finished_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='sweep',
            name='last_entry',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='sweep',
            name='milliseconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='sweep',
            name='seal',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='sweep',
            name='started_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.RunSQL(
            sql=(SQL / "0009_audit_books.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP TRIGGER hold_keeps_its_effects ON inventory_hold;",
        ),
    ]
