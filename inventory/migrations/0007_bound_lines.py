from django.db import migrations, models


class Migration(migrations.Migration):
    """Claims on certain goods know it, so that nothing makes them bin-less."""

    dependencies = [("inventory", "0006_more_reasons")]

    operations = [
        migrations.AddField(
            model_name="holdline", name="bound", field=models.BooleanField(default=False)
        )
    ]
