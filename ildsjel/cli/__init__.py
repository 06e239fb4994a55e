"""The command `ildsjel`.

Exit codes: 0 done · 1 it could not be done, the reason is printed · 2 the words of the call are off
· 3 done in part (some rows rejected, some checks failed) · 130 stopped by Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from ildsjel.cli.errors import CommandError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ildsjel.settings")
    try:
        import django

        django.setup()
        return int(options.run(options))
    except CommandError as fault:
        print(f"ildsjel: {fault}", file=sys.stderr)
        return 1
    except ValueError as fault:
        print(f"ildsjel: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ildsjel",
        description="An organisation's dialogue with the public, from goals to value.",
        epilog="Settings come from the environment; see docs/operate.md.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _service_commands(commands)
    _data_commands(commands)
    _user_commands(commands)
    _watch_commands(commands)
    _backfill_command(commands)
    _text_commands(commands)
    _topic_commands(commands)
    _plan_commands(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _service_commands(commands: Commands) -> None:
    up = commands.add_parser("up", help="prepare the data folder and run everything")
    up.add_argument("--no-listen", action="store_true", help="leave the streams alone")
    up.set_defaults(run=_later("services", "up"))
    web = commands.add_parser("web", help="serve the pages and the API alone")
    web.add_argument("--socket", type=int, metavar="FD", help="an open listening socket to use")
    web.set_defaults(run=_later("services", "web"))
    work = commands.add_parser("work", help="send, poll, import: the loop alone")
    work.add_argument("--once", action="store_true", help="do what is due now and end")
    work.set_defaults(run=_later("services", "work"))
    listen = commands.add_parser("listen", help="follow the streams alone")
    listen.set_defaults(run=_later("services", "listen"))
    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.set_defaults(run=_later("services", "migrate"))
    check = commands.add_parser("check", help="look at the installation and say what is wrong")
    check.set_defaults(run=_later("services", "check"))
    reseal = commands.add_parser("reseal", help="seal anew what an earlier secret key sealed")
    reseal.add_argument("--dry-run", action="store_true", help="say what would change, and no more")
    reseal.add_argument("--ask", action="store_true", help="ask for the old key")
    reseal.set_defaults(run=_later("sealing", "run"))


def _data_commands(commands: Commands) -> None:
    bring = commands.add_parser("import", help="read a CSV, JSONL or Parquet file of messages")
    bring.add_argument("file", help="the file to read")
    bring.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    bring.add_argument("--name", help="the channel's name; the file's own name if left out")
    bring.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="say what a column means where the guess is wrong; repeat as needed",
    )
    bring.add_argument("--history", action="store_true", help="nothing of it waits for an answer")
    bring.add_argument("--look", action="store_true", help="show the guess and import nothing")
    bring.set_defaults(run=_later("data", "bring_in"))
    export = commands.add_parser("export", help="write conversations to a file")
    export.add_argument("file", help="the file to write: .csv or .jsonl")
    export.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    export.set_defaults(run=_later("data", "export"))
    recount = commands.add_parser("recount", help="count anew what the overview of listening shows")
    recount.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    recount.set_defaults(run=_later("data", "recount"))
    bursts = commands.add_parser("bursts", help="judge counts over time: score and alarm a line")
    bursts.add_argument("file", help="CSV with timestamp,value a line; - reads standard input")
    bursts.set_defaults(run=_later("bursts", "run"))


def _user_commands(commands: Commands) -> None:
    user = commands.add_parser("user", help="people who can sign in")
    actions = user.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add a person; the password is asked for")
    add.add_argument("email")
    add.add_argument("--name", default="")
    add.add_argument("--organisation", metavar="SLUG")
    add.add_argument("--role", default="agent", help="owner, adviser, lead, agent, reader, auditor")
    add.add_argument("--password-stdin", action="store_true", help="read the password from stdin")
    add.set_defaults(run=_later("users", "add"))
    password = actions.add_parser("password", help="give a person a new password")
    password.add_argument("email")
    password.add_argument("--password-stdin", action="store_true")
    password.set_defaults(run=_later("users", "password"))
    stop = actions.add_parser("stop", help="keep a person from signing in")
    stop.add_argument("email")
    stop.set_defaults(run=_later("users", "stop"))
    show = actions.add_parser("list", help="list people and their roles")
    show.set_defaults(run=_later("users", "show"))
    link = actions.add_parser("setup-link", help="print a new one-time set-up link")
    link.set_defaults(run=_later("users", "setup_link"))


def _backfill_command(commands: Commands) -> None:
    back = commands.add_parser(
        "backfill",
        help="let a watch look back over the archive",
        description="Holds a watch against the archived public posts and notes what matches as "
        "mentions. Opens no conversations. Stopped with Ctrl-C, the next call goes on.",
    )
    back.add_argument("watch", help="the watch's name or number")
    back.add_argument("--from", dest="first", required=True, metavar="DATE", help="2026-01-31")
    back.add_argument(
        "--to", dest="last", required=True, metavar="DATE", help="the last day, included (UTC)"
    )
    back.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    back.add_argument("--processes", type=int, metavar="N", help="all cores if left out")
    back.add_argument(
        "--cluster", default="", metavar="ADDRESS", help="a Dask scheduler, as tcp://10.0.0.1:8786"
    )
    back.set_defaults(run=_later("backfill", "run"))


_LANGUAGE = """\
Writes a line for each line it reads, as soon as it has come:
CODE<TAB>PROBABILITY<TAB>ALTERNATIVES

