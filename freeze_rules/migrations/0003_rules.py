"""Rules, events, verdicts, watches and proofs."""

from pathlib import Path

import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('freeze_rules', '0002_any_scope'),
        ('inventory', '0020_reasons_of_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=32, verbose_name='kind')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('document', models.CharField(blank=True, default='', max_length=64, verbose_name='document')),
                ('facts', models.JSONField(default=dict)),
                ('goods', models.JSONField(default=list)),
                ('told_by', models.CharField(max_length=64)),
                ('occurred_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), verbose_name='occurred')),
                ('recorded_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('state', models.CharField(choices=[('WAITING', 'Waiting'), ('JUDGED', 'Judged'), ('FAILED', 'Failed')], default='WAITING', max_length=8)),
                ('judged_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, default='', max_length=400)),
                ('warehouse', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('preset', models.CharField(blank=True, default='', max_length=40, verbose_name='preset')),
                ('state', django_fsm.FSMField(choices=[('DRAFT', 'Draft'), ('SHADOW', 'Shadow'), ('PENDING_APPROVAL', 'Waiting for approval'), ('ENABLED', 'Enabled'), ('PAUSED', 'Paused'), ('RETIRED', 'Retired')], default='DRAFT', max_length=16, protected=True, verbose_name='state')),
                ('trigger', models.CharField(blank=True, default='', max_length=32, verbose_name='trigger')),
                ('priority', models.IntegerField(default=0, verbose_name='priority')),
                ('parameters', models.JSONField(default=dict, verbose_name='parameters')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='review')),
                ('paused_why', models.CharField(blank=True, default='', max_length=400)),
                ('due_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'freeze rule',
                'verbose_name_plural': 'freeze rules',
            },
        ),
        migrations.CreateModel(
            name='KeptEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.event')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept', to='freeze_rules.rule')),
            ],
        ),
        migrations.CreateModel(
            name='RuleCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('given', models.JSONField(default=dict)),
                ('qty', models.BigIntegerField(default=1)),
                ('expected', models.BigIntegerField(null=True)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='freeze_rules.rule')),
            ],
        ),
        migrations.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('definition', models.JSONField(verbose_name='definition')),
                ('made_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('enabled_at', models.DateTimeField(null=True)),
                ('enabled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='freeze_rules.rule')),
            ],
        ),
        migrations.CreateModel(
            name='RuleMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.CharField(max_length=16)),
                ('after', models.CharField(max_length=16)),
                ('actor', models.CharField(max_length=64)),
                ('why', models.CharField(blank=True, default='', max_length=400)),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='freeze_rules.rule')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.ruleversion')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='rule',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.ruleversion'),
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('document', models.CharField(max_length=64)),
                ('outcome', models.CharField(choices=[('FROZEN', 'Frozen'), ('WOULD_FREEZE', 'Would freeze'), ('STOPPED', 'Stopped at its limit'), ('REFUSED', 'Refused')], max_length=12)),
                ('qty', models.BigIntegerField(default=0)),
                ('value', models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ('facts', models.JSONField(default=dict)),
                ('code', models.CharField(blank=True, default='', max_length=40)),
                ('false_alarm', models.BooleanField(null=True)),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='freeze_rules.event')),
                ('hold', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.hold')),
                ('lot', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot')),
                ('sku', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.sku')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='freeze_rules.ruleversion')),
                ('warehouse', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('formula', models.JSONField(default=dict)),
                ('dispositions', models.JSONField(default=list)),
                ('hears', models.JSONField(default=list)),
                ('document', models.CharField(blank=True, default='', max_length=64)),
                ('supplier', models.CharField(blank=True, default='', max_length=80)),
                ('look_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.hold')),
                ('location', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location')),
                ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot')),
                ('sku', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.sku')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.ruleversion')),
                ('warehouse', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
                ('zone', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.zone')),
            ],
        ),
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leaf', models.CharField(max_length=64)),
                ('reference', models.CharField(blank=True, default='', max_length=120, verbose_name='reference')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.event')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('watch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='freeze_rules.watch')),
            ],
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('state', 'WAITING')), fields=['id'], name='event_waiting'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['document', 'kind'], name='event_by_document'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['kind', 'occurred_at'], name='event_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'JUDGED', 'FAILED'])), name='event_known_state'),
        ),
        migrations.AddConstraint(
            model_name='keptevent',
            constraint=models.UniqueConstraint(fields=('rule', 'event'), name='kept_event_once'),
        ),
        migrations.AddConstraint(
            model_name='rulecase',
            constraint=models.UniqueConstraint(fields=('rule', 'name'), name='rule_case_name_once'),
        ),
        migrations.AddConstraint(
            model_name='rulecase',
            constraint=models.CheckConstraint(condition=models.Q(('qty__gt', 0)), name='rule_case_qty'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.UniqueConstraint(fields=('rule', 'number'), name='rule_version_once'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.CheckConstraint(condition=models.Q(('enabled_by__isnull', True), ('made_by__isnull', True), models.Q(('enabled_by', models.F('made_by')), _negated=True), _connector='OR'), name='rule_version_second_person'),
        ),
        migrations.AddIndex(
            model_name='rule',
            index=models.Index(condition=models.Q(('state__in', ['SHADOW', 'ENABLED'])), fields=['trigger'], name='rule_live_by_trigger'),
        ),
        migrations.AddIndex(
            model_name='rule',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='rule_due'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'SHADOW', 'PENDING_APPROVAL', 'ENABLED', 'PAUSED', 'RETIRED'])), name='rule_known_state'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['DRAFT', 'RETIRED']), ('version__isnull', False), _connector='OR'), name='rule_live_has_a_version'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['version', '-id'], name='verdict_by_version'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['-at'], name='verdict_by_time'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['FROZEN', 'WOULD_FREEZE', 'STOPPED', 'REFUSED'])), name='verdict_known_outcome'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'FROZEN'), _negated=True), ('hold__isnull', False), _connector='OR'), name='verdict_frozen_has_a_hold'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['document'], name='watch_by_document'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('look_at__isnull', False)), fields=['look_at'], name='watch_due'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), models.Q(('supplier', ''), _negated=True)), fields=['supplier'], name='watch_by_supplier'),
        ),
        migrations.AddConstraint(
            model_name='proof',
            constraint=models.UniqueConstraint(fields=('watch', 'leaf', 'event'), name='proof_once_per_event'),
        ),
        migrations.AddConstraint(
            model_name='proof',
            constraint=models.CheckConstraint(condition=models.Q(('event__isnull', False), ('person__isnull', False), _connector='OR'), name='proof_by_somebody'),
        ),
        migrations.RunSQL(
            sql=(SQL / "0003_guards.sql").read_text(encoding="utf-8"),
            reverse_sql="DROP FUNCTION freeze_rules_refuse_change() CASCADE",
        ),
    ]
