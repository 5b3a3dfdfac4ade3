"""Warehouses are found by the pinyin of their names, as SKUs are."""

from django.db import migrations, models


def spell(apps, schema_editor):
    Warehouse = apps.get_model("inventory", "Warehouse")
    rows = list(Warehouse.objects.filter(pinyin=""))
    if not rows:
        return
    from pypinyin import lazy_pinyin

    for row in rows:
        sounds = [sound.lower() for sound in lazy_pinyin(row.name)]
        initials = "".join(sound[:1] for sound in sounds)
        row.pinyin = f"{''.join(sounds)} {initials}"[:200]
    Warehouse.objects.bulk_update(rows, ["pinyin"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0021_kit_shelf")]

    operations = [
        migrations.AddField(
            model_name="warehouse",
            name="pinyin",
            field=models.CharField(blank=True, default="", editable=False, max_length=200),
        ),
        migrations.RunPython(spell, migrations.RunPython.noop),
    ]
