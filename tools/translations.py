"""The interface's texts: collect them from the code, compile what is translated, find what is not.

    python -m tools.translations collect   bring the .po files up to date with the code
    python -m tools.translations compile   make the .mo files that Django reads
    python -m tools.translations check     fail where a text has no translation

Needs no GNU gettext on the machine: Babel reads Python, Django itself reads its templates.
"""

import argparse
import io
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ildsjel"
LOCALE = PACKAGE / "locale"
LANGUAGES = ("nb", "sv", "da")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "_": None,
    "_now": None,  # gettext, where `_` is gettext_lazy
    **dict.fromkeys(("Refused", "Unreachable", "RateLimited", "Unsure", "sentence")),
}
Key = tuple[str, str, str]  # context, singular, plural


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("action", choices=["collect", "compile", "check"])
    action = parser.parse_args().action
    return {"collect": collect, "compile": compile_all, "check": check}[action]()


def texts() -> dict[Key, list[str]]:
    """Every translatable text with the files that hold it."""
    found: dict[Key, list[str]] = defaultdict(list)
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html")]):
        if "migrations" in path.parts:
            continue
        for key in _texts_of(path):
            where = str(path.relative_to(ROOT))
            if where not in found[key]:
                found[key].append(where)
    for key in _connector_texts():
        found[key].append("ildsjel/connectors")
    return found


def _texts_of(path: Path) -> Iterator[Key]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        source = _as_code(source, path)
    for _, message, _, context in extract(
        "python", io.BytesIO(source.encode("utf-8")), keywords=KEYWORDS
    ):
        singular, plural = message if isinstance(message, tuple) else (message, "")
        if singular:
            yield context or "", singular, plural


def _as_code(source: str, path: Path) -> str:
    """A template's texts as Python, as Django's own makemessages reads them, without the rest."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ildsjel.settings")
    from django.utils.translation.template import templatize

    kept = [
        line.strip()
        for line in templatize(source, origin=str(path)).splitlines()
        if "gettext(" in line or "_(" in line
    ]
    return "\n".join(kept)


def _connector_texts() -> Iterator[Key]:
    """Connectors know no gettext: their titles, labels and helps are plain English, translated when
    shown."""
    from ildsjel.connectors import all_connectors

    for connector in all_connectors().values():
        yield "", connector.title, ""
        for each in connector.fields:
            for text in (each.label, each.help):
                if text:
                    yield "", text, ""


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def collect() -> int:
    found = texts()
    for language in LANGUAGES:
        path = po_file(language)
        old = polib.pofile(str(path)) if path.exists() else polib.POFile()
        known = {(e.msgctxt or "", e.msgid, e.msgid_plural or ""): e for e in old}
        fresh = polib.POFile(wrapwidth=98)
        fresh.metadata = {
            "Language": language,
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": "nplurals=2; plural=(n != 1);",
        }
        fresh.extend(_entry(key, files, known.get(key)) for key, files in sorted(found.items()))
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.save(str(path))
        print(f"{language}: {len(fresh)} texts, {len(fresh.untranslated_entries())} to translate")
    return 0


def _entry(key: Key, files: list[str], known: polib.POEntry | None) -> polib.POEntry:
    context, singular, plural = key
    entry = polib.POEntry(
        msgid=singular,
        msgctxt=context or None,
        msgid_plural=plural,
        occurrences=[(file, "") for file in files],
        flags=["python-brace-format"] if "{" in singular else [],
    )
    if known is not None:
        entry.msgstr, entry.msgstr_plural = known.msgstr, known.msgstr_plural
    elif plural:
        entry.msgstr_plural = {0: "", 1: ""}
    return entry


def compile_all() -> int:
    for language in LANGUAGES:
        path = po_file(language)
        if path.exists():
            polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def check() -> int:
    missing = 0
    for language in LANGUAGES:
        path = po_file(language)
        done = polib.pofile(str(path)) if path.exists() else polib.POFile()
        known = {
            (e.msgctxt or "", e.msgid, e.msgid_plural or "") for e in done.translated_entries()
        }
        for key, files in sorted(texts().items()):
            if key not in known:
                missing += 1
                print(f"{language}: {key[1]!r} ({files[0]}) is not translated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
