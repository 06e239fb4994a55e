"""The translated texts that the scripts show; `{n}` stands for a number."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def interface_strings() -> dict[str, str]:
    return {**clock_strings(), **key_strings(), **other_strings()}


def clock_strings() -> dict[str, str]:
    hole = {"n": "{n}"}
    return {
        "due_now": _("Due now"),
        "min_left": _("%(n)s min left") % hole,
        "hour_left": _("%(n)s h left") % hole,
        "day_left": ngettext("%(n)s day left", "%(n)s days left", 1) % hole,
        "days_left": ngettext("%(n)s day left", "%(n)s days left", 2) % hole,
        "min_over": _("%(n)s min over") % hole,
        "hour_over": _("%(n)s h over") % hole,
        "day_over": ngettext("%(n)s day over", "%(n)s days over", 1) % hole,
        "days_over": ngettext("%(n)s day over", "%(n)s days over", 2) % hole,
    }


def key_strings() -> dict[str, str]:
    return {
        "key_next": _("Next in the list"),
        "key_previous": _("Previous in the list"),
        "key_open": _("Open"),
        "key_select": _("Select"),
        "key_search": _("Search"),
        "key_palette": _("Go anywhere, do anything"),
        "key_help": _("All keyboard shortcuts"),
        "key_send": _("Send"),
        "group_page": _("On this page"),
        "group_rooms": _("Rooms"),
        "group_commands": _("Commands"),
    }


def other_strings() -> dict[str, str]:
    hole = {"n": "{n}"}
    return {
        "new_one": ngettext("%(n)s new", "%(n)s new", 1) % hole,
        "new_many": ngettext("%(n)s new", "%(n)s new", 2) % hole,
        "take_back": _("Take back (%(n)s s)") % hole,
        "copied": _("Copied"),
        "dismiss": _("Dismiss"),
        "request_failed": _("That did not go through. Nothing you wrote is lost. Try again."),
        "offline": _("No connection to the server. Nothing you wrote is lost."),
        "no_results": _("Nothing found. Try another word."),
        "results": _("%(n)s results") % hole,
        "left": _("%(n)s characters left") % hole,
        "too_long": _("%(n)s characters too long") % hole,
        "selected": _("%(n)s selected") % hole,
    }
