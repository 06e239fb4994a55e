"""What the rooms' tests share."""

import pytest
from django.conf import LazySettings

from ildsjel.dialogue import clock
from ildsjel.flow import plans


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Rows of a test before may have had the same ids: what was compiled for them must go."""
    plans._compiled.cache_clear()
    clock._hours_of.cache_clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings: LazySettings) -> None:
    """Hashing that is slow on purpose would be most of what these tests do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
