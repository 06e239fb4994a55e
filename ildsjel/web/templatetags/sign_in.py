"""What the sign-in pages need to know of this installation."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def mail_is_set() -> bool:
    """Whether this installation can send e-mail."""
    return bool(settings.MAIL_IS_SET)
