"""HTML as networks, feeds and mail send it, made into plain text a person can read and answer.

What comes in is not to be trusted: it may be broken, huge or hostile. Nothing here executes,
fetches or keeps markup, every function takes any string without an exception, and the time is
linear in the length of the input (the standard library's parser is not, on Python 3.11).
"""

import html as entities
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Possessive quantifiers: a tag that never ends is given up in one pass.
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_TAG_UNQUOTED = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>")
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++))?+""")
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_TRAILING = re.compile(r"(?<![ \t])[ \t]+(?=\n)")
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{8,};?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_DROPPED = frozenset({"script", "style", "template", "title", "iframe", "noembed", "noframes"})
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "ul", "ol", "dl", "table", "figure"}) | {
    f"h{level}" for level in range(1, 7)
}
# fmt: off
_LINES = frozenset({
    "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "li", "dt",
    "dd", "tr", "hr", "form", "fieldset", "figcaption", "details", "summary", "center", "option",
})
# fmt: on
_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
_DEEPEST_QUOTE = 5  # deeper levels gain nothing, and would make the text longer than the page


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Plain text, and the addresses (http, https, mailto) that it linked to, in order, each once.

    Links to people and hashtags stand in `people_and_tags`, not in `links`.
    """

    text: str
    links: tuple[str, ...] = ()
    people_and_tags: tuple[str, ...] = ()


def html_to_text(html: str) -> str:
    """The text of a piece of HTML: paragraphs as blank lines, list points as "- ", quotes as "> ".

    A link is written as its label and its address, or as the address alone where the label is a
    shortened address; @mentions and #hashtags keep their label only. Scripts, styles and comments
    are dropped, an image gives its alt text. Takes any string; never raises.
    """
    return read_html(html).text


def read_html(html: str) -> HtmlText:
    """Like `html_to_text`, with the links found on the way."""
    writer = _Writer()
    _scan(html.replace("\r\n", "\n"), writer)
    return writer.result()


def clean_text(text: str) -> str:
    """Plain text without what no database or page can hold: control characters, lone surrogates."""
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))


def unescape(text: str) -> str:
    """Character references resolved. The standard function raises on numbers over 4,300 digits."""
    return entities.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))


def _scan(html: str, writer: "_Writer") -> None:
    """Cut the page at its tags. Each step moves on, so that the page is read once."""
    tag, at = _TAG, 0
    while at < len(html):
        sign = html.find("<", at)
        if sign < 0:
            break
        writer.text(html[at:sign])
        if html.startswith(("<!", "<?"), sign):
            at = _after_declaration(html, sign)
            continue
        match = tag.match(html, sign)
        if match is None and html[sign + 1 : sign + 2].isalpha():
            # An open quote swallowed the rest. From here a tag ends at the first ">", for good:
            # trying both ways at each tag would cost the square of the length.
            tag = _TAG_UNQUOTED
            match = tag.match(html, sign)
            if match is None:  # no ">" follows: what remains is text
                at = sign
                break
        if match is None:
            writer.text("<")
            at = sign + 1
            continue
        at = _after_tag(html, match, writer)
    writer.text(html[at:])


def _after_declaration(html: str, start: int) -> int:
    end = "-->" if html.startswith("<!--", start) else ">"
    found = html.find(end, start + 2)
    return len(html) if found < 0 else found + len(end)


def _after_tag(html: str, match: re.Match[str], writer: "_Writer") -> int:
    name = match[2].lower()
    if match[1]:
        writer.close(name)
        return match.end()
    if name in _DROPPED and not match[3].endswith("/"):
        end = re.compile(rf"</{name}[^>]*+>", re.IGNORECASE).search(html, match.end())
        return len(html) if end is None else end.end()
    writer.open(name, match[3])
    return match.end()


def _attribute(source: str, wanted: str) -> str:
    for match in _ATTRIBUTE.finditer(source):
        if match[1].lower() == wanted:
            return unescape((match[2] or "").strip("\"'")).strip()
    return ""


