"""Unsent answers by an index that SQLite takes too; it never looked at the partial one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("dialogue", "0004_updated_at")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_unsent"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["organisation", "delivery", "conversation"], name="message_delivery"
            ),
        ),
    ]
