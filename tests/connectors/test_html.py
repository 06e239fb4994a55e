"""HTML from strangers becomes text that can be read, searched and answered."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ildsjel.connectors.html import clean_text, html_to_text, read_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Bare ord", "Bare ord"),
        ("<p>Én</p><p>To</p>", "Én\n\nTo"),
        ("<p>Én<br>To<br/>Tre</p>", "Én\nTo\nTre"),
        ("<div>Én</div><div>To</div>", "Én\nTo"),
        ("  mye \n\n  luft  ", "mye luft"),
        ("<b>fet</b>skrift og <i>kursiv</i>", "fetskrift og kursiv"),
        ("<ul><li>melk</li><li>brød</li></ul>", "- melk\n- brød"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<blockquote><p>spurt</p><p>igjen</p></blockquote><p>svart</p>", None),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("1 &lt; 2 &amp; 3 &gt; 2 &aring;&#8217;&nbsp;x", "1 < 2 & 3 > 2 å’ x"),
        ("3 < 4 og 5 > 4", "3 < 4 og 5 > 4"),
        ('<img src="x" alt=":smil:"> hei', ":smil: hei"),
        ("kom&shy;mune", "kommune"),
        ("a<!-- skjult -->b<!DOCTYPE html>c<?php x ?>d", "abcd"),
    ],
)
def test_the_shape_of_the_text_is_kept(html: str, text: str | None) -> None:
    if text is None:
        text = "> spurt\n\n> igjen\n\nsvart"
    assert html_to_text(html) == text


def test_a_shortened_link_is_written_in_full() -> None:
    html = (
        '<p>Se <a href="https://kommunen.no/vei/stengt-til-mandag"><span class="invisible">https://'
        '</span><span class="ellipsis">kommunen.no/vei/st</span><span class="invisible">engt-til-'
        "mandag</span></a> i dag</p>"
    )
    read = read_html(html)
    assert read.text == "Se https://kommunen.no/vei/stengt-til-mandag i dag"
    assert read.links == ("https://kommunen.no/vei/stengt-til-mandag",)


def test_a_named_link_keeps_name_and_address() -> None:
    read = read_html('<a href="https://a.no/?x=1&amp;y=2">meldingen</a>, takk')
    assert read.text == "meldingen (https://a.no/?x=1&y=2), takk"
    assert read.links == ("https://a.no/?x=1&y=2",)


def test_people_and_hashtags_keep_their_label_only() -> None:
    read = read_html(
        '<span class="h-card"><a href="https://m.no/@kari" class="u-url mention">@<span>kari</span>'
        '</a></span> hei <a href="https://m.no/tags/vei" rel="tag">#<span>vei</span></a>'
    )
    assert read.text == "@kari hei #vei"
    assert read.links == ()
    assert read.people_and_tags == ("https://m.no/@kari", "https://m.no/tags/vei")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>hei",
        "<SCRIPT src=x>a < b</SCRIPT >hei",
        "<style>p{}</style>hei",
        "<title>side</title>hei",
        '<a href="javascript:alert(1)">hei</a>',
        '<a href=" java\nscript:alert(1)">hei</a>',
        '<a href="data:text/html,x">hei</a>',
        '<a href="http://[bad">hei</a>',
        '<p onclick="alert(1)" title="a > b">hei</p>',
        "</p></p></a></blockquote></pre>hei",
        "\x00h\x07ei",
    ],
)
def test_hostile_html_leaves_only_its_words(html: str) -> None:
    read = read_html(html)
    assert (read.text, read.links) == ("hei", ())


def test_unfinished_markup_loses_no_words() -> None:
    assert html_to_text('før <a href="x>etter</a> slutt') == "før etter slutt"
    assert html_to_text("før <b uten slutt") == "før <b uten slutt"
    assert html_to_text("slutt <") == "slutt <"


def test_text_can_always_be_stored() -> None:
    assert clean_text("a\ud800b\x00c\td\ne") == "a\ufffdbc\td\ne"
    assert html_to_text("a\udfff&#xd800;&#0;") == "a\ufffd\ufffd\ufffd"
    assert html_to_text("&#" + "9" * 10_000 + ";") == "\ufffd"


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a",
        '<a "',
        '<a ">"',
        "<a '>",
        "<!--",
        "</",
        "&",
        "&#",
        "<script",
        "<script>",
        "<style></",
        "<blockquote>x\n",
        "<a href=x ",
        '<a href="https://a.no">x',
        "<p>",
        " ",
        "\n \t",
        "<pre> \n",
        "<img alt='",
    ],
)
def test_the_time_grows_with_the_length_and_not_with_its_square(unit: str) -> None:
    size = 2_000_000
    began = time.perf_counter()
    text = html_to_text(unit * (size // len(unit)))
    assert time.perf_counter() - began < 20
    assert len(text) <= 8 * size


@given(st.text(alphabet="<>/\"'=& ;#ax!-\n\ud800é", max_size=60))
def test_any_string_gives_text_that_can_be_encoded(html: str) -> None:
    read_html(html).text.encode()
