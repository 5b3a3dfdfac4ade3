"""Units that will not come, returns by shipment, and when goods may become numbered."""

from pathlib import Path

import django.db.models.fields.json
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0010_marks")]

    operations = [
        migrations.AddField(
            model_name="incoming", name="missed", field=models.BigIntegerField(default=0)
        ),
        migrations.RemoveConstraint(model_name="incoming", name="incoming_quantities"),
        migrations.AddConstraint(
            model_name="incoming",
            constraint=models.CheckConstraint(
                condition=models.Q(qty__gt=0, arrived__gte=0, missed__gte=0),
                name="incoming_quantities",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("shipped_document", "facts"),
                condition=models.Q(kind="RETURN"),
                name="posting_returned",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0011_numbered_goods.sql").read_text(),
            (SQL / "0011_numbered_goods_undo.sql").read_text(),
        ),
    ]
