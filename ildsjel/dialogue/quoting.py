"""Words set apart in a sentence, with the marks that the reader's language uses."""

from django.utils.translation import gettext as _


def quoted(words: str) -> str:
    return _("“%(words)s”") % {"words": words}
