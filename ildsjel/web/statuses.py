"""The words, shapes and tones of every status that the interface shows as a badge."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Status:
    """`tone` names the colour (a CSS class), `icon` the shape; the word carries the meaning."""

    word: str | Promise
    icon: str
    tone: str = "plain"


STATUSES: dict[str, Status] = {
    # conversations
    "new": Status(_("New"), "new", "ember"),
    "open": Status(_("Open"), "open"),
    "waiting": Status(_("Waiting for reply"), "waiting"),
    "snoozed": Status(_("Snoozed"), "snooze"),
    "closed": Status(_("Closed"), "done"),
    # promises
    "soon": Status(_("Due soon"), "soon", "soon"),
    "overdue": Status(_("Overdue"), "overdue", "late"),
    "answered": Status(_("Answered"), "answered", "ok"),
    # what goes out
    "draft": Status(_("Draft"), "edit"),
    "queued": Status(_("Waiting to be sent"), "waiting"),
    "sending": Status(_("Sending"), "sending"),
    "sent": Status(_("Sent"), "answered", "ok"),
    "unsure": Status(_("Unsure if sent"), "unsure", "unsure"),
    "held": Status(_("Held"), "held", "held"),
    "failed": Status(_("Not sent"), "failed", "late"),
    "taken_back": Status(_("Taken back"), "undo"),
    # channels and everything else that runs
    "working": Status(_("Working"), "answered", "ok"),
    "warning": Status(_("Needs a look"), "warning", "soon"),
    "stopped": Status(_("Stopped"), "failed", "late"),
    "off": Status(_("Switched off"), "held"),
    # what the plan's self-check finds
    "finding-critical": Status(_("Critical"), "overdue", "late"),
    "finding-serious": Status(_("Serious"), "warning", "soon"),
    "finding-advice": Status(_("Advice"), "info"),
    "simulated": Status(_("Simulated"), "simulated", "held"),
}
