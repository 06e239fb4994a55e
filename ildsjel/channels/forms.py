"""Forms of channels and imports. Those of a channel are made from what its connector asks for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files import File
from django.forms import BoundField
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ildsjel.channels.file_preview import AUTO, DAY_FIRST, MONTH_FIRST, REQUIRED
from ildsjel.channels.gateway import Connector, Field, stored_secrets
from ildsjel.channels.models import Channel, Import
from ildsjel.channels.words import ADDRESSES, CHOICES, TARGETS
from ildsjel.engine.items import Address
from ildsjel.organisation.places import timezone_choices

UPLOAD_LIMIT = 500 * 1024 * 1024  # bytes
FILE_KINDS = ".csv,.tsv,.tab,.txt,.jsonl,.ndjson,.parquet"
PREFIX = "setting_"
READING = ("timezone", "date_order", "address")
VALUE_SHOWN = 40  # characters of a value shown beside its column
FIRST_TARGETS = (
    "text", "published_at", "author_name", "author_handle", "external_id", "parent_id",
    "thread_key", "direction",
)  # fmt: skip


class ChannelForm(forms.Form):
    """What a connector asks for, and a name. Stored secrets are never shown: empty keeps them."""

    name = forms.CharField(
        label=_("Name of the channel"), max_length=120, help_text=_("What it is called here.")
    )

    def __init__(
        self, connector: Connector, *args: Any, channel: Channel | None = None, **kwargs: Any
    ) -> None:
        self.connector, self.channel = connector, channel
        self.asked = asked_of(connector)
        kwargs["initial"] = _initial(connector, self.asked, channel)
        super().__init__(*args, **kwargs)
        for each in self.asked:
            self.fields[PREFIX + each.name] = form_field(each, stored=channel is not None)

    def clean(self) -> dict[str, Any]:
        """No stored password follows to another server: there it must be written again."""
        cleaned = super().clean() or self.cleaned_data
        if self.channel is not None and self._moved(self.channel):
            missing = stored_secrets(self.channel).keys() - self.secrets().keys()
            for each in self.asked:
                if each.name in missing:
                    again = gettext("The server's address has changed: write this again.")
                    self.add_error(PREFIX + each.name, again)
        return cleaned

    def _moved(self, channel: Channel) -> bool:
        return any(
            self._given(each) != channel.settings.get(each.name, each.default)
            for each in self.asked
            if each.kind == "url" or each.name.endswith("_host")
        )

    def settings(self) -> dict[str, str]:
        return {each.name: self._given(each) for each in self.asked if not each.secret}

    def secrets(self) -> dict[str, str]:
        """The secrets that were written; those left empty are not among them."""
        given = {each.name: self._given(each) for each in self.asked if each.secret}
        return {name: value for name, value in given.items() if value}

    def _given(self, each: Field) -> str:
        value = self.cleaned_data.get(PREFIX + each.name)
        return "" if value is None else str(value).replace("\r\n", "\n")

    def everyday(self) -> list[BoundField]:
        """What must be looked at to read the channel."""
        return self._bound(lambda each: not each.for_writing and not _has_default(each))

    def rarely(self) -> list[BoundField]:
        """What already holds a value that nearly everybody keeps."""
        return self._bound(lambda each: not each.for_writing and _has_default(each))

    def rarely_wrong(self) -> bool:
        return any(field.errors for field in self.rarely())

    def has_secret_given(self) -> bool:
        """Whether something was written that the next page will not show again."""
        return self.is_bound and bool(self.secrets())

    def writing(self) -> list[BoundField]:
        """What is only needed to answer."""
        return self._bound(lambda each: each.for_writing)

    def _bound(self, wanted: Any) -> list[BoundField]:
        return [self[PREFIX + each.name] for each in self.asked if wanted(each)]


def asked_of(connector: Connector) -> list[Field]:
    """What a person is asked for; the secret of a system that calls us is made by us."""
    calls_us = connector.capabilities.pushes
    return [each for each in connector.fields if not (calls_us and each.name == "secret")]


def _has_default(each: Field) -> bool:
    return bool(each.default) and not each.required


def _initial(
    connector: Connector, asked: Iterable[Field], channel: Channel | None
) -> dict[str, str]:
    if channel is None:
        values = {PREFIX + each.name: each.default for each in asked}
        return {"name": connector.title, **values}
    stored = {
        PREFIX + each.name: channel.settings.get(each.name, each.default)
        for each in asked
        if not each.secret
    }
    return {"name": channel.name, **stored}


def form_field(each: Field, *, stored: bool) -> forms.Field:
    """The form's field for one setting; `stored`: a secret may be left out because it is kept."""
    help_text = gettext(each.help) if each.help else ""
    if each.secret and stored:
        keeps = gettext("Leave empty to keep the one that is stored.")
        help_text = f"{help_text} {keeps}".strip()
    common: dict[str, Any] = {
        "label": gettext(each.label),
        "help_text": help_text,
        "required": each.required and not (each.secret and stored),
    }
    return _of_kind(each, common)


def _of_kind(each: Field, common: dict[str, Any]) -> forms.Field:
    match each.kind:
        case "password":
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            return forms.CharField(widget=widget, strip=False, max_length=4_000, **common)
        case "lines":
            area = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
            return forms.CharField(widget=area, max_length=20_000, **common)
        case "url":
            return forms.URLField(max_length=2_000, assume_scheme="https", **common)
        case "email":
            return forms.EmailField(**common)
        case "number":
            return forms.IntegerField(min_value=0, max_value=2**31, **common)
        case "choice":
            shown = [(choice, CHOICES.get(choice, choice)) for choice in each.choices]
            return forms.ChoiceField(choices=shown, **common)
    attrs = {"spellcheck": "false", "autocomplete": "off"}
    return forms.CharField(max_length=2_000, widget=forms.TextInput(attrs=attrs), **common)


class UploadForm(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": FILE_KINDS}),
        max_length=250,
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = gettext(
            "CSV, TSV, JSON Lines or Parquet, at most %(limit)s. "
            "Nothing is imported before you say so."
        )
        self.fields["file"].help_text = words % {"limit": filesizeformat(UPLOAD_LIMIT)}

    def clean_file(self) -> "File[bytes]":
        file: File[bytes] = self.cleaned_data["file"]
        if file.size > UPLOAD_LIMIT:
            raise forms.ValidationError(
                gettext(
                    "The file is %(size)s; the limit here is %(limit)s. "
                    "The command “ildsjel import” on the server takes files of any size."
                )
                % {"size": filesizeformat(file.size), "limit": filesizeformat(UPLOAD_LIMIT)}
            )
        return file


class MappingForm(forms.Form):
    """Which column of a file holds what, and how its values are to be read."""

    history = forms.BooleanField(
        label=_("This is history: nothing of it waits for an answer"),
        required=False,
        initial=True,
        help_text=_("Conversations are filed as closed, and no promise's clock starts."),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("For times in the file that don't say their own.")
    )
    date_order = forms.ChoiceField(
        label=_("Order of day and month"),
        choices=[(order, CHOICES[order]) for order in (DAY_FIRST, MONTH_FIRST)],
    )
    address = forms.ChoiceField(
        label=_("The posts are"), choices=[(key, ADDRESSES[key]) for key in (AUTO, *Address)]
    )

    def __init__(self, source: Import, *args: Any, **kwargs: Any) -> None:
        found = source.inspection
        stored = source.channel.settings
        guess = {PREFIX + target: column for target, column in found["mapping"].items()}
        reading = {
            "timezone": stored.get("timezone") or source.organisation.timezone,
            "date_order": stored.get("date_order") or found["date_order"],
            "address": stored.get("address") or AUTO,
        }
        kwargs["initial"] = {**guess, **reading}
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = timezone_choices()  # type: ignore[attr-defined]
        choices = _columns(found)
        for target, label in TARGETS.items():
            self.fields[PREFIX + target] = forms.ChoiceField(
                label=str(label),
                choices=choices,
                required=target in REQUIRED,
                error_messages={"required": _("Choose the column that holds this.")},
            )
        self.guess: dict[str, str] = dict(found["mapping"])

    def mapping(self) -> dict[str, str]:
        """Target → column, as chosen; before that, as guessed."""
        if not self.is_bound:
            return self.guess
        chosen = {target: self.cleaned_data.get(PREFIX + target, "") for target in TARGETS}
        return {target: column for target, column in chosen.items() if column}

    def reading(self) -> dict[str, str]:
        """What the file does not tell itself."""
        if not self.is_bound:
            return {name: str(self[name].value() or "") for name in READING}
        return {name: self.cleaned_data.get(name, "") for name in READING}

    def first(self) -> list[BoundField]:
        """The targets to look at: the usual ones, and those for which a column was found."""
        return [self[PREFIX + t] for t in TARGETS if t in FIRST_TARGETS or t in self.guess]

    def others(self) -> list[BoundField]:
        return [self[PREFIX + t] for t in TARGETS if t not in FIRST_TARGETS and t not in self.guess]


def _columns(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The columns to choose from, each with its value in the first row that has one."""
    columns = [(column, _with_value(column, found["samples"])) for column in found["columns"]]
    return [("", gettext("Not in the file")), *columns]


def _with_value(column: str, samples: Iterable[Mapping[str, str]]) -> str:
    value = next((row[column] for row in samples if row.get(column, "").strip()), "")
    short = " ".join(value.split())
    short = short if len(short) <= VALUE_SHOWN else short[: VALUE_SHOWN - 1] + "…"
    return f"{column}  ({short})" if short else column
