"""Reasons that rules freeze for."""

from django.db import migrations

# code, Chinese, English, role, rank, safety, what it blocks, review days, by hand
REASONS = [
    ("ORDER_LOCK", "下单锁定", "Order lock", "COMMITMENT", 9, False, "rb", 1, False),
    ("SUPPLIER", "供应商停用", "Supplier blocked", "FREEZE", 62, True, "rpsb", 7, True),
    ("RULE", "规则冻结", "Frozen by rule", "FREEZE", 45, False, "rpsb", 7, True),
]


def add(apps, schema_editor):
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.bulk_create(
        (
            Reason(
                code=code, name=name, name_en=name_en, role=role, rank=rank, is_safety=safety,
                binds_to="GOODS", blocks_reserve="r" in b, blocks_pick="p" in b,
                blocks_ship="s" in b, blocks_publish="b" in b, review_days=days, by_hand=by_hand,
                release_permission="stock.release_safety" if safety else "stock.release",
            )
            for code, name, name_en, role, rank, safety, b, days, by_hand in REASONS
        ),
        ignore_conflicts=True,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("inventory", "0019_corrections")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
