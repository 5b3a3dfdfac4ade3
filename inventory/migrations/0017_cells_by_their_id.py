"""One index on cells less: see the comment at `Stock.balance`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0016_who_releases_safety")]

    operations = [
        migrations.AlterField(
            model_name="stock",
            name="balance",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cells",
                to="inventory.balance",
            ),
        ),
    ]
