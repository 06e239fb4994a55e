"""The table behind the search, and the triggers that keep it as the messages are.

One row for each message that can be found. The table is not a model: on SQLite it is an FTS5 table,
on PostgreSQL one with a GIN index. Triggers write it, so no code that stores messages or items has
to think of it, and what is deleted can't be found a moment later.

A later migration that changes dialogue_message or listening_item must take the triggers away first
(`RunPython(remove, install)`) and put them back last (`RunPython(install, remove)`): SQLite refuses
to rebuild a table that triggers point to, and says so.
"""
# ruff: noqa: S608 - statements of fixed parts, nothing in them was typed by anybody

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What of a message can be found: at most so many characters, because an index is no archive.
LONGEST = 100_000

# The rows themselves stand in order of time: seconds since 1970, then the message's number.
_SQLITE_ROWID = (
    "(MAX(0, MIN(4294967295, CAST(strftime('%s', m.at) AS INTEGER))) * 2147483648 "
    "+ (m.id & 2147483647))"
)
_OLD_ROWID = _SQLITE_ROWID.replace("m.", "OLD.")

_SAID = "CASE WHEN i.id IS NULL THEN m.text ELSE i.title || ' ' || i.text END"
_WORDS = f"substr({_SAID}, 1, {LONGEST})"
_AUTHOR = "CASE WHEN m.kind = 'inbound' THEN i.author_name || ' ' || i.author_handle ELSE '' END"
_FROM = (
    "FROM dialogue_message m LEFT JOIN listening_item i ON i.id = m.item_id "
    "WHERE m.delivery <> 'taken_back' AND i.deleted_at IS NULL"
)

_SQLITE_ROWS = (
    "INSERT INTO dialogue_search (rowid, scope, author, words, conversation, message) "
    f"SELECT {_SQLITE_ROWID}, 'o' || m.organisation_id, {_AUTHOR}, "
    f"{_WORDS}, m.conversation_id, m.id {_FROM}"
)

SQLITE = [
    """CREATE VIRTUAL TABLE IF NOT EXISTS dialogue_search USING fts5(
        scope, author, words, conversation UNINDEXED, message UNINDEXED,
        tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', columnsize = 0
    )""",
    f"""CREATE TRIGGER dialogue_search_add AFTER INSERT ON dialogue_message BEGIN
        {_SQLITE_ROWS} AND m.id = NEW.id;
    END""",
    f"""CREATE TRIGGER dialogue_search_change
        AFTER UPDATE OF text, item_id, at, kind, delivery, conversation_id ON dialogue_message BEGIN
        DELETE FROM dialogue_search WHERE rowid = {_OLD_ROWID};
        {_SQLITE_ROWS} AND m.id = NEW.id;
    END""",
    f"""CREATE TRIGGER dialogue_search_remove AFTER DELETE ON dialogue_message BEGIN
        DELETE FROM dialogue_search WHERE rowid = {_OLD_ROWID};
    END""",
    f"""CREATE TRIGGER dialogue_search_item
        AFTER UPDATE OF text, title, author_name, author_handle, deleted_at ON listening_item BEGIN
        DELETE FROM dialogue_search WHERE rowid IN
            (SELECT {_SQLITE_ROWID} FROM dialogue_message m WHERE m.item_id = NEW.id);
        {_SQLITE_ROWS} AND m.item_id = NEW.id;
    END""",
]

# Signs become spaces before PostgreSQL parses, so that both databases cut the same words.
_PLAIN = "regexp_replace({text}, '[\\x01-/:-@\\[-`\\{{-\\xBF\\u2010-\\u206F]+', ' ', 'g')"
_POSTGRES_ROWS = (
    "INSERT INTO dialogue_search (message, organisation, conversation, at, author, words) "
    "SELECT m.id, m.organisation_id, m.conversation_id, date_trunc('second', m.at), "
    f"to_tsvector('simple', {_PLAIN.format(text=_AUTHOR)}), "
    "to_tsvector('simple', " + _PLAIN.format(text=f"{_AUTHOR} || ' ' || {_WORDS}") + f") {_FROM}"
)


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"{body} RETURN NULL; END $body$"
    )


