"""A request says which one warehouse or shop it is about."""

from django.db import migrations, models

# What was asked never changes under those who agreed to it: nor does where.
SAME_QUESTION = """
DROP TRIGGER org_approvalrequest_same_question ON org_approvalrequest;
CREATE TRIGGER org_approvalrequest_same_question
    BEFORE UPDATE ON org_approvalrequest
    FOR EACH ROW
    WHEN ((OLD.key, OLD.kind, OLD.unit_id, OLD.maker_id, OLD.policy_id, OLD.payload,
           OLD.fingerprint, OLD.amount, OLD.qty, OLD.document{old})
          IS DISTINCT FROM
          (NEW.key, NEW.kind, NEW.unit_id, NEW.maker_id, NEW.policy_id, NEW.payload,
           NEW.fingerprint, NEW.amount, NEW.qty, NEW.document{new}))
    EXECUTE FUNCTION org_approval_refuse_change();
"""
WITH_PLACE = SAME_QUESTION.format(
    old=", OLD.warehouse_id, OLD.shop_id", new=", NEW.warehouse_id, NEW.shop_id"
)
WITHOUT_PLACE = SAME_QUESTION.format(old="", new="")

# Corrections and freezes have always kept their warehouse in what they need to be done.
FILL = """
UPDATE org_approvalrequest SET warehouse_id = (payload ->> 'warehouse_id')::bigint
WHERE kind = 'stock.adjust' AND payload ->> 'warehouse_id' IS NOT NULL;
UPDATE org_approvalrequest SET warehouse_id = (payload -> 'order' ->> 'warehouse_id')::bigint
WHERE kind = 'stock.freeze' AND payload -> 'order' ->> 'warehouse_id' IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("org", "0016_client_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="approvalrequest",
            name="warehouse_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="warehouse"),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="shop_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="shop"),
        ),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(WITH_PLACE, reverse_sql=WITHOUT_PLACE),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("warehouse_id__isnull", True), ("shop_id__isnull", True), _connector="OR"
                ),
                name="org_approval_one_place",
            ),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(
                condition=models.Q(("warehouse_id__isnull", False)),
                fields=["warehouse_id", "-id"],
                name="org_approval_of_warehouse",
            ),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(
                condition=models.Q(("shop_id__isnull", False)),
                fields=["shop_id", "-id"],
                name="org_approval_of_shop",
            ),
        ),
    ]
