from django.db import migrations, models

from ildsjel.dialogue.search_tables import install, remove


class Migration(migrations.Migration):
    dependencies = [("dialogue", "0006_vacuum_often")]

    operations = [
        migrations.RunPython(remove, install),
        migrations.AddField(
            model_name="message",
            name="error_said",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(install, remove),
    ]
