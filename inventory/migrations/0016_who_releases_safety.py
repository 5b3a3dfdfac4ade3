"""Safety freezes are released by whoever answers for safety, not by every shop's manager."""

from django.db import migrations

SAFETY = "stock.release_safety"


def only_some(apps, schema_editor):
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.filter(is_safety=True, release_permission="stock.release").update(
        release_permission=SAFETY
    )


def everybody(apps, schema_editor):
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.filter(release_permission=SAFETY).update(release_permission="stock.release")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0015_times_and_cells")]

    operations = [migrations.RunPython(only_some, everybody)]