def _safe_address(address: str) -> str:
    """The address without blanks, or nothing where it is not one that a person may be led to."""
    address = clean_text(_SPACES.sub("", address))
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    safe = parts.scheme.lower() in _SAFE_SCHEMES and bool(parts.netloc or parts.path)
    return address if safe else ""


def _bare(address: str) -> str:
    """An address as people write it, for comparing a label with what it links to."""
    bare = address.strip().casefold().rstrip("…").removesuffix("...").rstrip("/")
    for prefix in ("mailto:", "https://", "http://", "www."):
        bare = bare.removeprefix(prefix)
    return bare


@dataclass(slots=True)
class _Writer:
    """Puts pieces of text together, holding back blanks and line ends until text follows."""

    pieces: list[str] = field(default_factory=list)
    links: dict[str, None] = field(default_factory=dict)
    people_and_tags: dict[str, None] = field(default_factory=dict)
    ends: int = 0  # line ends to write before the next text
    blank: bool = False  # a space to write before the next text
    quoted: int = 0
    verbatim: int = 0
    link: str = ""
    link_from: int = -1  # where the label of the open link begins among the pieces

    def text(self, source: str) -> None:
        if not source:
            return
        found = clean_text(unescape(source))
        if self.verbatim:
            self._verbatim(found)
            return
        words = _SPACES.sub(" ", found)
        if words.startswith(" "):
            self.blank = True
        if words.strip(" "):
            self._put(words.strip(" "))
            self.blank = words.endswith(" ")

    def open(self, name: str, source: str) -> None:
        if name == "a":
            self._open_link(source)
        elif name == "br":
            self.ends += 1
        elif name == "img":
            self.text(_attribute(source, "alt"))
        elif name in ("td", "th"):
            self.blank = True
        else:
            self._break(name)
        if name == "blockquote":
            self.quoted += 1
        elif name == "pre":
            self.verbatim += 1
        elif name == "li":
            self._put("-")
            self.blank = True

    def close(self, name: str) -> None:
        if name == "a":
            self._close_link()
        elif name == "blockquote":
            self.quoted = max(0, self.quoted - 1)
        elif name == "pre":
            self.verbatim = max(0, self.verbatim - 1)
        self._break(name)

    def result(self) -> HtmlText:
        self._close_link()
        text = _TRAILING.sub("", "".join(self.pieces)).strip()
        return HtmlText(text, tuple(self.links), tuple(self.people_and_tags))

    def _break(self, name: str) -> None:
        if name in _PARAGRAPHS:
            self.ends = max(self.ends, 2)
        elif name in _LINES:
            self.ends = max(self.ends, 1)

    def _put(self, words: str) -> None:
        if self.ends and self.pieces:
            self.pieces.append("\n" * min(self.ends, 2) + self._margin())
        elif not self.pieces:
            self.pieces.append(self._margin())
        elif self.blank:
            self.pieces.append(" ")
        self.ends, self.blank = 0, False
        self.pieces.append(words)

    def _margin(self) -> str:
        return "> " * min(self.quoted, _DEEPEST_QUOTE)

    def _verbatim(self, found: str) -> None:
        lines = found.replace("\u00a0", " ").split("\n")
        for number, line in enumerate(lines):
            self.ends += number > 0
            if line.strip():
                self._put(line.rstrip())

    def _open_link(self, source: str) -> None:
        self._close_link()
        self.link = _safe_address(_attribute(source, "href"))
        self.link_from = len(self.pieces)

    def _close_link(self) -> None:
        if self.link_from < 0 or not self.link:
            self.link_from = -1
            return
        label = "".join(self.pieces[self.link_from :])
        address, self.link = self.link, ""
        words, start = label.strip(" \n>"), self.link_from
        self.link_from = -1
        if words[:1] in ("@", "#"):
            self.people_and_tags[address] = None
            return
        self.links[address] = None
        if _bare(words) and _bare(address).startswith(_bare(words)):
            lead = label[: label.find(words)]
            self.pieces[start:] = [lead + address.removeprefix("mailto:")]
        elif words:
            self.pieces.append(f" ({address.removeprefix('mailto:')})")