POSTGRES = [
    """CREATE TABLE IF NOT EXISTS dialogue_search (
        message bigint PRIMARY KEY, organisation bigint NOT NULL, conversation bigint NOT NULL,
        at timestamptz NOT NULL, author tsvector NOT NULL, words tsvector NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS dialogue_search_words ON dialogue_search USING gin (words)",
    "CREATE INDEX IF NOT EXISTS dialogue_search_author ON dialogue_search USING gin (author)",
    """CREATE INDEX IF NOT EXISTS dialogue_search_newest
        ON dialogue_search (organisation, at DESC, message DESC)""",
    _function("dialogue_search_add", f"{_POSTGRES_ROWS} AND m.id = NEW.id;"),
    _function(
        "dialogue_search_change",
        f"DELETE FROM dialogue_search WHERE message = OLD.id; {_POSTGRES_ROWS} AND m.id = NEW.id;",
    ),
    _function("dialogue_search_remove", "DELETE FROM dialogue_search WHERE message = OLD.id;"),
    _function(
        "dialogue_search_item",
        "DELETE FROM dialogue_search WHERE message IN "
        "(SELECT m.id FROM dialogue_message m WHERE m.item_id = NEW.id); "
        f"{_POSTGRES_ROWS} AND m.item_id = NEW.id;",
    ),
    _function("dialogue_search_empty", "DELETE FROM dialogue_search;"),
    """CREATE TRIGGER dialogue_search_add AFTER INSERT ON dialogue_message
        FOR EACH ROW EXECUTE FUNCTION dialogue_search_add()""",
    """CREATE TRIGGER dialogue_search_change
        AFTER UPDATE OF text, item_id, at, kind, delivery, conversation_id ON dialogue_message
        FOR EACH ROW EXECUTE FUNCTION dialogue_search_change()""",
    """CREATE TRIGGER dialogue_search_remove AFTER DELETE ON dialogue_message
        FOR EACH ROW EXECUTE FUNCTION dialogue_search_remove()""",
    """CREATE TRIGGER dialogue_search_item
        AFTER UPDATE OF text, title, author_name, author_handle, deleted_at ON listening_item
        FOR EACH ROW EXECUTE FUNCTION dialogue_search_item()""",
    """CREATE TRIGGER dialogue_search_empty AFTER TRUNCATE ON dialogue_message
        FOR EACH STATEMENT EXECUTE FUNCTION dialogue_search_empty()""",
]

TRIGGERS = {
    "dialogue_search_add": "dialogue_message",
    "dialogue_search_change": "dialogue_message",
    "dialogue_search_remove": "dialogue_message",
    "dialogue_search_item": "listening_item",
    "dialogue_search_empty": "dialogue_message",
}


def install(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table and its triggers, and write what is missing in it; for migrations."""
    lite = editor.connection.vendor == "sqlite"
    for statement in SQLITE if lite else POSTGRES:
        _run(editor, statement)
    known = "m.id NOT IN (SELECT message FROM dialogue_search)"
    _run(editor, f"{_SQLITE_ROWS if lite else _POSTGRES_ROWS} AND {known}")


def remove(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away; the table stays, and `install` brings it up to date again."""
    lite = editor.connection.vendor == "sqlite"
    for trigger, table in TRIGGERS.items():
        on = "" if lite else f" ON {table}"
        _run(editor, f"DROP TRIGGER IF EXISTS {trigger}{on}")


def _run(editor: BaseDatabaseSchemaEditor, statement: str) -> None:
    # Without parameters, so that the per cent sign of strftime stays as it is.
    with editor.connection.cursor() as cursor:
        cursor.execute(statement)
