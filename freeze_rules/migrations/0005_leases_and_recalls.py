"""Who looks after a freeze; goods that are called back as one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('freeze_rules', '0004_sensors'),
        ('inventory', '0019_corrections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('root', models.CharField(choices=[('LOT', 'Lot'), ('RECEIPT', 'Delivery'), ('ORDER', 'Order')], max_length=8, verbose_name='starts from')),
                ('document', models.CharField(blank=True, default='', max_length=64, verbose_name='document')),
                ('why', models.CharField(max_length=400, verbose_name='reason')),
                ('policy', models.CharField(max_length=12)),
                ('units', models.BigIntegerField()),
                ('at_customers', models.BigIntegerField()),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lift_why', models.CharField(blank=True, default='', max_length=400)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'recall',
                'verbose_name_plural': 'recalls',
            },
        ),
        migrations.CreateModel(
            name='RecallHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.hold')),
                ('recall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='freeze_rules.recall')),
            ],
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_step', models.CharField(choices=[('DECIDE', 'Decide'), ('INSPECT', 'Inspect'), ('AWAIT', 'Wait for evidence'), ('REWORK', 'Rework'), ('CLEAR', 'Sell off'), ('RETURN', 'Return to the supplier'), ('SCRAP', 'Scrap')], default='DECIDE', max_length=8, verbose_name='next step')),
                ('extensions', models.PositiveIntegerField(default=0, verbose_name='times put off')),
                ('reminded_at', models.DateTimeField(null=True)),
                ('escalated_at', models.DateTimeField(null=True)),
                ('given_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False)),
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.hold')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'lease of a freeze',
                'verbose_name_plural': 'leases of freezes',
                'constraints': [models.CheckConstraint(condition=models.Q(('next_step__in', ['DECIDE', 'INSPECT', 'AWAIT', 'REWORK', 'CLEAR', 'RETURN', 'SCRAP'])), name='freeze_rules_lease_known_step')],
            },
        ),
        migrations.AddConstraint(
            model_name='recall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document', ''), ('lot__isnull', False), ('root', 'LOT')), models.Q(('lot__isnull', True), ('root__in', ['RECEIPT', 'ORDER']), models.Q(('document', ''), _negated=True)), _connector='OR'), name='freeze_rules_recall_one_root'),
        ),
        migrations.AddConstraint(
            model_name='recall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='freeze_rules_recall_lifted_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='recall',
            constraint=models.CheckConstraint(condition=models.Q(('lifted_by__isnull', True), models.Q(('lifted_by', models.F('person')), _negated=True), _connector='OR'), name='freeze_rules_recall_lifted_by_another'),
        ),
    ]
