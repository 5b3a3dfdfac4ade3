from django.db import migrations

# Table, kind, the column that names the thing, part, columns that are left out.
KEPT = (
    ("inventory_sku", "sku", "id", "", "pinyin,created_at"),
    ("inventory_barcode", "sku", "sku_id", "barcodes", ""),
    ("inventory_warehouse", "warehouse", "id", "", "pinyin,created_at"),
    ("inventory_zone", "zone", "id", "", ""),
    ("inventory_location", "location", "id", "", ""),
    ("inventory_reason", "reason", "id", "", ""),
)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0022_warehouse_pinyin"), ("org", "0015_history")]

    operations = [
        migrations.RunSQL(
            [("SELECT org_keep_history(%s, %s, %s, %s, %s)", list(row))],
            reverse_sql=[("SELECT org_forget_history(%s)", [row[0]])],
        )
        for row in KEPT
    ]
