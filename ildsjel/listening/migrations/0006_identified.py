from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listening", "0005_stories")]

    # Both may be NULL and have no default, so that no table is rebuilt: not even SQLite has to
    # take the search's triggers away for that.
    operations = [
        migrations.AddField("item", "identified", models.JSONField(null=True)),
        migrations.AddField(
            "item", "language", models.CharField(max_length=35, null=True, blank=True)
        ),
    ]
