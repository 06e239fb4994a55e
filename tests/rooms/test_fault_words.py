"""What connectors say went wrong, in the language of the one who looks after the channel."""

import pytest
from django.utils.translation import override

from ildsjel.channels.actions import add_line, note_fault, said_by
from ildsjel.channels.models import HealthKind
from ildsjel.channels.words import fault_in_words, health_in_words
from ildsjel.connectors import Refused, Unreachable, http
from ildsjel.organisation.models import utc_now
from tests.builders import make_channel, make_owner

pytestmark = pytest.mark.django_db


def test_a_fault_is_told_in_each_language() -> None:
    channel = make_channel(make_owner())
    with pytest.raises(Unreachable) as caught, http.client() as session:
        http.request(session, "GET", "http://127.0.0.1:1/")
    note_fault(channel, caught.value, at=utc_now())
    channel.refresh_from_db()
    assert channel.error.startswith("127.0.0.1:1 can't be reached")
    assert channel.error_said["about"]["host"] == "127.0.0.1:1"
    assert channel.error in fault_in_words(channel.error, channel.error_said)
    for language in ("nb", "sv", "da"):
        with override(language):
            assert "127.0.0.1:1" in health_in_words(channel)
            assert "reached" not in health_in_words(channel)
    assert channel.health.get().said == channel.error_said


def test_a_sentence_that_is_not_translated_stays_english() -> None:
    channel = make_channel(make_owner())
    add_line(channel, HealthKind.FAILED, Refused("The dragon sleeps."), at=utc_now())
    line = channel.health.get()
    with override("nb"):
        assert fault_in_words(line.message, line.said) == "The dragon sleeps."
        assert fault_in_words("Odd.", {"sentence": "%(a)s", "about": {}}) == "Odd."


@pytest.mark.parametrize("language", ["nb", "sv", "da"])
def test_an_answer_that_was_refused_says_why_in_the_language_of_its_writer(language: str) -> None:
    fault = Refused("Bluesky did not take the answer: %(reason)s.", reason="too long (100 %)")
    with override(language):
        words = fault_in_words(str(fault), said_by(fault))
    assert "did not take" not in words
    assert words.endswith("too long (100 %).")
