"""Programs attach files too: who did it is named as the ledger names them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("org", "0017_approval_places")]

    operations = [
        migrations.RenameField(model_name="attachment", old_name="person", new_name="actor"),
        migrations.AlterField(
            model_name="attachment", name="actor", field=models.CharField(max_length=80)
        ),
        migrations.RunSQL("UPDATE org_attachment SET actor = 'person:' || actor"),
    ]
