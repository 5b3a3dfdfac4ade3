"""Sensors, what they said, and what went wrong by it."""

from datetime import UTC, datetime

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


# Split by day: retention drops whole days. Days are made ahead by a task, and by whoever brings a
# reading of a day that has none yet; there is no default partition, so nothing can lie in it.
READINGS = """
CREATE TABLE freeze_rules_sensorreading (
    device_id bigint NOT NULL,
    at timestamptz NOT NULL,
    value integer NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device_id, at)
) PARTITION BY RANGE (at);
"""

# Class of SKUs: lower, upper, hysteresis in thousandths; minutes forgiven; dose allowed. The classes'
# degrees are those of `inventory.Sku.Temperature`; merchants change what is forgiven.
CLASSES = [
    ("TEMPERATURE", "COOL", 8_000, 15_000, 300, 30, None),
    ("TEMPERATURE", "CHILLED", 0, 8_000, 300, 30, None),
    ("TEMPERATURE", "FROZEN", None, -18_000, 500, 30, None),
    ("LIGHT", "LIGHT_SENSITIVE", None, 300_000, 20_000, None, 1_000_000),
]


def add_classes(apps, schema_editor):
    apps.get_model("freeze_rules", "SensorBound").objects.bulk_create(
        apps.get_model("freeze_rules", "SensorBound")(
            measure=measure, sku_class=name, lower=lower, upper=upper, hysteresis=hysteresis,
            grace_minutes=grace, dose_limit=dose, since=datetime(2000, 1, 1, tzinfo=UTC),
        )
        for measure, name, lower, upper, hysteresis, grace, dose in CLASSES
    )


