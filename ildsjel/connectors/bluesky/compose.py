"""The record of an answer: its text measured, its links, tags and mentions marked in bytes."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import regex

from ildsjel.connectors.bluesky.names import POST, clean_handle
from ildsjel.connectors.protocol import Refused

MAX_GRAPHEMES = 300
MAX_BYTES = 3000

_GRAPHEME = regex.compile(r"\X")
_LINK = re.compile(r"https?://\w[^\s<>\"]*")
_TAG = re.compile(r"(?<![\w#/&])#(?=[^\W\d_]|\d+[^\W\d])([\w-]{1,64})")
_MENTION = re.compile(r"(?<![\w@/.])@((?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*)")
_AFTER_LINK = ".,;:!?'»”’*_"

Span = tuple[int, int, dict[str, str]]  # first and last character (exclusive), feature


def check_text(text: str) -> str:
    """The text as it will be published; `Refused` when it is empty or too long."""
    text = text.strip()
    if not text:
        raise Refused("There is nothing to send: the answer is empty.")
    graphemes = sum(1 for _ in _GRAPHEME.finditer(text))
    if graphemes > MAX_GRAPHEMES:
        raise Refused(
            "The answer has %(graphemes)s characters; Bluesky takes %(max_graphemes)s at most.",
            graphemes=str(graphemes),
            max_graphemes=str(MAX_GRAPHEMES),
        )
    size = len(text.encode())
    if size > MAX_BYTES:
        raise Refused(
            "The answer takes %(size)s bytes; Bluesky takes %(max_bytes)s at most.",
            size=str(size),
            max_bytes=str(MAX_BYTES),
        )
    return text


def record(
    text: str,
    *,
    created_at: str,
    language: str,
    reply: Mapping[str, Any] | None,
    find_did: Callable[[str], str],
) -> dict[str, Any]:
    """The post record; `find_did` gives the DID behind a handle, or an empty string."""
    value: dict[str, Any] = {"$type": POST, "text": text, "createdAt": created_at}
    if marked := facets(text, find_did):
        value["facets"] = marked
    if language:
        value["langs"] = [language]
    if reply is not None:
        value["reply"] = dict(reply)
    return value


def facets(text: str, find_did: Callable[[str], str]) -> list[dict[str, Any]]:
    """Marks for what readers should be able to press; positions count bytes of UTF-8."""
    taken: list[Span] = []
    for span in (*_links(text), *_tags(text), *_mentions(text, find_did)):
        if all(span[1] <= start or end <= span[0] for start, end, _ in taken):
            taken.append(span)
    return [_facet(text, *span) for span in sorted(taken, key=lambda span: span[0])]


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    first = len(text[:start].encode())
    last = first + len(text[start:end].encode())
    return {"index": {"byteStart": first, "byteEnd": last}, "features": [feature]}


def _links(text: str) -> Iterator[Span]:
    for match in _LINK.finditer(text):
        link = _without_sentence_end(match.group())
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
        yield match.start(), match.start() + len(link), feature


def _without_sentence_end(link: str) -> str:
    """Full stops after a link belong to the sentence, and a bracket that the link did not open."""
    while link[-1] in _AFTER_LINK or (link[-1] == ")" and link.count(")") > link.count("(")):
        link = link[:-1]
    return link


def _tags(text: str) -> Iterator[Span]:
    for match in _TAG.finditer(text):
        tag = match.group(1)
        yield match.start(), match.end(), {"$type": "app.bsky.richtext.facet#tag", "tag": tag}


def _mentions(text: str, find_did: Callable[[str], str]) -> Iterator[Span]:
    for match in _MENTION.finditer(text):
        handle = clean_handle(match.group(1))
        if handle and (did := find_did(handle)):
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
            yield match.start(), match.end(), feature
