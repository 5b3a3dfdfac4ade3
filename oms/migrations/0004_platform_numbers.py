"""Platform numbers are found by their beginning too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("oms", "0003_list_indexes")]

    operations = [
        migrations.RemoveIndex(model_name="order", name="oms_order_by_platform_no"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                name="oms_order_by_platform_no",
                fields=["platform_number"],
                opclasses=["varchar_pattern_ops"],
            ),
        ),
    ]
