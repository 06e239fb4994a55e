"""What people choose is learned, and suggested to what comes after."""

from datetime import timedelta

import pytest
from django.test import Client

from ildsjel.channels.gateway import Batch
from ildsjel.channels.models import Channel
from ildsjel.dialogue import learning
from ildsjel.dialogue.actions import move, reply, save_rule, set_topic, undo
from ildsjel.dialogue.models import Choice, ChoiceKind, Conversation, Desk, LearnedModel
from ildsjel.engine.items import Deletion
from ildsjel.flow import plans
from ildsjel.flow.inbound import receive
from ildsjel.organisation.models import AuditEntry, Member, Pulse
from ildsjel.organisation.pages import address
from ildsjel.strategy.actions import save_topic
from ildsjel.strategy.models import Topic
from tests.builders import make_channel, make_conversation, make_desk, make_item, make_owner

pytestmark = pytest.mark.django_db
SNOW = ("Når blir veien brøytet", "Snøen ligger på fortauet", "Glatt i gata, strø", "Brøyt nå")
WATER = ("Vannet er brunt", "Det lukter klor av vannet", "Lekkasje i kjelleren", "Lavt vanntrykk")


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, settings={"reply_url": "http://127.0.0.1:9/answers"})


@pytest.fixture
def snow(owner: Member) -> Topic:
    return save_topic(by=owner, name="Snow")


@pytest.fixture
def water(owner: Member) -> Topic:
    return save_topic(by=owner, name="Water")


def bring(channel: Channel, text: str) -> Conversation:
    item = make_item(text)
    receive(channel, Batch(items=[item], cursor="c"))
    return Conversation.objects.select_related("topic", "suggested_topic").get(
        channel=channel, thread_key=item.external_id
    )


def choose(by: Member, channel: Channel, snow: Topic, water: Topic, rounds: int = 4) -> None:
    for number in range(rounds):
        for topic, texts in ((snow, SNOW), (water, WATER)):
            for text in texts:
                conversation = bring(channel, f"{text}, nummer {number}")
                set_topic(by=by, conversation=conversation, topic=topic)


def train_now() -> None:
    LearnedModel.objects.update(due_at="2026-01-01T00:00Z")
    while learning.train_due():
        pass


def test_nothing_is_suggested_before_anything_was_chosen(channel: Channel, snow: Topic) -> None:
    conversation = bring(channel, "Når blir veien brøytet?")
    assert (conversation.topic, conversation.suggested_topic) == (None, None)
    assert conversation.suggestion is None
    assert learning.train_due() == 0


