from pathlib import Path

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


SQL = (Path(__file__).parent / "sql" / "audit_guard.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(max_length=80, verbose_name='name')),
                ('language', models.CharField(choices=[('zh-hans', 'Chinese'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='AuditRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False, verbose_name='at')),
                ('actor', models.CharField(max_length=80, verbose_name='who')),
                ('action', models.CharField(max_length=80, verbose_name='what')),
                ('subject', models.CharField(max_length=120, verbose_name='to which')),
                ('before', models.JSONField(null=True, verbose_name='before')),
                ('after', models.JSONField(null=True, verbose_name='after')),
            ],
            options={
                'verbose_name': 'audit record',
                'verbose_name_plural': 'audit records',
                'indexes': [models.Index(fields=['subject', 'id'], name='org_audit_subject'), models.Index(fields=['actor', 'id'], name='org_audit_actor')],
            },
        ),
        migrations.CreateModel(
            name='SignInFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('address', models.CharField(max_length=45, verbose_name='address')),
                ('tries', models.IntegerField(default=1, verbose_name='tries')),
                ('last_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), verbose_name='last try')),
            ],
            options={
                'verbose_name': 'failed sign-in',
                'verbose_name_plural': 'failed sign-ins',
                'indexes': [models.Index(fields=['last_at'], name='org_sign_in_failure_age')],
                'constraints': [models.UniqueConstraint(fields=('name', 'address'), name='org_sign_in_failure_once')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('HEAD_OFFICE', 'Head office'), ('REGION', 'Region'), ('STORE', 'Store')], max_length=20, verbose_name='kind')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('path', models.CharField(editable=False, max_length=500, unique=True, verbose_name='path')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='org.unit')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('HEAD_OFFICE', 'Head office'), ('REGION_MANAGER', 'Region manager'), ('STORE_MANAGER', 'Store manager'), ('CLERK', 'Store clerk'), ('WAREHOUSE_LEAD', 'Warehouse lead'), ('WAREHOUSE_STAFF', 'Warehouse staff'), ('ORDER_DESK', 'Order desk'), ('FINANCE', 'Finance'), ('IT', 'IT'), ('AUDITOR', 'Auditor')], max_length=20, verbose_name='role')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='org.unit')),
            ],
            options={
                'verbose_name': 'assignment',
                'verbose_name_plural': 'assignments',
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['HEAD_OFFICE', 'REGION', 'STORE'])), name='org_unit_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'HEAD_OFFICE'), ('parent__isnull', True)), models.Q(models.Q(('kind', 'HEAD_OFFICE'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='org_unit_only_head_office_is_root'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'HEAD_OFFICE')), fields=('kind',), name='org_unit_one_head_office'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Za-z0-9_.-]+$')), name='org_unit_code_plain'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('person', 'unit', 'role'), name='org_assignment_once'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['AUDITOR', 'CLERK', 'FINANCE', 'HEAD_OFFICE', 'IT', 'ORDER_DESK', 'REGION_MANAGER', 'STORE_MANAGER', 'WAREHOUSE_LEAD', 'WAREHOUSE_STAFF'])), name='org_assignment_role_known'),
        ),
        migrations.RunSQL(
            SQL,
            reverse_sql="DROP FUNCTION org_audit_refuse_change() CASCADE;",
        ),
    ]
