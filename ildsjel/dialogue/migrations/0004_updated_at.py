import django.utils.timezone
from django.db import migrations, models


def begin_with_the_newest_message(apps, editor):
    """What has changed beside messages before now was not noted."""
    apps.get_model("dialogue", "Conversation").objects.update(updated_at=models.F("last_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_initial"),
        ("dialogue", "0003_unsent_and_notes"),
        ("organisation", "0001_initial"),
        ("strategy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="updated_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(begin_with_the_newest_message, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["organisation", "-updated_at", "-id"], name="conv_updated"),
        ),
    ]
