"""Shops are found and sorted by the pinyin of their names."""

from django.db import migrations, models


def spell(apps, schema_editor):
    Shop = apps.get_model("channels_sync", "Shop")
    # Credentials are not read: the key may be another process's.
    rows = list(Shop.objects.filter(pinyin="").values_list("id", "name"))
    if not rows:
        return
    from pypinyin import lazy_pinyin

    for pk, name in rows:
        sounds = [sound.lower() for sound in lazy_pinyin(name)]
        initials = "".join(sound[:1] for sound in sounds)
        Shop.objects.filter(pk=pk).update(pinyin=f"{''.join(sounds)} {initials}"[:300])


class Migration(migrations.Migration):
    dependencies = [("channels_sync", "0003_direct_shops")]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="pinyin",
            field=models.CharField(blank=True, default="", editable=False, max_length=300),
        ),
        migrations.RunPython(spell, migrations.RunPython.noop),
    ]
