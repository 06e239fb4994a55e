from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0004_keys_differ")]
    operations = [
        migrations.AddField(
            model_name="acceptance",
            name="person",
            field=models.CharField(default="", max_length=60),
            preserve_default=False,
        )
    ]
