"""The documents say what is so: settings, commands, examples, licences, links."""

import ast
import json
import re
import shlex
import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ildsjel.channels.forms import UPLOAD_LIMIT
from ildsjel.cli import _parser
from ildsjel.connectors import Account, Connector, Refused, webhook
from ildsjel.connectors.registry import ENTRY_POINT_GROUP
from ildsjel.engine.matching import MAX_LENGTH
from tools import licences

REPOSITORY = Path(__file__).resolve().parent.parent
OPERATE = (REPOSITORY / "docs" / "operate.md").read_text(encoding="utf-8")
CONNECTORS = (REPOSITORY / "docs" / "connectors.md").read_text(encoding="utf-8")
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
SETTING = re.compile(r"ILDSJEL_[A-Z0-9_]+")


def settings_read() -> set[str]:
    """Every setting's name that stands by itself in the code: what is read, not what is told."""
    constants = [
        node.value
        for path in (REPOSITORY / "ildsjel").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {value for value in constants if SETTING.fullmatch(value)}


def test_every_setting_is_described_and_nothing_else() -> None:
    described = re.findall(r"^\| `(ILDSJEL_[A-Z0-9_]+)` \|", OPERATE, flags=re.MULTILINE)
    assert len(described) == len(set(described)) > 15
    assert set(described) == settings_read()


def fenced(text: str, language: str) -> list[str]:
    """The insides of fenced blocks that begin with this word or these words."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for block in fenced(document.read_text(encoding="utf-8"), r"(?:sh|bash)?"):
            for line in block.splitlines():
                if re.match(r"(\S*/)?ildsjel ", line):
                    yield document.name, line


def test_the_documents_show_commands() -> None:
    assert {name for name, _ in commands()} >= {"README.md", "operate.md", "connectors.md"}


@pytest.mark.parametrize(("document", "line"), list(commands()))
def test_a_command_in_the_documents_can_be_called(document: str, line: str) -> None:
    _, *arguments = shlex.split(line, comments=True)
    assert callable(_parser().parse_args(arguments).run)


def test_every_command_is_in_the_operations_page() -> None:
    parser = _parser()
    names = set(re.findall(r"^    (\w+) ", parser.format_help(), flags=re.MULTILINE))
    assert len(names) > 6
    assert [name for name in sorted(names) if f"ildsjel {name}" not in OPERATE + CONNECTORS] == []


def test_the_limits_are_those_of_the_code() -> None:
    limits = OPERATE.partition("## Limits")[2]
    assert f"| {UPLOAD_LIMIT // 1024**2} MB in the browser" in limits
    assert f"| {webhook.MAX_BODY // 10**6} MB, {webhook.MAX_ITEMS:,} items" in limits
    assert f"| {MAX_LENGTH:,} characters" in limits


# The example connector


class Town(BaseHTTPRequestHandler):
    """A town that publishes its minutes."""

    rows: list[Any] = []

    def do_GET(self) -> None:
        body = json.dumps(self.rows).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def town() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Town)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/minutes.json"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def example() -> Connector:
    [source] = fenced(CONNECTORS, "python connector")
    names: dict[str, Any] = {"__name__": "minutes"}
    exec(compile(source, "docs/connectors.md", "exec"), names)
    connector = names["connector"]
    assert isinstance(connector, Connector)
    return connector


def minutes(number: int, day: int) -> dict[str, str]:
    return {
        "id": f"{number}",
        "title": f"Case {number}",
        "text": "The budget was passed.",
        "published": f"2026-03-{day:02}T12:00:00Z",
    }


def test_the_example_connector_reads_on_from_its_cursor(example: Connector, town: str) -> None:
    account = Account(settings={"list_url": town})
    Town.rows = [minutes(1, 1), minutes(2, 2), {"id": "3"}]
    assert example.check(account) is None
    first = example.fetch(account, "")
    assert [item.external_id for item in first.items] == ["1", "2"]
    assert [fault.where for fault in first.rejected] == ["entry 2"]
    Town.rows = [minutes(2, 2), minutes(4, 3)]
    second = example.fetch(account, first.cursor)
    assert "4" in [item.external_id for item in second.items]
    Town.rows = []
    assert example.fetch(account, second.cursor).cursor == second.cursor


def test_the_example_connector_refuses_what_it_does_not_promise(
    example: Connector, town: str
) -> None:
    Town.rows = {"not": "a list"}  # type: ignore[assignment]
    with pytest.raises(Refused, match="no list"):
        example.fetch(Account(settings={"list_url": town}), "")
    assert not example.capabilities.replies and not example.capabilities.streams


def test_the_example_names_the_entry_point_group() -> None:
    [project] = fenced(CONNECTORS, "toml")
    assert list(tomllib.loads(project)["project"]["entry-points"]) == [ENTRY_POINT_GROUP]


def test_the_webhook_example_is_accepted() -> None:
    [source] = fenced(CONNECTORS, "python webhook")
    [item] = fenced(CONNECTORS, "json webhook")
    names: dict[str, Any] = {}
    exec(compile(source, "docs/connectors.md", "exec"), names)
    secret = "a secret for this test alone"
    body, headers = names["signed"](secret, json.loads(item))
    account = Account(settings={}, secrets={"secret": secret})
    batch = webhook.Webhook().receive(account, headers, body, datetime.now(UTC))
    assert [each.external_id for each in batch.items] == ["form-2026-0815"]
    assert batch.items[0].reply_context == {"case": "2026/0815"}
    assert not batch.rejected


# Licences and links


def test_licences_are_allowed() -> None:
    _, faults = licences.written()
    assert faults == []


def test_the_licence_page_names_what_is_installed() -> None:
    page, _ = licences.written()
    assert licences.PAGE.read_text(encoding="utf-8") == page, "run: python -m tools.licences"


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("GPL-2.0-only AND (Apache-2.0 OR MIT)", False),
        ("MIT OR MIT AND GPL-3.0-only", True),
        ("(MIT", False),
        ("MIT)", False),
        ("", False),
    ],
)
def test_licence_expressions(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression, licences.ALLOWED) is allowed


def test_the_licence_of_ildsjel_is_whole() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "15.Applicable Law" in text and "Appendix" in text and len(text) > 13_000


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    near = [link for link in links if "://" not in link and not link.startswith("/")]
    assert [link for link in near if not (document.parent / link).exists()] == []
