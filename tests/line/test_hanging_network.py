"""A network that hangs delays its own answers and nobody else's, and nothing is sent twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.line.installation import Installation, installation
from tests.servers.processes import eventually

pytestmark = pytest.mark.servers

ANSWER = """
from datetime import timedelta
from ildsjel.channels.models import Channel
from ildsjel.dialogue.actions import reply
from ildsjel.organisation.models import Member
from tests.builders import make_conversation
by = Member.objects.get()
for name, texts in given["answers"]:
    channel = Channel.objects.get(name=name)
    for text in texts:
        row = make_conversation(by, channel=channel)
        reply(by=by, conversation=row, text=text, seen=None, take_back=timedelta(0))
"""
DELIVERIES = """
from ildsjel.dialogue.models import Message
print(json.dumps(dict(Message.objects.filter(kind="reply").values_list("text", "delivery"))))
"""


class Networks(ThreadingHTTPServer):
    """Takes answers: at once below /well, below /hangs never to the end before `released`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.begun: list[str] = []
        self.released = threading.Event()

    def channel(self, name: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.server_port}/{name}"
        secrets = {"secret": "a secret of some length"}
        return {"kind": "webhook", "name": name, "settings": {"reply_url": url}, "secrets": secrets}


class Answers(BaseHTTPRequestHandler):
    server: Networks

    def do_POST(self) -> None:
        said = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.begun.append(said["text"])
        self.send_response(200)
        self.flush_headers()
        while self.path == "/hangs" and not self.server.released.wait(0.3):
            self.wfile.write(b"X-Wait: a little\r\n")  # a sign of life: no time-out ends this
        body = orjson.dumps({"id": said["text"], "url": ""})
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing in the tests' output."""


@pytest.fixture
def networks() -> Iterator[Networks]:
    server = Networks()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()


@pytest.fixture
def ildsjel(tmp_path: Path, networks: Networks) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        made.prepare(networks.channel("hangs"), networks.channel("well"))
        answers = [("hangs", ["first", "second"]), ("well", ["third", "fourth"])]
        made.python(ANSWER, answers=answers)
        made.start()
        yield made


def deliveries(ildsjel: Installation, wanted: dict[str, str]) -> dict[str, str]:
    """How far the answers have come; nothing before these have come as far as that."""
    found: dict[str, str] = ildsjel.python(DELIVERIES)
    return found if wanted.items() <= found.items() else {}


def test_the_others_go_on(ildsjel: Installation, networks: Networks) -> None:
    sent = {"third": "sent", "fourth": "sent"}
    found = eventually(lambda: deliveries(ildsjel, sent), seconds=90)
    assert found["first"] == "sending"
    assert found["second"] == "queued"
    assert Counter(networks.begun) == Counter(["first", "third", "fourth"])
    networks.released.set()
    all_sent = dict.fromkeys(["first", "second", "third", "fourth"], "sent")
    eventually(lambda: deliveries(ildsjel, all_sent), seconds=90)
    assert Counter(networks.begun) == Counter(list(all_sent))


def test_killed_in_the_middle_it_is_asked_about_and_not_sent_again(
    ildsjel: Installation, networks: Networks
) -> None:
    eventually(lambda: "first" in networks.begun, seconds=90)
    ildsjel.kill("work")
    eventually(lambda: deliveries(ildsjel, {"first": "unsure"}), seconds=90)
    networks.released.set()
    others = dict.fromkeys(["second", "third", "fourth"], "sent")
    eventually(lambda: deliveries(ildsjel, others), seconds=90)
    assert Counter(networks.begun) == Counter(["first", *others])
