"""PostgreSQL clears away after the conversations that change all day before lists grow slow.

By its defaults it waits until a fifth of a table is dead: with a million conversations, most of them
closed for good, that is many times all that are open, and every list walks past their remains.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("dialogue_conversation", "dialogue_message", "dialogue_promise")
SETTINGS = ("autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor")


def often(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    _each(editor, "SET ({})", [f"{name} = 0.01" for name in SETTINGS])


def as_by_default(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    _each(editor, "RESET ({})", list(SETTINGS))


def _each(editor: BaseDatabaseSchemaEditor, form: str, settings: list[str]) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        editor.execute(f"ALTER TABLE {table} {form.format(', '.join(settings))}")


class Migration(migrations.Migration):
    dependencies = [("dialogue", "0005_delivery_index")]

    operations = [migrations.RunPython(often, as_by_default)]
