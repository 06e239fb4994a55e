"""What connectors say went wrong, in the language of the one who looks after the channel."""

import pytest
from django.utils.translation import override

from ildsjel.channels.actions import add_line, note_fault
from ildsjel.channels.models import HealthKind
from ildsjel.channels.words import FAULTS, fault_in_words, health_in_words
from ildsjel.connectors import Refused, Unreachable, http
from ildsjel.organisation.models import utc_now
from tests.builders import make_channel, make_owner

pytestmark = pytest.mark.django_db


def test_a_fault_with_a_code_is_told_in_each_language() -> None:
    channel = make_channel(make_owner())
    with pytest.raises(Unreachable) as caught, http.client() as session:
        http.request(session, "GET", "http://127.0.0.1:1/")
    note_fault(channel, caught.value, at=utc_now())
    channel.refresh_from_db()
    assert channel.error.startswith("127.0.0.1:1 can't be reached")
    assert channel.error_said["code"] == "unreachable"
    assert channel.error in fault_in_words(channel.error, channel.error_said)
    for language in ("nb", "sv", "da"):
        with override(language):
            assert "127.0.0.1:1" in health_in_words(channel)
            assert "reached" not in health_in_words(channel)
    assert channel.health.get().said == channel.error_said


def test_a_fault_without_a_code_keeps_its_english_sentence() -> None:
    channel = make_channel(make_owner())
    add_line(channel, HealthKind.FAILED, Refused("The dragon sleeps."), at=utc_now())
    line = channel.health.get()
    with override("nb"):
        assert fault_in_words(line.message, line.said) == "The dragon sleeps."
        assert fault_in_words("Odd.", {"code": "lost", "about": {}}) == "Odd."


def test_every_code_has_words_in_every_language() -> None:
    for language in ("nb", "sv", "da"):
        with override("en"):
            english = {code: str(words) for code, words in FAULTS.items()}
        with override(language):
            assert [code for code, words in FAULTS.items() if str(words) == english[code]] == []
