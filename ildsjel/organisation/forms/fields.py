"""Small helps for forms whose choices depend on who asks."""

from typing import Any, cast

from django import forms


def choose_from(form: forms.Form, name: str, rows: Any) -> None:
    """Let a model choice field of this form offer these rows."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def offer(form: forms.Form, name: str, choices: Any) -> None:
    """Let a plain choice field of this form offer these choices."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices
