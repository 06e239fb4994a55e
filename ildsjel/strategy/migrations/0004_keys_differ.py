from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0003_keys")]
    operations = [
        migrations.AddConstraint(
            model_name=name,
            constraint=models.UniqueConstraint(
                fields=("organisation", "key"), name=f"{name}_keys_differ"
            ),
        )
        for name in ("goal", "stakeholdergroup")
    ]
