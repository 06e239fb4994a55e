"""What the rooms' tests share."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from ildsjel.dialogue import clock, learning
from ildsjel.flow import plans
from ildsjel.listening import keeping


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Rows of a test before may have had the same ids: what was compiled for them must go."""
    plans.COMPILED.forget()
    learning.forget()
    clock._hours_of.cache_clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings: LazySettings) -> None:
    """Hashing that is slow on purpose would be most of what these tests do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_archives(settings: LazySettings, tmp_path: Path) -> None:
    """What an organisation of a test before has archived belongs to another with the same id."""
    settings.DATA_DIR = tmp_path / "data"
    keeping._told_at.clear()
    keeping._waiting.clear()
