"""The journal of freezes: added to and sealed, never changed."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).parent / "sql" / "journal_guard.sql").read_text(encoding="utf-8")
UNDO = """DROP TRIGGER freeze_rules_journal_append_only ON freeze_rules_journalline;
DROP FUNCTION freeze_rules_journal_stays();"""


class Migration(migrations.Migration):

    dependencies = [
        ('freeze_rules', '0006_changes_of_running_rules'),
        ('inventory', '0023_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='JournalLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='at')),
                ('kind', models.CharField(max_length=12, verbose_name='what')),
                ('units', models.BigIntegerField(verbose_name='units')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='value')),
                ('reason', models.CharField(max_length=24, verbose_name='reason')),
                ('is_safety', models.BooleanField()),
                ('document', models.CharField(max_length=64, verbose_name='document')),
                ('actor', models.CharField(max_length=64, verbose_name='who')),
                ('cause', models.CharField(choices=[('HAND', 'By hand'), ('RULE', 'Rule'), ('SENSOR', 'Sensor'), ('SYSTEM', 'System')], max_length=8, verbose_name='cause')),
                ('rule_version', models.CharField(blank=True, default='', max_length=64, verbose_name='rule')),
                ('why', models.CharField(blank=True, default='', max_length=400, verbose_name='why')),
                ('facts', models.JSONField(default=dict)),
                ('written_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('xid', models.BigIntegerField(db_default=models.Func(output_field=models.BigIntegerField(), template='(pg_current_xact_id()::text)::bigint'), editable=False)),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.hold')),
                ('posting', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.posting')),
                ('warehouse', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
            options={
                'verbose_name': 'line of the freeze journal',
                'verbose_name_plural': 'lines of the freeze journal',
                'indexes': [models.Index(fields=['at', 'id'], name='freeze_journal_at'), models.Index(fields=['document', 'id'], name='freeze_journal_document'), models.Index(fields=['warehouse', 'id'], name='freeze_journal_warehouse'), models.Index(fields=['reason', 'id'], name='freeze_journal_reason'), models.Index(fields=['xid', 'id'], name='freeze_journal_horizon')],
                'constraints': [models.UniqueConstraint(fields=('posting', 'hold', 'warehouse'), name='freeze_journal_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('cause__in', ['HAND', 'RULE', 'SENSOR', 'SYSTEM'])), name='freeze_journal_known_cause')],
            },
        ),
        migrations.RunSQL(SQL, reverse_sql=UNDO),
    ]
