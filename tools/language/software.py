"""Texts of free software as a source: its handbooks, and what its windows say.

Running text of everyday Danish and Swedish is rare among open sources; handbooks have much of it.
What was left in English by the translators is passed over.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tools.language.sources import Sample

_PAGES = {
    "da": ("share/libreoffice/help/da", "share/help/da"),
    "sv": ("share/libreoffice/help/sv", "share/help/sv"),
    "fi": ("share/help/fi",),
    "nb": ("share/doc/debian-handbook/html/nb-NO",),
}
_LANGPACKS = {"da": "da", "fi": "fi", "is": "is", "nb-NO": "nb", "nn-NO": "nn", "sv-SE": "sv"}
_PARAGRAPH = re.compile(
    r"<(p|title|desc|h\d|div class=\"para\")\b[^>]*>(.*?)</(?:p|title|desc|h\d|div)>", re.S
)
_TAG = re.compile(r"<[^>]*>|\{[^{}]*\}|%\S+|&\S;|\$\w+")
_ENGLISH = re.compile(r"\b(?:the|and|this|with|which|your|you|are)\b")
_SENTENCE = re.compile(r"(?<=[.!?:]) +")
_MESSAGE = re.compile(r"^(?:[\w.-]+|\s+\.[\w-]+) = (.+)$", re.M)


def handbooks(folder: Path) -> Iterator[Sample]:
    """Sentences of LibreOffice's help, GNOME's and Debian's handbooks."""
    for language, places in _PAGES.items():
        paths = (path for place in places for path in sorted((folder / place).rglob("*")))
        found = (path.read_text("utf-8") for path in paths if path.suffix in {".html", ".page"})
        texts = (part[1] for text in found for part in _PARAGRAPH.findall(text))
        yield from _told(texts, language)


def windows(folder: Path, home_assistant: Path) -> Iterator[Sample]:
    """What the windows of Firefox, Thunderbird and Home Assistant say."""
    for name, language in _LANGPACKS.items():
        packs = sorted(folder.rglob(f"langpack-{name}@*.xpi"))
        yield from _told((text for pack in packs for text in _messages(pack)), language)
    for language in _LANGPACKS.values():
        paths = sorted(home_assistant.glob(f"components/*/translations/{language}.json"))
        read = (json.loads(path.read_text("utf-8")) for path in paths)
        yield from _told((text for tree in read for text in _strings(tree)), language)


def _messages(pack: Path) -> Iterator[str]:
    with ZipFile(pack) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".ftl"):
                yield from _MESSAGE.findall(archive.read(name).decode("utf-8"))


def _strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _strings(value)
    elif isinstance(tree, str) and "[%" not in tree:
        yield tree


def _told(texts: Iterator[str], language: str) -> Iterator[Sample]:
    """Sentences of at least three words, each once."""
    seen: set[str] = set()
    for text in texts:
        plain = " ".join(unescape(_TAG.sub(" ", text)).split())
        for sentence in _SENTENCE.split(plain):
            long_enough = len(sentence.split()) > 2 and len(sentence) < 300
            if long_enough and sentence not in seen and not _ENGLISH.search(sentence):
                seen.add(sentence)
                yield Sample(sentence, language)
