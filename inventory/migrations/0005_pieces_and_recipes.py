from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_the_ledger_at_full_strength")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0005_pieces_and_recipes.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0005_pieces_and_recipes_undo.sql").read_text(encoding="utf-8"),
        )
    ]
