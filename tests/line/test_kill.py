"""Any process may be killed at any moment: nothing is lost, nothing doubled, nothing sent twice.

A citizen asks on a real PDS and by real mail, a colleague answers whatever has come in, and all the
while processes of the installation are killed at random. `ILDSJEL_TEST_KILLS` and
`ILDSJEL_TEST_SEED`
choose how many and which, and `ILDSJEL_TEST_LINE_DATABASE` another database than SQLite.
"""

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.line.installation import PRELUDE, ROOT, Installation, eventually, installation
from tests.line.networks import Network, bluesky, mail

pytestmark = pytest.mark.servers

KILLS = int(os.environ.get("ILDSJEL_TEST_KILLS", "50"))
DATABASE = os.environ.get("ILDSJEL_TEST_LINE_DATABASE", "")  # an empty one; SQLite if left out
SEED = int(os.environ.get("ILDSJEL_TEST_SEED", "1"))
TARGETS = ["web", "work", "work", "listen", "listen", "up"]

# Answers every conversation that has no answer yet, until its input is closed.
COLLEAGUE = """
import select
from datetime import timedelta
from django.db import close_old_connections
from ildsjel.dialogue.actions import reply
from ildsjel.dialogue.models import Conversation, Message
from ildsjel.organisation.models import Member
by = Member.objects.get()
while not select.select([sys.stdin], [], [], 0.2)[0]:
    answered = Message.objects.filter(kind="reply").values("conversation")
    for conversation in Conversation.objects.exclude(pk__in=answered):
        text = "Answer to: " + conversation.preview
        reply(by=by, conversation=conversation, text=text, seen=None, take_back=timedelta(0))
    close_old_connections()
"""

STORED = """
from ildsjel.dialogue.models import Conversation, Message, Promise
from ildsjel.listening.models import Item
print(json.dumps({
    "items": list(Item.objects.filter(own=False).values_list("text", flat=True)),
    "asked": [m.words for m in Message.objects.filter(kind="inbound").select_related("item")],
    "conversations": Conversation.objects.count(),
    "replies": [[m.text, m.delivery] for m in Message.objects.filter(kind="reply")],
    "promises": Promise.objects.count(),
}))
"""


@contextmanager
def colleague(ildsjel: Installation) -> Iterator[None]:
    """Somebody who answers, in a process of their own that nobody kills."""
    process = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(COLLEAGUE), "{}"],
        env=ildsjel.environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
    )
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


def kill_at_random(ildsjel: Installation, random: Random, kills: int) -> None:
    for _ in range(kills):
        time.sleep(random.uniform(0.05, 3.0))
        target = random.choice(TARGETS)
        ildsjel.kill(target)
        if target == "up":
            ildsjel.start()


def ask_all_along(networks: list[Network], stop: threading.Event, asked: dict[str, str]) -> None:
    """Ask on each network in turn; `asked` is question → the network's id."""
    number = 0
    while not stop.is_set():
        network = networks[number % len(networks)]
        question = f"Bergvik question {number} by {network.kind}"
        asked[question] = network.ask(question)
        number += 1
        stop.wait(0.4)


def test_nothing_is_lost_or_doubled_or_sent_twice(tmp_path: Path) -> None:
    random = Random(SEED)
    with ExitStack() as stack:
        networks = {n.kind: n for n in (stack.enter_context(each()) for each in (bluesky, mail))}
        ildsjel = stack.enter_context(installation(tmp_path, database_url=DATABASE))
        ildsjel.prepare(*[each.channel for each in networks.values()], watch="Bergvik")
        ildsjel.start()
        asked: dict[str, str] = {}
        stop = threading.Event()
        citizen = threading.Thread(
            target=ask_all_along, args=(list(networks.values()), stop, asked)
        )
        with colleague(ildsjel):
            citizen.start()
            try:
                kill_at_random(ildsjel, random, KILLS)
            finally:
                stop.set()
                citizen.join()
            found = eventually(lambda: settled(ildsjel, len(asked)), seconds=120)
        look_at_storage(found, asked)
        look_at_networks(found, asked, networks)


def settled(ildsjel: Installation, expected: int) -> dict[str, Any] | None:
    """What is stored, once every question is there and every answer has come to rest."""
    found: dict[str, Any] = ildsjel.python(STORED)
    at_rest = all(delivery in {"sent", "unsure"} for _, delivery in found["replies"])
    return found if at_rest and len(found["replies"]) >= expected else None


def look_at_storage(found: dict[str, Any], asked: dict[str, str]) -> None:
    assert Counter(" ".join(t.split()) for t in found["items"]) == Counter(list(asked))
    assert Counter(" ".join(t.split()) for t in found["asked"]) == Counter(list(asked))
    assert found["conversations"] == found["promises"] == len(found["replies"]) == len(asked)


def look_at_networks(
    found: dict[str, Any], asked: dict[str, str], networks: dict[str, Network]
) -> None:
    """Each answer is on its network once; only where nobody can know may it be missing."""
    outcome = dict(found["replies"])
    for question, key in asked.items():
        kind = question.rsplit(" ", 1)[1]
        answers = networks[kind].answers(key)
        delivery = outcome[f"Answer to: {question}"]
        assert len(answers) <= 1, question
        if delivery == "sent":
            assert len(answers) == 1, question
        else:
            assert kind == "mail", question  # Bluesky takes the same key twice as one
