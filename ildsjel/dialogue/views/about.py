"""What stands beside a conversation: the person, why it came here, the promise, the channel."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from ildsjel.channels.queries import Condition, health_of
from ildsjel.dialogue import queries
from ildsjel.dialogue.durations import duration_words
from ildsjel.dialogue.models import Conversation, Promise
from ildsjel.dialogue.quoting import quoted
from ildsjel.dialogue.views import suggesting
from ildsjel.dialogue.views.panes import who
from ildsjel.dialogue.views.place import Place, at, list_at
from ildsjel.dialogue.views.suggesting import percent
from ildsjel.listening.queries import watches
from ildsjel.listening.story_queries import stories_among
from ildsjel.organisation.models import Member, Right
from ildsjel.organisation.pages import address

EARLIER = 5


def about(member: Member, place: Place, conversation: Conversation) -> dict[str, Any]:
    """Context of the last pane."""
    rule = conversation.rule
    return {
        "who": _person(member, place, conversation),
        "reasons": reasons(member, conversation),
        "rule": rule,
        "rules_url": address(member, "dialogue:rules") if member.can(Right.DESKS) else "",
        "promise": promise_words(queries.newest_promise(conversation)),
        "language": language_word(conversation.language),
        "learned": suggesting.set_by_itself(conversation),
        "trouble": _trouble(member, conversation),
    }


def alike(member: Member, conversation: Conversation) -> dict[str, Any] | None:
    """How many other posts ask nearly the same, and where they are."""
    found = stories_among(member, queries.items_in(conversation))
    if not found:
        return None
    story = max(found.values(), key=lambda each: (each.posts, each.pk))
    others = story.posts - sum(each == story for each in found.values())
    if others < 1:
        return None
    return {
        "others": others,
        "story_url": address(member, "listening:story", story.pk),
        "list_url": list_at(member, Place("all", story=story.pk)),
    }


def _person(member: Member, place: Place, conversation: Conversation) -> dict[str, Any]:
    identity = queries.identity_in(conversation)
    others = queries.earlier(conversation, EARLIER)
    number, since = queries.acquaintance(conversation)
    url = identity.url if identity else ""
    return {
        "name": who(conversation),
        "handle": identity.handle if identity else "",
        "url": url if url.startswith(("https://", "http://")) else "",
        "network": conversation.channel.name,
        "count": number,
        "since": since,
        "history": [
            {
                "url": at(member, "thread", each.pk, place),
                "label": str(each) or _("(no words)"),
                "at": each.last_at,
                "state": each.state,
            }
            for each in others
        ],
    }


def reasons(member: Member, conversation: Conversation) -> list[str]:
    """Why the conversation came to its desk, a sentence for each reason that routing gave."""
    given = [(why[0], [str(detail) for detail in why[1:]]) for why in conversation.why if why]
    return [_sentence(member, conversation, reason, details) for reason, details in given]


def _sentence(
    member: Member, conversation: Conversation, reason: str, details: Sequence[str]
) -> str:
    match reason:
        case "channel":
            return _("It came through %(name)s.") % {"name": conversation.channel.name}
        case "watch":
            return _("It matched %(names)s.") % {"names": _watch_names(member, details)}
        case "address":
            return _address_words(details[0] if details else "")
        case "language":
            names = ", ".join(language_word(code) for code in details)
            return _("It is in %(names)s.") % {"names": names}
        case "query":
            words = ", ".join(quoted(word) for word in details)
            return _("The rule found %(words)s.") % {"words": words or _("its words")}
        case "hours":
            return (
                _("It came outside opening hours.")
                if "outside" in details
                else _("It came within opening hours.")
            )
        case "everything":
            return _("The rule takes everything.")
        case "fallback":
            return _("No rule fitted, so it came to the default desk.")
        case "taken_up":
            return _("%(who)s took it up from listening.") % {"who": " ".join(details)}
        case "learned":
            return _learned_words(details)
    return " ".join([reason, *details])


def _learned_words(details: Sequence[str]) -> str:
    words = ", ".join(quoted(word) for word in details[1:])
    return _("No rule fitted. By what you chose before it belongs here: %(words)s.") % {
        "words": f"{words} ({percent(float(details[0]) / 100)})"
    }


def _watch_names(member: Member, details: Sequence[str]) -> str:
    pks = [int(detail) for detail in details if detail.isdecimal()]
    names = dict(watches(member).filter(pk__in=pks).values_list("pk", "name"))
    gone = _("a watch that has been removed")
    return ", ".join(quoted(names[pk]) if pk in names else gone for pk in pks) or gone


def _address_words(value: str) -> str:
    said = {
        "public": _("It was said in the open, not to us."),
        "mention": _("It names our account."),
        "reply": _("It answers something we wrote."),
        "direct": _("It was written to us alone."),
    }
    return said.get(value, value)


def promise_words(promise: Promise | None) -> dict[str, Any] | None:
    """What was promised, how that was counted, and what became of it."""
    if promise is None:
        return None
    within = duration_words(promise.minutes)
    said = _("%(kind)s within %(time)s of %(desk)s's opening hours.") % {
        "kind": promise.get_kind_display(),
        "time": within,
        "desk": promise.desk.name,
    }
    return {
        "said": said,
        "started_at": promise.started_at,
        "due_at": promise.due_at,
        "met_at": promise.met_at,
        "in_time": bool(promise.met_at and promise.due_at and promise.met_at <= promise.due_at),
        "met_by": promise.met_by.author if promise.met_by else None,
        "open_time": duration_words(-(-(promise.open_seconds or 0) // 60)),
        "dropped_at": promise.dropped_at,
        "hours": promise.desk.calendar.name,
    }


def language_word(code: str) -> str:
    """A language by its name in the reader's own, or its code where we have no name for it."""
    ours = dict(settings.LANGUAGES)
    try:
        return str(get_language_info(code)["name_translated"]).capitalize() if code else ""
    except KeyError:
        return ours.get(code, code)


def _trouble(member: Member, conversation: Conversation) -> dict[str, Any] | None:
    """What is wrong with the channel, if something is."""
    health = health_of(conversation.channel)
    if health.condition not in {Condition.FAILING, Condition.OFF}:
        return None
    words = health.error or _("The channel is switched off: nothing comes in or goes out.")
    url = address(member, "channels:list") if member.can(Right.CHANNELS) else ""
    return {"words": words, "since": health.since, "url": url}
