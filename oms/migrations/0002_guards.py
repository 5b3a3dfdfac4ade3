from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("oms", "0001_orders")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0002_guards.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0002_guards_undo.sql").read_text(encoding="utf-8"),
        )
    ]
