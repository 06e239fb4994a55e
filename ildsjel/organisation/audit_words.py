"""The trail in words: what each action's code means, and how its details read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ildsjel.organisation.audit_names import POINTERS, Names
from ildsjel.organisation.models import Role

ACTIONS: dict[str, Promise] = {
    "burst.note": _("Marked something unusual as seen"),
    "burst.unnote": _("Took back that something unusual was seen"),
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
    "conversation.group": _("Set the group of a conversation"),
    "conversation.move": _("Moved a conversation to another desk"),
    "conversation.stay": _("Confirmed a conversation's desk"),
    "conversation.note": _("Wrote a note"),
    "conversation.put_back": _("Put a post back that was taken into the inbox"),
    "conversation.reopen": _("Reopened a conversation"),
    "conversation.reply": _("Wrote a reply"),
    "conversation.snooze": _("Snoozed a conversation"),
    "conversation.take_back": _("Took a reply back"),
    "conversation.take_up": _("Took a post into the inbox"),
    "conversation.topic": _("Set the topic of a conversation"),
    "conversation.undo": _("Undid a change to a conversation"),
    "conversations.export": _("Exported conversations"),
    "desk.archive": _("Archived a desk"),
    "desk.restore": _("Brought a desk back"),
    "desk.save": _("Wrote a desk"),
    "finding.accept": _("Accepted a finding about the plan"),
    "finding.take_up": _("Took up a finding about the plan again"),
    "goal.archive": _("Archived a goal"),
    "goal.forget": _("Took out a value of a goal's measure"),
    "goal.observe": _("Wrote a value of a goal's measure"),
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
    "mentions.export": _("Exported posts that were heard"),
    "message.send_again": _("Sent a reply again"),
    "message.was_sent": _("Confirmed that a reply was sent"),
    "organisation.create": _("Created the organisation"),
    "organisation.update": _("Changed the organisation"),
    "plan.channel": _("Tied a channel to the plan"),
    "plan.edit": _("Changed the plan"),
    "plan.guide": _("Made the plan in the conversation"),
    "plan.import": _("Read the plan from a file"),
    "plan.sign": _("Signed the plan off"),
    "plan.undo": _("Undid a change of the plan"),
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
    "watch.backfill": _("Held a watch against the archive"),
    "watch.group_archive": _("Archived a group of words"),
    "watch.group_restore": _("Brought a group of words back"),
    "watch.group_save": _("Wrote a group of words"),
    "watch.look_back": _("Began to look for a watch in the archive"),
    "watch.look_back_stop": _("Stopped looking for a watch in the archive"),
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
    ("burst.", _("What was unusual")),
    ("channel.", _("Channels")),
    ("import.", _("Imports")),
    ("desk.", _("Desks")),
    ("rule.", _("Routing rules")),
    ("calendar.", _("Opening hours")),
    ("plan.", _("The plan")),
    ("goal.", _("Goals and their measures")),
    ("finding.", _("Findings about the plan")),
    ("topic.", _("Topics")),
    ("member.", _("Members and invitations")),
    ("token.", _("API tokens")),
    ("organisation.", _("The organisation")),
]


def action_words(code: str) -> str:
    """What an action is called; its code where it has no words yet."""
    return str(ACTIONS.get(code, code))


# What a detail is called.
KEYS: dict[str, Promise] = {
    "active": _("Access"),
    "addresses": _("Said how"),
    "archive_days": _("Days that public posts are archived"),
    "assignee_id": _("Assigned to"),
    "channels": _("Channels"),
    "closed_at": _("Closed"),
    "conditions": _("Conditions"),
    "date": _("Day"),
    "desk": _("Desk"),
    "desk_id": _("Desk"),
    "due_at": _("Due"),
    "element": _("Part of the plan"),
    "elements": _("Parts of the plan that changed"),
    "email": _("E-mail address"),
    "file": _("File"),
    "found": _("New mentions"),
    "fingerprint": _("Fingerprint"),
    "first_response_minutes": _("Promise, in minutes"),
    "goal_id": _("Goal"),
    "group_id": _("Group"),
    "history": _("History only"),
    "intervals": _("Opening hours"),
    "kind": _("Kind"),
    "languages": _("Languages"),
    "mapping": _("Columns"),
    "name": _("Name"),
    "note": _("Note"),
    "order": _("Order"),
    "query": _("Words"),
    "reason": _("Reason"),
    "role": _("Role"),
    "rule": _("Rule"),
    "snoozed_until": _("Snoozed until"),
    "state": _("State"),
    "statement": _("Goal"),
    "topic_id": _("Topic"),
    "value": _("Value"),
    "version": _("Version"),
    "watches": _("Watches"),
    "weekly": _("Opening hours"),
    "why": _("Why"),
}
# What the codes that a detail may hold mean.
CODES: dict[str, Mapping[str, Any]] = {
    "role": dict(Role.choices),
    "state": {"open": _("Open"), "snoozed": _("Snoozed"), "closed": _("Closed")},
    "addresses": {
        "public": _("Said in public, not to us"),
        "mention": _("Said to us in public"),
        "reply": _("Answers to our posts"),
        "direct": _("Written to us alone"),
    },
}
TIMES = {"closed_at", "due_at", "snoozed_until"}


def detail_lines(details: Mapping[str, Any], names: Names, zone: str) -> list[str]:
    """The details of an entry, a line each; what changed reads as "before → after".

    `names` are those of the rows that the details point to, `zone` is that of the times shown.
    """
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            f"{_key(key)}: {_said(key, before.get(key), names, zone)} → "
            f"{_said(key, after[key], names, zone)}"
            for key in after
            if before.get(key) != after[key] and not _says_the_same(key, after)
        ]
    return list(_lines(details, names, zone))


def _says_the_same(key: str, after: Mapping[str, Any]) -> bool:
    """Snoozing sets an alarm too, at the same time."""
    return key == "due_at" and "snoozed_until" in after


def _lines(details: Mapping[str, Any], names: Names, zone: str) -> Iterator[str]:
    for key, value in details.items():
        if value not in (None, "", [], {}):
            yield f"{_key(key)}: {_said(key, value, names, zone)}"


def _key(key: str) -> str:
    """What a detail is called; its key where it has no words yet."""
    return str(KEYS.get(key, key))


def _said(key: str, value: Any, names: Names, zone: str) -> str:
    if isinstance(value, Mapping):
        return "; ".join(_lines(value, names, zone))
    if isinstance(value, list) and (key in POINTERS or key in CODES):
        return ", ".join(_said(key, each, names, zone) for each in value) or "–"
    if key in POINTERS and isinstance(value, int):
        return names.get((POINTERS[key], value), str(value))
    if key in CODES and isinstance(value, str):
        return str(CODES[key].get(value, value))
    if key in TIMES and isinstance(value, str) and value:
        return _moment(value, zone)
    return _value(value)


def _moment(text: str, zone: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return localtime(moment, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if moment.tzinfo else text


def _value(value: Any) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    return _listed(value) if isinstance(value, list) else str(value)


def _listed(values: list[Any]) -> str:
    """Lists within lists are opening hours: "08:00–12:00, 13:00–16:00; –; …"."""
    if values and all(isinstance(each, str) and each[2:3] == ":" for each in values):
        return "–".join(values)
    nested = any(isinstance(each, list) and each and isinstance(each[0], list) for each in values)
    return ("; " if nested else ", ").join(_value(each) for each in values)
