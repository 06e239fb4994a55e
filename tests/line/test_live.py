"""The live stream through a real web process: browsers learn that something has changed."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.builders import PASSWORD
from tests.line.installation import Installation, eventually, installation

pytestmark = pytest.mark.servers

STREAMS = 30
SAY = """
from ildsjel.organisation.models import Member
from tests.builders import make_conversation
make_conversation(Member.objects.get(user__email="ida@bergvik.test"))
"""
STRANGER = """
from tests.builders import make_owner
print(json.dumps(make_owner("Fjellby").user.email))
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with web_alone(tmp_path_factory) as made:
        yield made


@contextmanager
def web_alone(folders: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(folders.mktemp("live")) as made:
        made.prepare()
        made.start("web")
        yield made


def signed_in(ildsjel: Installation, email: str = "ida@bergvik.test") -> httpx.Client:
    client = httpx.Client(base_url=ildsjel.url, timeout=20, follow_redirects=True)
    client.get("/accounts/login/")
    token = client.cookies["csrftoken"]
    given = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = client.post("/accounts/login/", data=given)
    assert "/accounts/" not in str(answer.url)
    return client


def stream_of_page(client: httpx.Client, ildsjel: Installation) -> str:
    """The address of the stream as a page that is made now names it."""
    found = re.search(r'data-live-url="([^"]+)"', client.get(f"/o/{ildsjel.slug}/").text)
    assert found is not None
    return found[1]


def since(url: str) -> int:
    return int(url.rpartition("since=")[2])


class Watcher:
    """One open stream, read in a thread: `opened`, then the number of the first change told.

    A stream that the server cuts has told nothing; the browser opens another then.
    """

    def __init__(self, client: httpx.Client, url: str) -> None:
        self.client, self.url = client, url
        self.opened = threading.Event()
        self.told: int | None = None
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with suppress(httpx.TransportError), self.client.stream("GET", self.url) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            event = ""
            for line in answer.iter_lines():
                self.opened.set()
                name, _, value = line.partition(": ")
                event = value if name == "event" else event
                if name == "id" and event == "changed":
                    self.told = int(value)
                    return

    def wait(self) -> int | None:
        self.thread.join(15)
        return self.told


def test_a_change_is_told(shared: Installation) -> None:
    client = signed_in(shared)
    url = stream_of_page(client, shared)
    watcher = Watcher(client, url)
    assert watcher.opened.wait(10)
    shared.python(SAY)
    told = watcher.wait()
    assert told is not None and told > since(url)


def test_what_changed_before_the_stream_was_opened_is_told_too(shared: Installation) -> None:
    client = signed_in(shared)
    url = stream_of_page(client, shared)
    shared.python(SAY)
    told = Watcher(client, url).wait()
    assert told is not None and told > since(url)
    assert since(stream_of_page(client, shared)) == told


def test_a_browser_that_comes_back_is_told_what_it_missed(shared: Installation) -> None:
    client = signed_in(shared)
    url = stream_of_page(client, shared)
    shared.python(SAY)
    seen = since(stream_of_page(client, shared))
    shared.python(SAY)
    client.headers["Last-Event-ID"] = str(seen)  # what it was told counts, not the page's age
    told = Watcher(client, url).wait()
    assert told is not None and told > seen


def test_strangers_and_the_anonymous_learn_nothing(shared: Installation) -> None:
    stranger = signed_in(shared, shared.python(STRANGER))
    path = f"/o/{shared.slug}/live/"
    assert stranger.get(path).status_code == 404
    assert stranger.get("/o/fjellby-of-nowhere/live/").status_code == 404
    assert httpx.get(f"{shared.url}{path}").status_code == 404
    assert httpx.get(f"{shared.url}{path}?since=0").status_code == 404


def test_many_streams_all_learn_it_and_end_with_ctrl_c(
    tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    with web_alone(tmp_path_factory) as ildsjel:
        client = signed_in(ildsjel)
        client.timeout = httpx.Timeout(60)
        url = stream_of_page(client, ildsjel)
        watchers = [Watcher(client, url) for _ in range(STREAMS)]
        assert all(watcher.opened.wait(20) for watcher in watchers)
        assert ildsjel.answers()
        ildsjel.python(SAY)
        assert all(told is not None and told > since(url) for told in map(Watcher.wait, watchers))
        assert eventually(ildsjel.answers)
        open_streams = [Watcher(client, stream_of_page(client, ildsjel)) for _ in range(STREAMS)]
        assert all(watcher.opened.wait(20) for watcher in open_streams)
        assert ildsjel.stop() < 5
        assert [watcher.wait() for watcher in open_streams] == [None] * STREAMS
    assert "ERROR" not in capfd.readouterr().err  # an open page is no fault when it is stopped
