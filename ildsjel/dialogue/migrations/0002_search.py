"""The table behind the search and the triggers that keep it; see `ildsjel.dialogue.search_tables`."""

from django.db import migrations

from ildsjel.dialogue.search_tables import install, remove


class Migration(migrations.Migration):

    dependencies = [("dialogue", "0001_initial"), ("listening", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
