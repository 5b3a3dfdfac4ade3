from django.db import migrations

# What machines note about a shop is no setting; credentials never leave their column.
LEFT_OUT = (
    "credentials,token_version,token_expires_at,refreshing_until,figure_epoch,not_before,trouble,"
    "trouble_since,failures,created_at,last_pull_at,last_stock_at,last_catalogue_at,"
    "catalogue_due_at,catalogue_until,location_id,pinyin"
)
KEPT = (
    ("channels_sync_shop", "shop", "id", "", LEFT_OUT),
    ("channels_sync_shopwarehouse", "shop", "shop_id", "bindings", ""),
)


class Migration(migrations.Migration):
    dependencies = [("channels_sync", "0004_shop_pinyin"), ("org", "0015_history")]

    operations = [
        migrations.RunSQL(
            [("SELECT org_keep_history(%s, %s, %s, %s, %s)", list(row))],
            reverse_sql=[("SELECT org_forget_history(%s)", [row[0]])],
        )
        for row in KEPT
    ]