def test_few_choices_suggest_nothing(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    for topic, text in ((snow, SNOW[0]), (water, WATER[0])):
        set_topic(by=owner, conversation=bring(channel, text), topic=topic)
    train_now()
    assert bring(channel, "Når blir veien brøytet?").suggestion is None


def test_choices_of_one_topic_alone_suggest_nothing(
    owner: Member, channel: Channel, snow: Topic
) -> None:
    for number in range(12):
        set_topic(by=owner, conversation=bring(channel, f"{SNOW[0]} {number}"), topic=snow)
    train_now()
    assert bring(channel, "Når blir veien brøytet?").suggestion is None


def test_what_was_chosen_is_suggested_with_its_words(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    train_now()
    conversation = bring(channel, "Vannet vårt er brunt igjen")
    said = learning.reason_of(conversation, ChoiceKind.TOPIC)
    assert said is not None
    assert said["id"] == water.pk
    assert said["probability"] > 0.5
    assert {"brunt", "Vannet"} & set(said["words"])
    if said["automatic"]:
        assert (conversation.topic, conversation.suggested_topic) == (water, None)
    else:
        assert (conversation.topic, conversation.suggested_topic) == (None, water)


def test_a_topic_by_rule_is_not_disputed(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    train_now()
    desk = Desk.objects.get(organisation=owner.organisation)
    save_rule(by=owner, name="all", desk=desk, conditions={}, topic=snow)
    conversation = bring(channel, "Vannet er brunt")
    assert conversation.topic == snow
    assert conversation.suggestion is None


def test_it_survives_a_restart_and_every_process_has_it(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    train_now()
    before = bring(channel, "Vannet er brunt").suggestion
    learning.forget()
    assert bring(channel, "Vannet er brunt").suggestion == before
    assert before


def test_one_correction_counts_before_anything_is_trained(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    third = save_topic(by=owner, name="Library")
    train_now()
    words = "Kan jeg fornye lånet på biblioteket uten lånekort"
    for _ in range(3):
        set_topic(by=owner, conversation=bring(channel, words), topic=third)
    trained = LearnedModel.objects.get(kind=ChoiceKind.TOPIC).trained_at
    conversation = bring(channel, f"{words}?")
    said = learning.reason_of(conversation, ChoiceKind.TOPIC)
    assert said is not None
    assert said["id"] == third.pk
    assert LearnedModel.objects.get(kind=ChoiceKind.TOPIC).trained_at == trained


def test_what_waits_is_asked_again_after_choices(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    waiting = bring(channel, "Vannet er brunt hos oss")
    choose(owner, channel, snow, water)
    train_now()
    before = Pulse.objects.get(organisation=owner.organisation).version
    assert learning.suggest_due() == 1
    waiting.refresh_from_db()
    assert waiting.suggested_topic == water
    assert Pulse.objects.get(organisation=owner.organisation).version > before
    assert learning.suggest_due() == 0
    set_topic(by=owner, conversation=waiting, topic=None)
    assert waiting.suggested_topic is None
    learning.suggest_anew(owner.organisation_id)
    waiting.refresh_from_db()
    assert waiting.suggested_topic is None


def test_undoing_a_choice_teaches_nothing_and_brings_the_suggestion_back(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    waiting = bring(channel, "Vannet er brunt hos oss")
    choose(owner, channel, snow, water)
    train_now()
    learning.suggest_due()
    waiting.refresh_from_db()
    entry = set_topic(by=owner, conversation=waiting, topic=snow)
    assert Choice.objects.get(conversation=waiting).chosen == snow.pk
    undo(by=owner, entry=entry)
    waiting.refresh_from_db()
    assert (waiting.topic, waiting.suggested_topic) == (None, water)
    assert not Choice.objects.filter(conversation=waiting).exists()


def test_what_is_deleted_is_forgotten(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    train_now()
    number = LearnedModel.objects.get(kind=ChoiceKind.TOPIC).examples
    gone = Choice.objects.select_related("conversation").first()
    assert gone is not None
    when = gone.conversation.last_at + timedelta(days=1)
    deletion = Deletion(at=when, external_id=gone.conversation.thread_key)
    receive(channel, Batch(deletions=[deletion], cursor="d"))
    assert not Choice.objects.filter(pk=gone.pk).exists()
    assert LearnedModel.objects.get(kind=ChoiceKind.TOPIC).due_at is not None
    train_now()
    assert LearnedModel.objects.get(kind=ChoiceKind.TOPIC).examples == number - 1


def test_topics_out_of_use_are_not_suggested(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    train_now()
    Topic.objects.filter(pk=water.pk).update(archived_at="2026-01-01T00:00Z")
    assert bring(channel, "Vannet er brunt").suggested_topic is None


def test_a_desk_is_learned_from_moves_and_answers_and_rules_come_first(
    owner: Member, channel: Channel
) -> None:
    pipes = make_desk(owner, "Pipes")
    service = Desk.objects.get(organisation=owner.organisation, is_default=True)
    for number in range(4):
        for text in WATER:
            move(by=owner, conversation=bring(channel, f"{text} {number}"), desk=pipes)
        for text in SNOW:
            reply(by=owner, conversation=bring(channel, f"{text} {number}"), text="Ok", seen=None)
    assert set(Choice.objects.values_list("kind", "chosen")) == {
        (ChoiceKind.DESK, pipes.pk),
        (ChoiceKind.DESK, service.pk),
    }
    train_now()
    conversation = bring(channel, "Vannet er brunt nå igjen")
    said = learning.reason_of(conversation, ChoiceKind.DESK)
    if conversation.desk == pipes:
        assert conversation.why[0][0] == "learned"
        assert "Vannet" in conversation.why[0]
    else:
        assert said is not None
        assert said["id"] == pipes.pk
    save_rule(by=owner, name="all", desk=service, conditions={"query": "brunt"})
    assert bring(channel, "Vannet er brunt").desk == service


def test_choices_of_others_are_not_learned_from(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    choose(owner, channel, snow, water)
    train_now()
    stranger = make_owner("Fjordby kommune")
    assert plans.plan_for(make_channel(stranger)).topics is None
    assert make_conversation(stranger, "Vannet er brunt").suggestion is None


def test_a_choice_is_recorded_once_and_the_last_one_counts(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    conversation = bring(channel, "Vannet er brunt")
    set_topic(by=owner, conversation=conversation, topic=snow)
    set_topic(by=owner, conversation=conversation, topic=water)
    assert Choice.objects.get(conversation=conversation).chosen == water.pk
    assert AuditEntry.objects.filter(action="conversation.topic").count() == 2


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def page_of(client: Client, member: Member, conversation: Conversation) -> str:
    url = address(member, "dialogue:thread", conversation.pk)
    return client.get(url).content.decode()


def test_a_suggestion_is_shown_with_its_words_and_one_key_takes_it(
    owner: Member, channel: Channel, snow: Topic, water: Topic
) -> None:
    waiting = bring(channel, "Vannet er brunt hos oss")
    choose(owner, channel, snow, water)
    train_now()
    learning.suggest_due()
    client = signed_in(owner)
    page = page_of(client, owner, waiting)
    assert "Is this about “Water”?" in page
    assert 'data-key="y"' in page
    assert "“brunt”" in page
    client.post(address(owner, "dialogue:topic", waiting.pk), {"topic": water.pk})
    waiting.refresh_from_db()
    assert waiting.topic == water
    assert "Is this about" not in page_of(client, owner, waiting)


def test_no_is_an_answer_too(owner: Member, channel: Channel, snow: Topic, water: Topic) -> None:
    waiting = bring(channel, "Vannet er brunt hos oss")
    choose(owner, channel, snow, water)
    train_now()
    learning.suggest_due()
    client = signed_in(owner)
    client.post(address(owner, "dialogue:topic", waiting.pk), {"topic": ""})
    assert "Is this about" not in page_of(client, owner, waiting)
    assert Choice.objects.get(conversation=waiting).chosen is None


def test_a_suggested_desk_may_be_declined(owner: Member, channel: Channel) -> None:
    other = make_desk(owner, "Pipes")
    waiting = bring(channel, "Vannet er brunt hos oss")
    said = {"id": other.pk, "probability": 0.8, "automatic": False, "words": ["brunt"]}
    Conversation.objects.filter(pk=waiting.pk).update(suggestion={"desk": said})
    client = signed_in(owner)
    assert "Does this belong at “Pipes”?" in page_of(client, owner, waiting)
    client.post(address(owner, "dialogue:move", waiting.pk), {"desk": waiting.desk_id})
    assert "Does this belong" not in page_of(client, owner, waiting)
    assert Choice.objects.get(conversation=waiting).chosen == waiting.desk_id
