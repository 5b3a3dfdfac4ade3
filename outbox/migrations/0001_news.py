from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='News',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('handler', models.CharField(max_length=200, verbose_name='handler')),
                ('key', models.CharField(max_length=200, verbose_name='key')),
                ('told_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False, verbose_name='told')),
                ('not_before', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), verbose_name='not before')),
                ('attempts', models.IntegerField(default=0, verbose_name='failed attempts')),
                ('last_error', models.CharField(blank=True, default='', max_length=200, verbose_name='last error')),
                ('dead_at', models.DateTimeField(blank=True, null=True, verbose_name='given up')),
            ],
            options={
                'verbose_name': 'news',
                'verbose_name_plural': 'news',
                'indexes': [models.Index(models.F('handler'), models.F('id'), condition=models.Q(('attempts', 0), ('dead_at__isnull', True)), name='outbox_news_fresh'), models.Index(models.F('handler'), models.F('not_before'), condition=models.Q(('attempts__gt', 0), ('dead_at__isnull', True)), name='outbox_news_retried'), models.Index(models.F('handler'), models.F('id'), condition=models.Q(('dead_at__isnull', False)), name='outbox_news_dead')],
                'constraints': [models.CheckConstraint(condition=models.Q(('attempts__gte', 0)), name='outbox_news_attempts')],
            },
        ),
        # Rows live for milliseconds: clean up by count, never by share of the table.
        migrations.RunSQL(
            "ALTER TABLE outbox_news SET (autovacuum_vacuum_scale_factor = 0,"
            " autovacuum_vacuum_threshold = 2000);",
            reverse_sql="ALTER TABLE outbox_news RESET (autovacuum_vacuum_scale_factor,"
            " autovacuum_vacuum_threshold);",
        ),
    ]
