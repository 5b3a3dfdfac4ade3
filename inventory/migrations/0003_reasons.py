"""The reasons that the house itself uses; merchants add their own."""

from django.db import migrations

# code, Chinese, English, role, rank, safety, binds to,
# blocks (r)eserve (p)ick (s)hip (m)ove (c)ount pu(b)lish, review days, by hand
REASONS = [
    ("ORDER", "订单占用", "Order", "COMMITMENT", 10, False, "GOODS", "rb", None, False),
    ("TRANSFER", "调拨占用", "Transfer", "COMMITMENT", 20, False, "GOODS", "rb", None, False),
    ("PROMOTION", "活动预留", "Promotion reserve", "COMMITMENT", 15, False, "GOODS", "rb", 30, False),
    ("MANUAL", "手工冻结", "Frozen by hand", "FREEZE", 40, False, "GOODS", "rpsb", 7, True),
    ("QC", "质检冻结", "Quality inspection", "FREEZE", 60, True, "GOODS", "rpsb", 3, True),
    ("DEFECT", "残次冻结", "Defect", "FREEZE", 65, True, "GOODS", "rpsb", 14, True),
    ("DAMAGE", "破损冻结", "Damage", "FREEZE", 70, True, "GOODS", "rpsb", 7, True),
    ("NEAR_EXPIRY", "临期冻结", "Near expiry", "FREEZE", 50, False, "GOODS", "rpsb", 7, True),
    ("EXPIRED", "过期冻结", "Expired", "FREEZE", 80, True, "GOODS", "rpsb", 7, False),
    ("CUSTOMS", "海关查验", "Customs inspection", "FREEZE", 85, True, "GOODS", "rpsb", 3, True),
    ("RECALL", "召回冻结", "Recall", "FREEZE", 95, True, "GOODS", "rpsb", 1, True),
    ("RECEIVING", "收货区待上架", "Receiving area", "FREEZE", 30, False, "PLACE", "rpsb", None, False),
    ("QUARANTINE", "隔离区", "Quarantine area", "FREEZE", 75, True, "PLACE", "rpsb", None, False),
    ("DEFECT_AREA", "残次区", "Defect area", "FREEZE", 72, True, "PLACE", "rpsb", None, False),
    ("LEAK", "库位漏损", "Leak at the place", "FREEZE", 68, True, "PLACE", "rpsb", 2, True),
    ("COUNT", "盘点标记", "Count under way", "MARK", 5, False, "PLACE", "pm", 1, False),
]


def add(apps, schema_editor):
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.bulk_create(
        (Reason(
            code=code, name=name, name_en=name_en, role=role, rank=rank, is_safety=safety,
            binds_to=binds, blocks_reserve="r" in b, blocks_pick="p" in b, blocks_ship="s" in b,
            blocks_move="m" in b, blocks_count="c" in b, blocks_publish="b" in b,
            review_days=days, by_hand=by_hand,
        )
        for code, name, name_en, role, rank, safety, binds, b, days, by_hand in REASONS),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_guards")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
