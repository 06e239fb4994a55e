"""The trail in words: what each action's code means, and how its details read."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "calendar.override": _("Gave a day other opening hours"),
    "calendar.plain": _("Gave a day its usual opening hours again"),
    "calendar.remove": _("Removed opening hours"),
    "calendar.save": _("Wrote opening hours"),
    "channel.connect": _("Connected a channel"),
    "channel.off": _("Switched off a channel"),
    "channel.on": _("Switched on a channel"),
    "channel.remove": _("Removed a channel"),
    "channel.reseal": _("Sealed a channel's secrets with the new key"),
    "channel.restore": _("Brought a channel back"),
    "channel.secret": _("Made a new signing secret for a channel"),
    "channel.update": _("Changed a channel"),
    "conversation.assign": _("Assigned a conversation"),
    "conversation.close": _("Closed a conversation"),
    "conversation.goal": _("Set the goal of a conversation"),
    "conversation.move": _("Moved a conversation to another desk"),
    "conversation.note": _("Wrote a note"),
    "conversation.reopen": _("Reopened a conversation"),
    "conversation.reply": _("Wrote a reply"),
    "conversation.snooze": _("Snoozed a conversation"),
    "conversation.take_back": _("Took a reply back"),
    "conversation.topic": _("Set the topic of a conversation"),
    "conversation.undo": _("Undid a change to a conversation"),
    "conversations.export": _("Exported conversations"),
    "desk.archive": _("Archived a desk"),
    "desk.restore": _("Brought a desk back"),
    "desk.save": _("Wrote a desk"),
    "goal.archive": _("Archived a goal"),
    "goal.restore": _("Brought a goal back"),
    "goal.save": _("Wrote a goal"),
    "group.save": _("Wrote a stakeholder group"),
    "import.start": _("Began an import"),
    "import.stop": _("Stopped an import"),
    "member.add": _("Added a member"),
    "member.change": _("Changed a member"),
    "member.invite": _("Invited a person"),
    "member.join": _("Joined"),
    "member.uninvite": _("Withdrew an invitation"),
    "message.send_again": _("Sent a reply again"),
    "message.was_sent": _("Confirmed that a reply was sent"),
    "organisation.create": _("Created the organisation"),
    "organisation.update": _("Changed the organisation"),
    "rule.order": _("Changed the order of the routing rules"),
    "rule.remove": _("Removed a routing rule"),
    "rule.save": _("Wrote a routing rule"),
    "stakeholdergroup.archive": _("Archived a stakeholder group"),
    "stakeholdergroup.restore": _("Brought a stakeholder group back"),
    "token.create": _("Made an API token"),
    "token.revoke": _("Stopped an API token"),
    "topic.archive": _("Archived a topic"),
    "topic.restore": _("Brought a topic back"),
    "topic.save": _("Wrote a topic"),
    "watch.off": _("Switched off a watch"),
    "watch.on": _("Switched on a watch"),
    "watch.remove": _("Removed a watch"),
    "watch.restore": _("Brought a watch back"),
    "watch.save": _("Wrote a watch"),
}

# What a reader looks for, and how the codes of those actions begin.
KINDS: list[tuple[str, Promise]] = [
    ("conversation", _("Conversations")),
    ("message.", _("Replies whose sending was unsure")),
    ("watch.", _("Watches")),
    ("channel.", _("Channels")),
    ("import.", _("Imports")),
    ("desk.", _("Desks")),
    ("rule.", _("Routing rules")),
    ("calendar.", _("Opening hours")),
    ("goal.", _("Goals")),
    ("topic.", _("Topics")),
    ("member.", _("Members and invitations")),
    ("token.", _("API tokens")),
    ("organisation.", _("The organisation")),
]


def action_words(code: str) -> str:
    """What an action is called; its code where it has no words yet."""
    return str(ACTIONS.get(code, code))


def detail_lines(details: Mapping[str, Any]) -> list[str]:
    """The details of an entry, a line each; what changed reads as "before → after"."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            f"{key}: {_value(before.get(key))} → {_value(after[key])}"
            for key in after
            if before.get(key) != after[key]
        ]
    return list(_lines(details))


def _lines(details: Mapping[str, Any]) -> Iterator[str]:
    for key, value in details.items():
        if value not in (None, "", [], {}):
            yield f"{key}: {_value(value)}"


def _value(value: Any) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, Mapping):
        return "; ".join(_lines(value))
    return str(value)


def _listed(values: list[Any]) -> str:
    """Lists within lists are opening hours: "08:00–12:00, 13:00–16:00; –; …"."""
    if values and all(isinstance(each, str) and each[2:3] == ":" for each in values):
        return "–".join(values)
    nested = any(isinstance(each, list) and each and isinstance(each[0], list) for each in values)
    return ("; " if nested else ", ").join(_value(each) for each in values)
