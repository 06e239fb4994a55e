"""The component set: what the promise's clock says, and that wrong names are refused early."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template

from ildsjel.web.clock import read_clock

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "ildsjel" / "web" / "templates"


@pytest.mark.parametrize(
    ("due_in", "words", "state"),
    [
        (timedelta(minutes=12), "12 min left", "soon"),
        (timedelta(seconds=30), "Due now", "soon"),
        (timedelta(seconds=-30), "Due now", "late"),
        (timedelta(minutes=-5), "5 min over", "late"),
        (timedelta(hours=3), "3 h left", "calm"),
        (timedelta(hours=-3), "3 h over", "late"),
        (timedelta(days=2), "2 days left", "calm"),
        (timedelta(days=-2), "2 days over", "late"),
    ],
)
def test_the_clock_says_what_is_left(due_in: timedelta, words: str, state: str) -> None:
    clock = read_clock(NOW + due_in, NOW, started=NOW - timedelta(hours=4))
    assert (clock.text, clock.state) == (words, state)


def test_the_clock_is_never_late_before_it_is() -> None:
    due = NOW + timedelta(hours=1)
    states = {read_clock(due, NOW + timedelta(minutes=m)).state for m in range(61)}
    assert "late" not in states
    assert read_clock(due, due + timedelta(seconds=1)).state == "late"


def test_an_answer_stops_the_clock() -> None:
    due = NOW + timedelta(hours=1)
    met = read_clock(due, NOW, NOW, answered_at=due)
    missed = read_clock(due, NOW, NOW, answered_at=due + timedelta(seconds=1))
    assert (met.state, missed.state) == ("met", "missed")
    assert not met.ticks


@pytest.mark.parametrize("tag", ['{% icon "unicorn" %}', '{% status "unicorn" %}'])
def test_unknown_names_are_refused(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="unicorn"):
        Template("{% load web %}" + tag).render(Context())


def test_words_of_strangers_are_shown_as_text() -> None:
    message = {
        "id": 1,
        "kind": "inbound",
        "name": "<b>A</b>",
        "text": "<script>x</script>",
        "at": NOW,
    }
    html = get_template("web/inbox/message.html").render({"message": message})
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;x" in html


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    get_template(str(path.relative_to(TEMPLATES)))
    for forbidden in (" style=", " onclick=", "hx-on", "<style", "javascript:"):
        assert forbidden not in html
