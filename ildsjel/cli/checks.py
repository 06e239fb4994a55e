"""What `ildsjel check` looks at."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from ildsjel.channels.queries import Condition, every_channel, health_of
from ildsjel.flow.jobs import loops
from ildsjel.work.loop import is_alive


@dataclass(frozen=True, slots=True)
class Finding:
    well: bool
    text: str


def findings() -> Iterator[Finding]:
    """Everything that was looked at, in an order in which each explains the next."""
    yield Finding(os.access(settings.DATA_DIR, os.W_OK), f"data folder {settings.DATA_DIR}")
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as fault:
        yield Finding(False, f"database: {fault}")
        return
    yield Finding(
        not behind, f"database ({connection.vendor})" + (": run ildsjel migrate" * bool(behind))
    )
    if behind:
        return
    for process in ["listen", *loops()]:
        alive = is_alive(process)
        yield Finding(alive, f"{process}: " + ("running" if alive else "no sign of life"))
    for channel in every_channel():
        health = health_of(channel)
        failing = health.condition == Condition.FAILING
        said = health.error if failing else health.condition.value
        yield Finding(not failing, f"channel {channel.name} ({channel.organisation}): {said}")
