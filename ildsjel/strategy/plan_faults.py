"""What is wrong with a plan's document, in the language of the reader.

The engine knows codes and values (`engine.plan.faults`); a test holds that every code has words.
"""

from typing import Final

from django.utils.translation import gettext, gettext_noop

from ildsjel.engine.plan import Fault
from ildsjel.engine.plan.faults import Said

FAULTS: Final = {
    "empty": (
        gettext_noop("There is nothing in this file."),
        gettext_noop("Begin from one of the worked examples."),
    ),
    "not-a-plan": (
        gettext_noop("This is no plan: it does not consist of fields with values."),
        gettext_noop("Begin with the line “format: 1”, then “organisation:” and the sections."),
    ),
    "too-large": (
        gettext_noop("The file is larger than a plan can be."),
        gettext_noop("Split the plan: one for each organisation or part of it."),
    ),
    "too-deep": (
        gettext_noop("There are too many levels within each other here."),
        gettext_noop("Look for a bracket that was not closed, or a line that is indented too far."),
    ),
    "too-many-faults": (
        gettext_noop("There are more mistakes than are listed here."),
        gettext_noop("Mend these first, then check again."),
    ),
    "yaml": (
        gettext_noop("This cannot be read as YAML."),
        gettext_noop(
            "Compare the line with the one above: each field is a name, a colon, a space "
            "and a value."
        ),
    ),
    "yaml-tab": (
        gettext_noop("There is a tab where there should be spaces."),
        gettext_noop("Replace it with spaces, two for each level."),
    ),
    "yaml-sign": (
        gettext_noop("A value cannot begin with this sign."),
        gettext_noop('Put the value in quotation marks: "…"'),
    ),
    "yaml-colon": (
        gettext_noop("There is a second colon in this line, or the line is indented too far."),
        gettext_noop(
            "Put a text with a colon in quotation marks, or line the field up with those above."
        ),
    ),
    "yaml-quote": (
        gettext_noop("This quotation mark is never closed."),
        gettext_noop("Put another one where the text ends."),
    ),
    "yaml-after-quote": (
        gettext_noop("Something stands after the closing quotation mark."),
        gettext_noop('Put the whole text in quotation marks, and those within it as \\"'),
    ),
    "yaml-escape": (
        gettext_noop("A backslash stands before a sign that it does not go with."),
        gettext_noop("Write two backslashes, or put the text in 'single' quotation marks."),
    ),
    "yaml-bracket": (
        gettext_noop("This bracket is never closed."),
        gettext_noop("Close it with ] or } where the list ends, with commas between the values."),
    ),
    "yaml-list": (
        gettext_noop("A list cannot begin in the middle of a line."),
        gettext_noop("Begin it on the next line, or write it as [one, two]."),
    ),
    "yaml-alias": (
        gettext_noop("Nothing has been marked with the name “%(name)s”."),
        gettext_noop("Write the value out, or mark it earlier with &%(name)s."),
    ),
    "yaml-tag": (
        gettext_noop("Values with a tag beginning with ! are not read."),
        gettext_noop("Take the tag away; put the value in quotation marks if the ! belongs to it."),
    ),
    "yaml-no-colon": (
        gettext_noop("There is no colon after this name."),
        gettext_noop("Write name: value, or indent the line if it goes on from the one above."),
    ),
    "yaml-several": (
        gettext_noop("A second document begins here."),
        gettext_noop("A file holds one plan: take the line --- away, or make two files."),
    ),
    "yaml-indent": (
        gettext_noop("This line is not lined up with those that it belongs to."),
        gettext_noop("Give it as many spaces in front as the fields beside it."),
    ),
    "yaml-character": (
        gettext_noop("There is a character here that a text file cannot hold."),
        gettext_noop("Delete it, and save the file as plain text in UTF-8."),
    ),
    "format-missing": (
        gettext_noop("The file does not say in which format it is written."),
        gettext_noop("Write “format: %(known)s” as the first line."),
    ),
    "format-unknown": (
        gettext_noop("This Ildsjel does not read the format “%(written)s”."),
        gettext_noop("It reads %(known)s; a newer one reads newer plans."),
    ),
    "parent-circle": (
        gettext_noop("These goals are parts of each other in a circle: %(path)s."),
        gettext_noop("Take the parent away from the one that is highest."),
    ),
    "needs-fields": (
        gettext_noop("Fields should stand here, each on a line of its own."),
        gettext_noop("Indent them under the name, as in name: value."),
    ),
    "needs-keys": (
        gettext_noop("Here stand keys, each with its fields under it."),
        gettext_noop("Give each element a short key and a colon, and indent its fields under it."),
    ),
    "required": (
        gettext_noop("“%(field)s” is missing."),
        gettext_noop("Write it in; everything else may wait."),
    ),
    "field-unknown": (
        gettext_noop("There is no field “%(field)s” here."),
        gettext_noop("The fields are: %(possible)s."),
    ),
    "field-twice": (
        gettext_noop("“%(field)s” stands here twice; the first is in line %(first)s."),
        gettext_noop("Take one of them away."),
    ),
    "key-twice": (
        gettext_noop("The key “%(key)s” is taken already, in line %(first)s."),
        gettext_noop("Give one of them another key."),
    ),
    "key-form": (
        gettext_noop(
            "“%(key)s” is no key: keys are small letters, digits and hyphens, 60 at the most."
        ),
        gettext_noop("Write %(proposal)s."),
    ),
    "needs-text": (
        gettext_noop("A text should stand here."),
        gettext_noop("Write it after the colon, or on indented lines after >-"),
    ),
    "too-long": (
        gettext_noop("The text has %(length)s characters; there is room for %(most)s."),
        gettext_noop("Say it in fewer words."),
    ),
    "reference-unknown": (
        gettext_noop("There is no “%(key)s” under %(section)s."),
        gettext_noop("Add it there, or use a key that is there."),
    ),
    "needs-number": (
        gettext_noop("A number should stand here."),
        gettext_noop("Digits only, with a point for decimals: 1250.5"),
    ),
    "needs-whole": (
        gettext_noop("A whole number should stand here."),
        gettext_noop("Digits only: 120"),
    ),
    "too-small": (
        gettext_noop("The number cannot be less than %(least)s."),
        gettext_noop("Correct it, or leave the field out."),
    ),
    "needs-yes-no": (
        gettext_noop("Yes or no should stand here."),
        gettext_noop("Write yes or no."),
    ),
    "needs-date": (
        gettext_noop("A date should stand here."),
        gettext_noop("Write year-month-day: 2026-12-31"),
    ),
    "needs-one-of": (
        gettext_noop("This cannot stand here."),
        gettext_noop("One of these can: %(possible)s."),
    ),
    "needs-list": (
        gettext_noop("A list should stand here, also for a single value."),
        gettext_noop("Write it in square brackets: [%(written)s]"),
    ),
    "value-twice": (
        gettext_noop("“%(written)s” stands in this list twice."),
        gettext_noop("Take one of them away."),
    ),
    "needs-element": (
        gettext_noop("It should be said here what the finding was about."),
        gettext_noop("Write section/key, as channels/facebook, or plan for the plan as a whole."),
    ),
    "needs-week": (
        gettext_noop("Opening hours should stand here, by day."),
        gettext_noop("Write them under it, as monday-friday: 08:00-15:30"),
    ),
    "needs-hours": (
        gettext_noop("Hours should stand here."),
        gettext_noop("Write from and until: 08:00-15:30, or several as [08:00-11:00, 12:00-15:30]"),
    ),
    "day-unknown": (
        gettext_noop("“%(written)s” is no day, and no run of days within a week."),
        gettext_noop("Write an English day or two with a hyphen: monday-friday"),
    ),
    "day-twice": (
        gettext_noop("A day of “%(written)s” has its hours already."),
        gettext_noop("Write all hours of a day in one line."),
    ),
}


def fault_words(fault: Fault) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    message, remedy = FAULTS[fault.code]
    values = {name: _said(value) for name, value in fault.values.items()}
    if values.get("guess"):
        return gettext(message) % values, gettext("Did you mean “%(guess)s”?") % values
    if values.get("proposal"):
        return gettext(message) % values, gettext("Write %(proposal)s.") % values
    return gettext(message) % values, gettext(remedy) % values


def fault_line(fault: Fault) -> str:
    """The line, the field, what is wrong and what to do, as one paragraph."""
    message, remedy = fault_words(fault)
    where = f"{fault.where}: " if fault.where else ""
    line = gettext("line %(line)s") % {"line": fault.line}
    return f"{line}: {where}{message} {remedy}"


def _said(value: Said) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
