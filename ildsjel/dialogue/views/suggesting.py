"""What was learned from earlier choices, beside a conversation: what it suggests, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ildsjel.dialogue import learning
from ildsjel.dialogue.models import ChoiceKind, Conversation, Desk, State
from ildsjel.dialogue.quoting import quoted
from ildsjel.dialogue.views.place import Place, at
from ildsjel.organisation.models import Member, Right


def suggestions(
    member: Member, place: Place, conversation: Conversation, desks: Sequence[Desk]
) -> list[dict[str, Any]]:
    """What a person may say yes or no to, each with a key: the topic first, then the desk."""
    if not member.can(Right.REPLY) or conversation.state == State.CLOSED:
        return []
    found = [_topic(member, place, conversation), _desk(member, place, conversation, desks)]
    return [each for each in found if each]


def _topic(member: Member, place: Place, conversation: Conversation) -> dict[str, Any] | None:
    topic, said = conversation.suggested_topic, learning.reason_of(conversation, ChoiceKind.TOPIC)
    if (
        topic is None
        or conversation.topic_id
        or topic.archived_at
        or said is None
        or said["id"] != topic.pk
    ):
        return None
    return {
        "icon": "topic",
        "text": _("Is this about %(name)s?") % {"name": quoted(topic.name)},
        "why": why(said),
        "post": at(member, "topic", conversation.pk, place),
        "name": "topic",
        "yes": topic.pk,
        "no": "",
        "key": "y",
        "label": _("Topic: %(name)s") % {"name": topic.name},
    }


def _desk(
    member: Member, place: Place, conversation: Conversation, desks: Sequence[Desk]
) -> dict[str, Any] | None:
    said = learning.reason_of(conversation, ChoiceKind.DESK)
    desk = next((each for each in desks if said and each.pk == said["id"]), None)
    if said is None or desk is None or desk.pk == conversation.desk_id:
        return None
    if conversation.choices.filter(kind=ChoiceKind.DESK).exists():
        return None
    return {
        "icon": "desk",
        "text": _("Does this belong at %(name)s?") % {"name": quoted(desk.name)},
        "why": why(said),
        "post": at(member, "move", conversation.pk, place),
        "name": "desk",
        "yes": desk.pk,
        "no": conversation.desk_id,
        "key": "Y",
        "label": _("Move to %(name)s") % {"name": desk.name},
    }


def set_by_itself(conversation: Conversation) -> str:
    """Why the topic was set without a person, where it was and stands still."""
    said = learning.reason_of(conversation, ChoiceKind.TOPIC)
    topic = conversation.topic
    if said is None or topic is None or said["id"] != topic.pk or not said["automatic"]:
        return ""
    if conversation.choices.filter(kind=ChoiceKind.TOPIC).exists():
        return ""
    return _("Set by itself, from what you chose before. %(why)s") % {"why": why(said)}


def why(said: Mapping[str, Any]) -> str:
    """How sure, and the words that weighed most."""
    return _("%(share)s sure, because of %(words)s.") % {
        "share": percent(said["probability"]),
        "words": ", ".join(quoted(word) for word in said["words"]),
    }


def percent(share: float) -> str:
    """A share as a whole number of per cent, below a hundred: nothing learned is certain."""
    return _("%(number)s%%") % {"number": number_format(min(round(100 * share), 99))}
