"""The database knows how far the two times of postings are apart; open claims lie by cell."""

from django.db import migrations, models

# One expression, whose distribution is kept: else PostgreSQL takes a third of all postings for
# late ones and starts parallel workers to read a handful.
LAG = """
DROP INDEX posting_out_of_time;
CREATE INDEX posting_out_of_time ON inventory_posting USING gist (
    tstzrange(least(occurred_at, recorded_at), greatest(occurred_at, recorded_at)))
    WHERE recorded_at - occurred_at > interval '10 seconds'
        OR recorded_at - occurred_at < interval '0';
CREATE STATISTICS posting_lag ON (recorded_at - occurred_at) FROM inventory_posting;
"""
LAG_UNDO = """
DROP STATISTICS posting_lag;
DROP INDEX posting_out_of_time;
CREATE INDEX posting_out_of_time ON inventory_posting USING gist (
    tstzrange(least(occurred_at, recorded_at), greatest(occurred_at, recorded_at)))
    WHERE recorded_at - occurred_at > interval '10 seconds' OR occurred_at > recorded_at;
"""


class Migration(migrations.Migration):

    dependencies = [("inventory", "0014_safety_never_thaws_by_time")]

    operations = [
        migrations.RunSQL(LAG, LAG_UNDO),
        migrations.AddIndex(
            model_name="holdline",
            index=models.Index(
                condition=models.Q(("open__gt", 0), ("stock__isnull", False)),
                fields=["stock"],
                name="line_open_in_cell",
            ),
        ),
    ]