class Migration(migrations.Migration):

    dependencies = [
        ('freeze_rules', '0003_rules'),
        ('inventory', '0019_corrections'),
    ]

    operations = [
        migrations.CreateModel(
            name='SensorReading',
            fields=[
                ('pk', models.CompositePrimaryKey('device_id', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('value', models.IntegerField()),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'db_table': 'freeze_rules_sensorreading',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='SensorDevice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, unique=True, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('measure', models.CharField(choices=[('TEMPERATURE', 'Temperature'), ('LIGHT', 'Light'), ('HUMIDITY', 'Humidity'), ('SHOCK', 'Shock')], max_length=12, verbose_name='measure')),
                ('unit', models.CharField(choices=[('C', '°C'), ('F', '°F'), ('LX', 'lx'), ('PCT', '%'), ('G', 'g')], max_length=3, verbose_name='unit')),
                ('period_s', models.PositiveIntegerField(default=300, verbose_name='seconds between readings')),
                ('in_service', models.BooleanField(default=True, verbose_name='in service')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('warehouse', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
        ),
        migrations.CreateModel(
            name='SensorBound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(choices=[('TEMPERATURE', 'Temperature'), ('LIGHT', 'Light'), ('HUMIDITY', 'Humidity'), ('SHOCK', 'Shock')], max_length=12, verbose_name='measure')),
                ('sku_class', models.CharField(blank=True, max_length=16, verbose_name='class of SKUs')),
                ('lower', models.IntegerField(null=True, verbose_name='lower bound')),
                ('upper', models.IntegerField(null=True, verbose_name='upper bound')),
                ('hysteresis', models.PositiveIntegerField(default=0, verbose_name='hysteresis')),
                ('grace_minutes', models.PositiveIntegerField(null=True, verbose_name='minutes forgiven')),
                ('dose_limit', models.PositiveBigIntegerField(null=True, verbose_name='dose allowed')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('sku', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.sku')),
                ('zone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.zone')),
            ],
        ),
        migrations.CreateModel(
            name='SensorClock',
            fields=[
                ('device', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='clock', serialize=False, to='freeze_rules.sensordevice')),
                ('last_at', models.DateTimeField(null=True)),
                ('last_value', models.IntegerField(null=True)),
                ('silent_since', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SensorCalibration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offset', models.IntegerField(verbose_name='added to readings')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('due_on', models.DateField(null=True, verbose_name='next calibration')),
                ('certificate', models.CharField(blank=True, max_length=80, verbose_name='certificate')),
                ('actor', models.CharField(max_length=64)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calibrations', to='freeze_rules.sensordevice')),
            ],
        ),
        migrations.CreateModel(
            name='SensorPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='freeze_rules.sensordevice')),
                ('location', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location')),
                ('zone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.zone')),
            ],
        ),
        migrations.CreateModel(
            name='Excursion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('HIGH', 'Too high'), ('LOW', 'Too low')], max_length=4, verbose_name='side')),
                ('started_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='until')),
                ('last_at', models.DateTimeField()),
                ('peak', models.IntegerField(verbose_name='peak')),
                ('dose', models.BigIntegerField(default=0, verbose_name='dose')),
                ('gap_s', models.PositiveIntegerField(default=0, verbose_name='seconds without readings')),
                ('readings', models.PositiveIntegerField(default=1, verbose_name='readings')),
                ('breached_at', models.DateTimeField(null=True)),
                ('found_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('acted_at', models.DateTimeField(null=True)),
                ('chase_at', models.DateTimeField(null=True)),
                ('bound', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.sensorbound')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='excursions', to='freeze_rules.sensordevice')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.sensorplace')),
            ],
        ),
        migrations.CreateModel(
            name='UnjudgedSpan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='freeze_rules.sensordevice')),
            ],
        ),
        migrations.CreateModel(
            name='ExcursionRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('excursion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='freeze_rules.excursion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('excursion', 'revision'), name='revision_once')],
            },
        ),
        migrations.CreateModel(
            name='ExposedGoods',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('where', models.CharField(choices=[('THERE', 'Still there'), ('MOVED', 'Moved'), ('STORE', 'In a store'), ('TRANSIT', 'On the way'), ('SHIPPED', 'Shipped'), ('GONE', 'No longer there')], max_length=8, verbose_name='where')),
                ('grade', models.CharField(max_length=2, verbose_name='grade')),
                ('cell_id', models.BigIntegerField(default=0)),
                ('qty', models.BigIntegerField(verbose_name='exposed')),
                ('on_hand', models.BigIntegerField(default=0, verbose_name='on hand')),
                ('document', models.CharField(blank=True, max_length=64, verbose_name='document')),
                ('left_at', models.DateTimeField(null=True)),
                ('hold_id', models.BigIntegerField(null=True)),
                ('excursion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goods', to='freeze_rules.excursion')),
                ('location', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location')),
                ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot')),
                ('sku', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.sku')),
                ('warehouse', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
            options={
                'indexes': [models.Index(fields=['cell_id'], name='exposed_by_cell')],
                'constraints': [models.CheckConstraint(condition=models.Q(('where__in', ['THERE', 'MOVED', 'STORE', 'TRANSIT', 'SHIPPED', 'GONE'])), name='exposed_known_where'), models.CheckConstraint(condition=models.Q(models.Q(('cell_id', 0), ('where', 'SHIPPED'), models.Q(('document', ''), _negated=True)), models.Q(models.Q(('where', 'SHIPPED'), _negated=True), ('cell_id__gt', 0)), _connector='OR'), name='exposed_cell_or_document'), models.UniqueConstraint(fields=('excursion', 'cell_id', 'document', 'sku', 'lot'), name='exposed_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='QuarantinedReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device_code', models.CharField(max_length=64, verbose_name='device')),
                ('at_told', models.CharField(max_length=64, verbose_name='time')),
                ('value_told', models.CharField(max_length=64, verbose_name='value')),
                ('code', models.CharField(max_length=32, verbose_name='what is wrong')),
                ('actor', models.CharField(max_length=64)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.CharField(blank=True, max_length=64)),
                ('settled_as', models.CharField(blank=True, max_length=10)),
                ('warehouse', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['-id'], name='quarantined_waiting')],
                'constraints': [models.UniqueConstraint(fields=('device_code', 'at_told', 'value_told'), name='quarantined_once'), models.CheckConstraint(condition=models.Q(models.Q(('settled_as', ''), ('settled_at__isnull', True)), models.Q(('settled_as__in', ['TAKEN', 'DISCARDED']), ('settled_at__isnull', False)), _connector='OR'), name='quarantined_settled_wholly')],
            },
        ),
        migrations.AddConstraint(
            model_name='sensorbound',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sku__isnull', True), ('sku_class', ''), ('zone__isnull', False)), models.Q(('sku__isnull', False), ('sku_class', ''), ('zone__isnull', True)), models.Q(('sku__isnull', True), ('zone__isnull', True), models.Q(('sku_class', ''), _negated=True)), _connector='OR'), name='bound_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='sensorbound',
            constraint=models.CheckConstraint(condition=models.Q(('lower__isnull', False), ('upper__isnull', False), _connector='OR'), name='bound_bounds_something'),
        ),
        migrations.AddConstraint(
            model_name='sensorbound',
            constraint=models.CheckConstraint(condition=models.Q(('lower__isnull', True), ('upper__isnull', True), ('lower__lt', django.db.models.expressions.CombinedExpression(models.F('upper'), '-', models.F('hysteresis'))), _connector='OR'), name='bound_lower_below_upper'),
        ),
        migrations.AddConstraint(
            model_name='sensorbound',
            constraint=models.CheckConstraint(condition=models.Q(('grace_minutes__isnull', False), ('dose_limit__isnull', False), _connector='OR'), name='bound_by_time_or_dose'),
        ),
        migrations.AddConstraint(
            model_name='sensorbound',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('measure', 'zone', 'sku', 'sku_class'), name='bound_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='sensordevice',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='sensor_has_a_code'),
        ),
        migrations.AddConstraint(
            model_name='sensordevice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('measure', 'TEMPERATURE'), ('unit__in', ['C', 'F'])), models.Q(('measure', 'LIGHT'), ('unit', 'LX')), models.Q(('measure', 'HUMIDITY'), ('unit', 'PCT')), models.Q(('measure', 'SHOCK'), ('unit', 'G')), _connector='OR'), name='sensor_unit_fits_measure'),
        ),
        migrations.AddConstraint(
            model_name='sensordevice',
            constraint=models.CheckConstraint(condition=models.Q(('period_s__gte', 1), ('period_s__lte', 86400)), name='sensor_period_of_a_second_to_a_day'),
        ),
        migrations.AddConstraint(
            model_name='sensorcalibration',
            constraint=models.UniqueConstraint(fields=('device', 'since'), name='calibration_once_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='sensorplace',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('location__isnull', True), ('zone__isnull', False)), models.Q(('location__isnull', False), ('zone__isnull', True)), _connector='OR'), name='sensor_place_zone_or_location'),
        ),
        migrations.AddConstraint(
            model_name='sensorplace',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='sensor_place_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='sensorplace',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('device',), name='sensor_in_one_place'),
        ),
        migrations.AddIndex(
            model_name='excursion',
            index=models.Index(fields=['device', 'started_at'], name='excursion_by_device'),
        ),
        migrations.AddIndex(
            model_name='excursion',
            index=models.Index(condition=models.Q(('chase_at__isnull', False)), fields=['chase_at'], name='excursion_chased'),
        ),
        migrations.AddConstraint(
            model_name='excursion',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['HIGH', 'LOW'])), name='excursion_known_side'),
        ),
        migrations.AddConstraint(
            model_name='excursion',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gt', models.F('started_at')), _connector='OR'), name='excursion_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='excursion',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('place', 'bound', 'side', 'started_at'), name='excursion_once'),
        ),
        migrations.AddConstraint(
            model_name='unjudgedspan',
            constraint=models.CheckConstraint(condition=models.Q(('since__lte', models.F('until'))), name='span_in_order'),
        ),
        migrations.RunSQL(READINGS, "DROP TABLE freeze_rules_sensorreading"),
        migrations.RunPython(add_classes, migrations.RunPython.noop),
    ]
