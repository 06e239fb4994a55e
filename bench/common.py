"""What the benchmarks share: databases of their own, seeded posts, timing and tables of figures."""

import argparse
import importlib
import os
import platform
import secrets
import sqlite3
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
KINDS = ("sqlite", "postgres")


class Skipped(Exception):
    """This machine lacks something; the text says what."""


def start() -> None:
    """Bring the application up as the server does, in a data folder of its own."""
    folder = tempfile.mkdtemp(prefix="ildsjel-bench-data-")
    os.environ["ILDSJEL_DATA"] = folder
    os.environ["ILDSJEL_SECRET_KEY"] = "a key for benchmarks alone"
    os.environ["ILDSJEL_DATABASE_URL"] = f"sqlite:///{folder}/unused.sqlite3"
    os.environ["ILDSJEL_LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "ildsjel.settings"
    importlib.import_module("ildsjel.asgi")


def use(url: str) -> None:
    """Make this the database that Django works with, its tables brought up to date."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.utils import load_backend

    from ildsjel.settings import database

    close()
    described = connections.configure_settings({"default": database(url)})["default"]
    engine = load_backend(described["ENGINE"])
    wrapper = engine.DatabaseWrapper(described, "default")
    # Pools are kept by name, and all databases measured here have the same one.
    wrapper._connection_pools = {}
    connections["default"] = wrapper
    _forget_compiled()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _forget_compiled() -> None:
    """What is kept by row number belongs to the database before."""
    from ildsjel.dialogue import clock, learning
    from ildsjel.flow import plans

    plans.COMPILED.forget()
    learning.forget()
    clock._hours_of.cache_clear()


@contextmanager
def temporary_database(kind: str, server: str) -> Iterator[str]:
    """The address of a new, empty database, which is removed afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="ildsjel-bench-") as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
            close()
        return
    name = f"ildsjel_bench_{os.getpid()}_{secrets.token_hex(3)}"
    create_postgres(server, name)
    try:
        yield postgres_url(server, name)
    finally:
        close()
        drop_postgres(server, name)


def close() -> None:
    """Let go of the database altogether, the pool of connections that PostgreSQL has included."""
    from django.db import connections

    connection = connections["default"]
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


def postgres_url(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


def create_postgres(server: str, name: str) -> None:
    _on_server(server, f'CREATE DATABASE "{name}"')


def drop_postgres(server: str, name: str) -> None:
    _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def rename_postgres(server: str, name: str, new: str) -> None:
    _on_server(server, f'ALTER DATABASE "{name}" RENAME TO "{new}"')


def has_postgres(server: str, name: str) -> bool:
    return bool(_on_server(server, "SELECT 1 FROM pg_database WHERE datname = %s", [name]))


def _on_server(server: str, statement: str, values: Sequence[str] = ()) -> list[tuple[object, ...]]:
    try:
        import psycopg
    except ImportError as missing:
        raise Skipped("psycopg is not installed") from missing
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=5) as link:
            cursor = link.execute(statement.encode(), list(values) or None)
            return cursor.fetchall() if cursor.description else []
    except psycopg.OperationalError as fault:
        raise Skipped(f"no PostgreSQL at {server}: {fault}".splitlines()[0]) from fault


def database_version() -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return "PostgreSQL {}.{}".format(*divmod(int(connection.pg_version), 10000))  # type: ignore[attr-defined]


@cache
def texts() -> tuple[str, ...]:
    """What citizens of a simulated municipality write; the same for every run."""
    from ildsjel.engine.items import Item
    from ildsjel.engine.simulator import simulate

    events = simulate(seed=7, start=datetime(2026, 1, 5, tzinfo=UTC))
    said = (event.payload for event in events)
    return tuple(item.text for item in said if isinstance(item, Item) and not item.own)


def percentile(values: Sequence[float], share: float) -> float:
    """By the nearest rank above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], words: int = 1) -> str:
    """Aligned columns; the first `words` of them are text, the others figures."""
    lines = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def figure(value: float) -> str:
    """Three digits that matter, thousands set apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def machine() -> str:
    """What the figures were measured on."""
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    load = os.getloadavg()[0]
    return (
        f"{when}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {load:.1f} at the start"
    )


def parser(module: str, purpose: str) -> argparse.ArgumentParser:
    """The options that all benchmarks take."""
    options = argparse.ArgumentParser(prog=f"python -m {module}", description=purpose)
    options.add_argument(
        "--database", choices=[*KINDS, "both"], default="both", help="default: both"
    )
    options.add_argument(
        "--server",
        default=os.environ.get("ILDSJEL_BENCH_POSTGRES", POSTGRES),
        help=f"a PostgreSQL database from which others may be made (default: {POSTGRES})",
    )
    return options


def kinds(chosen: str) -> tuple[str, ...]:
    return KINDS if chosen == "both" else (chosen,)


def numbers(text: str) -> list[int]:
    """For argparse: numbers with commas between them, each above zero."""
    found = [int(part) for part in text.split(",")]
    if not found or min(found) < 1:
        raise ValueError("numbers above zero")
    return found


def size_on_disk(path: Path) -> int:
    """Bytes of a SQLite database with what it keeps beside."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
