"""Marks of the past, and indexes in which one balance's entries and claims lie together."""

import django.db.models.deletion
from django.db import migrations, models

FINAL = "".join(
    f"CREATE TRIGGER {name}_is_final BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION inventory_refuse();\n"
    for name, table in (
        ("balance_mark", "inventory_balancemark"),
        ("cell_mark", "inventory_cellmark"),
        ("reason_mark", "inventory_reasonmark"),
    )
) + (
    "REVOKE TRUNCATE ON inventory_balancemark, inventory_cellmark, inventory_reasonmark "
    "FROM CURRENT_USER, PUBLIC;"
)

# Postings whose two times are far apart or reversed: few, and found for any moment in between.
OUT_OF_TIME = """
CREATE INDEX posting_out_of_time ON inventory_posting USING gist (
    tstzrange(least(occurred_at, recorded_at), greatest(occurred_at, recorded_at)))
    WHERE recorded_at - occurred_at > interval '10 seconds' OR occurred_at > recorded_at;
"""

SNAPSHOT_BALANCE_GUARD = """
CREATE TRIGGER snapshot_balance_is_final BEFORE UPDATE OR DELETE ON inventory_snapshotbalance
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [("inventory", "0009_audit_books")]

    operations = [
        migrations.RunSQL(sql=migrations.RunSQL.noop, reverse_sql=SNAPSHOT_BALANCE_GUARD),
        migrations.DeleteModel(name="SnapshotBalance"),
        migrations.AddField(
            model_name="snapshot", name="balances", field=models.BigIntegerField(default=0)
        ),
        migrations.CreateModel(
            name="BalanceMark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("balance", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.balance")),
                ("last_entry", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("on_hand", models.BigIntegerField()),
                ("held", models.BigIntegerField()),
                ("last_line", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["balance", "recorded_at", "last_entry"], name="balance_mark_at")],
                "constraints": [models.UniqueConstraint(fields=("balance", "last_entry"), name="balance_mark_once")],
            },
        ),
        migrations.CreateModel(
            name="CellMark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("stock", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.stock")),
                ("last_entry", models.BigIntegerField()),
                ("on_hand", models.BigIntegerField()),
                ("pinned", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("stock", "last_entry"), name="cell_mark_once")],
            },
        ),
        migrations.CreateModel(
            name="ReasonMark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("balance", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.balance")),
                ("reason", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.reason")),
                ("last_entry", models.BigIntegerField()),
                ("units", models.BigIntegerField()),
                ("positions", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("balance", "reason", "last_entry"), name="reason_mark_once")],
            },
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("reached", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(sql=FINAL, reverse_sql=migrations.RunSQL.noop),
        # Entries: one index on balance and id instead of one on the balance; none on the SKU.
        migrations.AlterField(
            model_name="entry",
            name="sku",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.sku"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="balance",
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="inventory.balance"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="stock",
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="inventory.stock"),
        ),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["balance", "id"], name="entry_by_balance")
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(condition=models.Q(("stock__isnull", False)), fields=["stock", "id"], name="entry_by_cell"),
        ),
        migrations.RunSQL(sql=OUT_OF_TIME, reverse_sql="DROP INDEX posting_out_of_time;"),
        # Lines know their hold's reason.
        migrations.AddField(
            model_name="holdline",
            name="reason",
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.reason"),
        ),
        migrations.RunSQL(
            sql="UPDATE inventory_holdline l SET reason_id = h.reason_id FROM inventory_hold h WHERE h.id = l.hold_id;",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="holdline",
            name="reason",
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.reason"),
        ),
        migrations.AlterField(
            model_name="holdline",
            name="balance",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="inventory.balance"),
        ),
        migrations.RemoveIndex(model_name="holdline", name="line_open_by_balance"),
        migrations.AddIndex(
            model_name="holdline",
            index=models.Index(condition=models.Q(("open__gt", 0)), fields=["balance", "reason", "-open"], name="line_open_by_reason"),
        ),
        migrations.AddIndex(
            model_name="holdline", index=models.Index(fields=["balance", "id"], name="line_by_balance")
        ),
    ]
