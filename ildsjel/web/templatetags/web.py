"""What the templates of every room may use: icons, statuses, the promise's clock, small filters."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ildsjel.web.clock import Clock, read_clock
from ildsjel.web.icons import ICONS
from ildsjel.web.links import linkify as linked
from ildsjel.web.moments import exact, spoken
from ildsjel.web.statuses import STATUSES
from ildsjel.web.strings import interface_strings

register = template.Library()

THEMES = ("light", "dark")


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon from the sprite. Give `label` only where no word stands beside it."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"No icon is called {name!r}; see ildsjel/web/icons.py")
    source = f"{static('vendor/icons.svg')}#{name}"
    classes = f"icon {css}".strip()
    if label:
        shape = '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>'
        return format_html(shape, classes, label, source)
    shape = '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>'
    return format_html(shape, classes, source)


@register.simple_tag
def status(key: str, word: str = "") -> SafeString:
    """A badge for one of `ildsjel.web.statuses.STATUSES`: shape, word and colour."""
    known = STATUSES.get(key)
    if known is None:
        raise template.TemplateSyntaxError(f"No status is called {key!r}; see web/statuses.py")
    return _badge(known.tone, known.icon, word or str(known.word))


@lru_cache(maxsize=1024)
def _badge(tone: str, shape: str, word: str) -> SafeString:
    return format_html('<span class="status status-{}">{}{}</span>', tone, icon(shape), word)


@register.inclusion_tag("web/clock.html")
def clock(
    due: datetime | None,
    started: datetime | None = None,
    answered_at: datetime | None = None,
    held: bool = False,
) -> dict[str, Clock | None]:
    """The promise's clock: what is left or how late, as text with a bar under it.

    `due`, `started` and `answered_at` are aware datetimes. Without `due` nothing is shown.
    """
    if due is None:
        return {"clock": None}
    return {"clock": read_clock(due, timezone.now(), started, answered_at, held)}


@register.simple_tag
def moment(at: datetime | None, css: str = "") -> SafeString:
    """A time as people say it, with the exact one beside it for those who ask."""
    if at is None:
        return format_html("")
    shown = '<time class="{}" datetime="{}" title="{}">{}</time>'
    return format_html(shown, css, at.isoformat(), exact(at), spoken(at, timezone.now()))


@register.filter
def exactly(at: datetime) -> str:
    """A time to the second, for the one who asks."""
    return exact(at)


@register.filter
def in_sentence(day: str) -> str:
    """A day's name within a sentence: written small in all our languages but English."""
    return day if (get_language() or "en").startswith("en") else day.lower()


@register.filter
def linkify(text: object) -> SafeString:
    """Other people's text, escaped, with its web addresses as links."""
    return linked(str(text or ""))


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The colours this person chose in this browser: light, dark, or empty for the system's."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag
def strings_for_scripts() -> SafeString:
    """The few translated texts that the scripts need, as data that no browser executes."""
    return json_script(interface_strings(), "strings")


@register.filter
def initials(name: object) -> str:
    """One or two letters that stand for a name: 'Kari Nordmann' gives KN."""
    words = [word for word in str(name or "").split() if word[:1].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


@register.filter
def until(items: Any, count: int) -> Any:
    return list(items or [])[:count]


@register.filter
def after(items: Any, count: int) -> Any:
    return list(items or [])[count:]


@register.simple_tag
def language_name(code: str) -> str:
    """The name of a language in itself, or the code where it is not one of ours."""
    return dict(settings.LANGUAGES).get(code, code)


ADDRESSES: dict[str, Callable[[], str]] = {
    "public": lambda: _("Public"),
    "unlisted": lambda: _("Public, not listed"),
    "followers": lambda: _("Followers only"),
    "private": lambda: _("Private"),
}


@register.filter
def visibility_word(visibility: object) -> str:
    """Who can see a message, in a word or two, from `engine.items.Visibility`."""
    word = ADDRESSES.get(str(visibility))
    return word() if word else _("Visibility not known")
