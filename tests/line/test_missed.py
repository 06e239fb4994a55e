"""What is said on Bluesky while the public stream is down comes in through the notifications."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.line.installation import Installation, installation
from tests.line.networks import bluesky_channel
from tests.servers.appview import AppView, bluesky_network
from tests.servers.jetstream import jetstream_server
from tests.servers.pds import Pds, Session
from tests.servers.processes import eventually
from tools.server_installs import CannotInstall

pytestmark = pytest.mark.servers

MENTION = "når åpner bassenget på søndag?"
ANSWER_TO_US = "Gjelder det også i ferien?"
LAST = "Og hva koster det?"

ASKED = """
from ildsjel.dialogue.models import Conversation, Message
inbound = Message.objects.filter(kind="inbound").select_related("item")
print(json.dumps({
    "asked": sorted(message.words for message in inbound),
    "conversations": Conversation.objects.count(),
    "edited": sum(message.item.revisions.count() for message in inbound),
}))
"""
ANSWER = """
from datetime import timedelta
from ildsjel.dialogue.actions import reply
from ildsjel.dialogue.models import Conversation
from ildsjel.organisation.models import Member
for conversation in Conversation.objects.all():
    text = "Svar: " + conversation.preview
    reply(by=Member.objects.get(), conversation=conversation, text=text, seen=None,
          take_back=timedelta(0))
"""


@pytest.fixture
def network() -> Iterator[tuple[Pds, AppView]]:
    try:
        with bluesky_network() as servers:
            yield servers
    except CannotInstall as reason:
        pytest.skip(str(reason))


def test_what_the_stream_missed_comes_in_and_is_answered(
    network: tuple[Pds, AppView], tmp_path: Path
) -> None:
    pds, appview = network
    ours, citizen = pds.create_account("bergvik"), pds.create_account("kari")
    with jetstream_server(pds.url) as jetstream, installation(tmp_path) as ildsjel:
        ildsjel.prepare(bluesky_channel(ours, jetstream, appview_url=appview.url))
        jetstream.kill()
        news = ours.post("Bassenget er åpent igjen")
        appview.wait_for(news[0])
        for uri, _ in (citizen.mention(ours, MENTION), citizen.reply(ANSWER_TO_US, news, news)):
            appview.wait_for(uri)
        ildsjel.start()
        expected = [ANSWER_TO_US, f"@{ours.handle} {MENTION}"]
        eventually(lambda: stored(ildsjel)["asked"] == sorted(expected), seconds=60)

        ildsjel.python(ANSWER)
        with jetstream_server(pds.url, port=jetstream.port):
            answers = sorted(f"Svar: {words}" for words in expected)
            eventually(lambda: told(citizen) == answers, seconds=60)

            # The stream tells all of it once more, and then what is new.
            citizen.reply(LAST, news, news)
            eventually(lambda: LAST in stored(ildsjel)["asked"], seconds=60)
            asked = sorted([*expected, LAST])
            assert stored(ildsjel) == {"asked": asked, "conversations": 2, "edited": 0}


def stored(ildsjel: Installation) -> dict[str, Any]:
    found: dict[str, Any] = ildsjel.python(ASKED)
    return found


def told(person: Session) -> list[str]:
    """The texts of which the network has told somebody."""
    return sorted(each["record"]["text"] for each in person.notifications())
