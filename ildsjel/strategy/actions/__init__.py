"""Writes to the plan. Each is one transaction, checked and recorded; `change` keeps a version."""

from ildsjel.strategy.actions.drafts import discard_draft, keep_draft, put_in_force
from ildsjel.strategy.actions.elements import (
    archive,
    link_channel,
    restore,
    save,
    save_goal,
    save_group,
    save_topic,
)
from ildsjel.strategy.actions.notes import (
    accept_finding,
    forget_observation,
    observe,
    take_up_finding,
)
from ildsjel.strategy.actions.versions import apply, sign, undo
from ildsjel.strategy.actions.writing import PlanMoved, change

__all__ = [
    "PlanMoved",
    "accept_finding",
    "apply",
    "archive",
    "change",
    "discard_draft",
    "forget_observation",
    "keep_draft",
    "link_channel",
    "observe",
    "put_in_force",
    "restore",
    "save",
    "save_goal",
    "save_group",
    "save_topic",
    "sign",
    "take_up_finding",
    "undo",
]
