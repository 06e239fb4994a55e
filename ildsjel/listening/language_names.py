"""What languages are called, in the reader's own."""

from django.conf.locale import LANG_INFO
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Where Django's own names are not those that people here use.
_OURS = {
    "no": gettext_lazy("Norwegian (Bokmål and Nynorsk)"),
    "nb": gettext_lazy("Bokmål"),
    "nn": gettext_lazy("Nynorsk"),
    "fo": gettext_lazy("Faroese"),
    "se": gettext_lazy("Northern Sami"),
    "other": gettext_lazy("Another language"),
}


def language_name(code: str) -> str:
    """The language's name; the code where nobody has one, "Not known" where there is none."""
    if not code:
        return _("Not known")
    if code in _OURS:
        return str(_OURS[code])
    known = LANG_INFO.get(code)
    return capfirst(_(known["name"])) if known and "name" in known else code