CODE is nb, nn, da, sv, fi, is, fo, se, en or other; several joined by +, likeliest first, where
the text is correct in all of them (nb+nn); und where it can't be told. PROBABILITY is that the text
is in one of those named. ALTERNATIVES are CODE:PROBABILITY, separated by commas.
"""


def _text_commands(commands: Commands) -> None:
    language = commands.add_parser(
        "language",
        help="say in which language each line of a text is written",
        description=_LANGUAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    language.add_argument(
        "file", nargs="?", default="-", help="the file to read; else what comes in"
    )
    language.add_argument(
        "--least",
        type=float,
        metavar="P",
        help="below this probability say und (default: 0.33)",
    )
    language.set_defaults(run=_later("language", "run"))


_TRAIN = """\
Learns from JSON Lines with text and label (and, if wanted, key, by which an example can be
forgotten), in any of the languages and several at once. The settings are the best that we know;
what helps is examples in the languages that people write in, and 30 or more a label.
Says how good it is on examples held out, and how many need no person.
"""
_PREDICT = """\
Writes a line for each line it reads: LABEL<TAB>PROBABILITY<TAB>LABEL:PROBABILITY,…
Lines are JSON objects with text, or plain text. With --format jsonl each answer is an object that
also says whether the suggestion is sure enough to be carried out without a person.
"""


def _topic_commands(commands: Commands) -> None:
    topics = commands.add_parser("topics", help="learn topics from examples, and suggest them")
    actions = topics.add_subparsers(title="actions", metavar="ACTION", required=True)
    form = argparse.RawDescriptionHelpFormatter
    train = actions.add_parser(
        "train", help="learn from examples", description=_TRAIN, formatter_class=form
    )
    train.add_argument("file", help="JSON Lines with text and label; - reads standard input")
    train.add_argument("--out", required=True, metavar="MODEL", help="the file to write")
    train.add_argument(
        "--unlabelled",
        metavar="FILE",
        help="posts of your own without labels (JSON Lines or plain lines, at least 200), from "
        "which the meaning of your words is learned too",
    )
    train.add_argument(
        "--accuracy",
        type=float,
        default=0.95,
        metavar="SHARE",
        help="what suggestions that need no person must reach (default: 0.95)",
    )
    train.set_defaults(run=_later("topics", "learn"))
    predict = actions.add_parser(
        "predict", help="suggest labels for texts", description=_PREDICT, formatter_class=form
    )
    predict.add_argument("model", help="a file that `topics train` wrote")
    predict.add_argument("file", help="texts, one a line; - reads standard input")
    predict.add_argument("--format", choices=("tsv", "jsonl"), default="tsv", help="default: tsv")
    predict.set_defaults(run=_later("topics", "suggest"))


def _watch_commands(commands: Commands) -> None:
    watch = commands.add_parser("watch", help="queries on files, and those of other tools")
    actions = watch.add_subparsers(title="actions", metavar="ACTION", required=True)
    match = actions.add_parser(
        "match",
        help="hold queries against posts",
        description="Prints a line for each match: the index of the post, a tab, the index of the "
        "query. Both count from 0, by lines; empty lines count and match nothing. A query that "
        "cannot be read is told on stderr with its line and character (from 1), and the others "
        "are matched; the exit code is then 3, as it is for a post that cannot be read.",
    )
    match.add_argument("queries", help="a query a line, in the language of docs/watch-language.md")
    match.add_argument(
        "posts",
        help="JSON lines with text and, if there, title, tags, author, author_name, lang, url, "
        "links, location, is_reply, is_repost, has_media; - for stdin",
    )
    match.add_argument("--groups", metavar="FILE", help="saved groups: lines of name = query")
    match.set_defaults(run=_later("watch", "match"))
    translate = actions.add_parser("translate", help="bring over a query of another tool")
    translate.add_argument(
        "--from", dest="dialect", required=True, choices=["brandwatch", "meltwater", "talkwalker"]
    )
    translate.add_argument("file", nargs="?", default="-", help="the query; stdin if left out")
    translate.set_defaults(run=_later("watch", "translate"))


_CHECK = """\
Prints what the plan's rules find, the worst first: the element and its line in the file, why it
matters, what to do. Needs no server and no database.

Exit codes: 0 sound, or nothing as severe as --fail-on · 1 something as severe as that · 2 the plan
cannot be read; every mistake is told with line, field and remedy.
"""


def _plan_commands(commands: Commands) -> None:
    plan = commands.add_parser("plan", help="check a plan's file; its schema and examples")
    actions = plan.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="let a plan check itself",
        description=_CHECK,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("file", help="the plan, as docs/plan-format.md describes it; - for stdin")
    check.add_argument("--evidence", metavar="FILE", help="JSON with counts of what happened")
    check.add_argument("--today", type=_day, metavar="DATE", help="2026-01-31; today if left out")
    check.add_argument("--language", choices=["nb", "sv", "da", "en"], help="else the plan's own")
    check.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    check.add_argument(
        "--fail-on",
        choices=["critical", "serious", "advice"],
        default="serious",
        help="the mildest severity for which the exit code is 1 (default: serious)",
    )
    check.set_defaults(run=_later("plan", "check_file"))
    form = actions.add_parser(
        "format", help="print a plan in its usual order and layout; comments are left out"
    )
    form.add_argument("file", help="the plan; - for stdin")
    form.set_defaults(run=_later("plan", "bring_into_form"))
    schema = actions.add_parser("schema", help="print the JSON Schema of the document")
    schema.set_defaults(run=_later("plan", "print_schema"))
    example = actions.add_parser("example", help="print a worked example to start from")
    example.add_argument("name", choices=["municipality", "union", "retailer"])
    example.add_argument("--language", choices=["nb", "sv", "da", "en"], default="en")
    example.set_defaults(run=_later("plan", "print_example"))
    _plan_files(actions)


def _plan_files(actions: Commands) -> None:
    bring = actions.add_parser(
        "import",
        help="let an organisation's plan become that of a file",
        description="Prints what changes: + for what comes, - for what goes, ~ for what is "
        "another. The change is kept as a version and can be undone in the plan's history.",
    )
    bring.add_argument("file", help="the plan, as docs/plan-format.md describes it")
    bring.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    bring.add_argument("--why", default="", help="the reason, for the plan's history")
    bring.add_argument("--look", action="store_true", help="say what would change, and no more")
    bring.set_defaults(run=_later("plan_data", "bring_in"))
    out = actions.add_parser("export", help="write an organisation's plan to a file")
    out.add_argument("file", help="the file to write")
    out.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    out.set_defaults(run=_later("plan_data", "bring_out"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date; write 2026-01-31") from None


class _later:
    """A command's function, imported when it runs: models need Django to be set up first."""

    def __init__(self, module: str, function: str) -> None:
        self.module, self.function = module, function

    def __call__(self, options: argparse.Namespace) -> int:
        from importlib import import_module

        module = import_module(f"ildsjel.cli.{self.module}")
        return int(getattr(module, self.function)(options))
