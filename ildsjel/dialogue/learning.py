"""What people choose is learned: which topic an enquiry is about, and which desk takes it.

Each choice is a row (`Choice`). From them a model is trained for each organisation and kind, a row
too (`LearnedModel`), so that it outlives a restart and every process has the same. What was chosen
since it was trained is put in where it is used, in milliseconds, and all is trained anew when
there is time: then what was deleted is forgotten.

The engine asks the models (`models_of`) of every new enquiry. What they say of those that wait
already is brought up to date after every choice (`suggest_anew`).
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from django.db.models import Count, Max, OuterRef, Subquery

from ildsjel.dialogue.models import (
    Choice,
    ChoiceKind,
    Conversation,
    Desk,
    LearnedModel,
    Message,
    MessageKind,
    State,
)
from ildsjel.engine.pipeline import Learned, suggest
from ildsjel.engine.topics import Example, TopicModel, from_bytes, to_bytes, train
from ildsjel.organisation.audit import changed
from ildsjel.organisation.models import Member, utc_now
from ildsjel.strategy.models import Topic
from ildsjel.work.models import claim, held, let_go

MOST = 3000  # choices learned from, the newest
PAUSE = timedelta(minutes=10)  # between two trainings
LEASE = timedelta(minutes=15)
AT_ONCE = 40  # choices put into a model where it is used; more wait until it is trained anew
WAITING = 500  # open enquiries whose suggestions follow each choice
_NEVER = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger(__name__)


def note(*, by: Member, conversation: Conversation, kind: ChoiceKind, chosen: int | None) -> None:
    """A person has chosen, by id; None: nothing fits. For actions, inside their transaction."""
    Choice.objects.filter(conversation=conversation, kind=kind).delete()
    Choice.objects.create(
        organisation=by.organisation,
        conversation=conversation,
        kind=kind,
        chosen=chosen,
        member=by,
    )
    _learn_soon(by.organisation_id, kind)


def note_answered(*, by: Member, conversation: Conversation) -> None:
    """Who answers at a desk says by that that it was the right one."""
    said = Choice.objects.filter(conversation=conversation, kind=ChoiceKind.DESK)
    if not said.exists():
        note(by=by, conversation=conversation, kind=ChoiceKind.DESK, chosen=conversation.desk_id)


def take_back(conversations: Iterable[Conversation], kinds: Iterable[str] = ChoiceKind) -> None:
    """What was chosen for these counts no more."""
    gone = Choice.objects.filter(conversation__in=list(conversations), kind__in=list(kinds))
    for organisation, kind in set(gone.values_list("organisation", "kind")):
        _learn_soon(organisation, kind)
    gone.delete()


def _learn_soon(organisation_id: int, kind: str) -> None:
    row, _ = LearnedModel.objects.get_or_create(organisation_id=organisation_id, kind=kind)
    now = utc_now()
    due = max(now, row.trained_at + PAUSE) if row.trained_at else now
    LearnedModel.objects.filter(pk=row.pk).update(stale=True)
    LearnedModel.objects.filter(pk=row.pk, due_at=None).update(due_at=due)


@dataclass(frozen=True, slots=True)
class Models:
    """What an organisation's choices have taught; None where nothing has been learned yet."""

    topics: TopicModel | None = None
    desks: TopicModel | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    trained_at: datetime
    model: TopicModel
    taken_in: frozenset[int] = field(default_factory=frozenset)


_models: dict[int, _Held] = {}  # by row
_changing = Lock()


def forget() -> None:
    """Begin anew, as where the numbers of rows have come to mean other rows."""
    _models.clear()


def models_of(organisation_id: int) -> Models:
    """The organisation's models, with what was chosen a moment ago."""
    rows = LearnedModel.objects.filter(organisation_id=organisation_id).exclude(trained_at=None)
    found = {row.kind: _current(row) for row in rows.defer("data")}
    return Models(found.get(ChoiceKind.TOPIC), found.get(ChoiceKind.DESK))


def _current(row: LearnedModel) -> TopicModel | None:
    known = _models.get(row.pk)
    if known is None or known.trained_at != row.trained_at:
        known = _Held(row.trained_at or _NEVER, from_bytes(bytes(row.data)))
    since = Choice.objects.filter(organisation_id=row.organisation_id, kind=row.kind)
    new = since.filter(pk__gt=row.last_choice).exclude(chosen=None).exclude(pk__in=known.taken_in)
    choices = list(new.order_by("pk")[:AT_ONCE])
    if choices:
        known = _with(known, choices)
    with _changing:
        _models[row.pk] = known
    return known.model


def _with(known: _Held, choices: Sequence[Choice]) -> _Held:
    """A model of its own with these choices: the other may be in use."""
    model = copy(known.model)
    model.labels = list(model.labels)
    texts = texts_of(each.conversation_id for each in choices)
    for each in choices:
        if text := texts.get(each.conversation_id):
            model.correct(text, str(each.chosen), key=str(each.conversation_id))
    taken_in = known.taken_in | {each.pk for each in choices}
    return _Held(known.trained_at, model, taken_in)


def texts_of(conversations: Iterable[int]) -> dict[int, str]:
    """With which words each of them began; without those whose author has deleted them."""
    said = Message.objects.filter(conversation=OuterRef("pk"), kind=MessageKind.INBOUND)
    first = said.filter(item__deleted_at=None).order_by("at", "pk")
    rows = Conversation.objects.filter(pk__in=set(conversations)).values_list(
        "pk", Subquery(first.values("item__title")[:1]), Subquery(first.values("item__text")[:1])
    )
    texts = {pk: f"{title}\n{text}" if title else text or "" for pk, title, text in rows}
    return {pk: text for pk, text in texts.items() if text.strip()}


def train_due() -> int:
    """Train one model whose organisation has chosen since; says how many that were."""
    claimed = claim(LearnedModel.objects.defer("data"), now=utc_now(), lease=LEASE, limit=1)
    for row in claimed:
        try:
            _train(row)
        except Exception:
            log.exception("The model %s can't be trained.", row.pk)
            let_go(row, due_at=utc_now() + PAUSE, succeeded=False)
    return len(claimed)


def _train(row: LearnedModel) -> None:
    before = _counted(row)
    examples = _examples(row)
    learned: dict[str, Any] = {"data": b"", "trained_at": None, "examples": len(examples)}
    if len({example.label for example in examples}) > 1:
        model = train(examples)
        learned |= {
            "data": to_bytes(model),
            "trained_at": utc_now(),
            "held_out": model.calibration.held_out,
            "automatic_share": model.calibration.automatic_share,
            "automatic_accuracy": model.calibration.automatic_accuracy,
        }
    held(row).update(**learned, last_choice=before[1], stale=True)
    let_go(row, due_at=utc_now() + PAUSE if _counted(row) != before else None)


def _counted(row: LearnedModel) -> tuple[int, int]:
    """How many choices there are, and the newest: whether any were made or taken back."""
    rows = Choice.objects.filter(organisation_id=row.organisation_id, kind=row.kind)
    found = rows.aggregate(number=Count("pk"), newest=Max("pk"))
    return found["number"], found["newest"] or 0


def _examples(row: LearnedModel) -> list[Example]:
    """The newest choices of what is in use still, with the words that they were made upon."""
    rows = Choice.objects.filter(organisation_id=row.organisation_id, kind=row.kind)
    chosen = dict(
        rows.filter(chosen__in=in_use(row.organisation_id, row.kind))
        .order_by("-pk")
        .values_list("conversation_id", "chosen")[:MOST]
    )
    texts = texts_of(chosen)
    return [Example(texts[pk], str(chosen[pk]), key=str(pk)) for pk in chosen if pk in texts]


def in_use(organisation_id: int, kind: str) -> set[int]:
    """Topics, or desks, that may be chosen."""
    table = Topic if kind == ChoiceKind.TOPIC else Desk
    rows = table._default_manager.filter(organisation_id=organisation_id, archived_at=None)
    return set(rows.values_list("pk", flat=True))


def kept(topic: Learned | None, desk: Learned | None) -> dict[str, Any]:
    """What was suggested, as a conversation keeps it."""
    both = {ChoiceKind.TOPIC.value: topic, ChoiceKind.DESK.value: desk}
    return {kind: asdict(each) | {"words": list(each.words)} for kind, each in both.items() if each}


def suggest_due() -> int:
    """After choices, or a training: bring the suggestions of what waits up to date."""
    stale = LearnedModel.objects.filter(stale=True).exclude(trained_at=None)
    organisations = set(stale.values_list("organisation_id", flat=True))
    for organisation in organisations:
        stale.filter(organisation_id=organisation).update(stale=False)
        suggest_anew(organisation)
    return len(organisations)


def suggest_anew(organisation_id: int) -> int:
    """Ask the models about the newest open enquiries; says for how many the answer has changed.

    A suggestion alone: what is set stays set, and what a person has decided isn't asked again.
    """
    rows = Conversation.objects.filter(organisation_id=organisation_id, state=State.OPEN)
    waiting = list(rows.order_by("-last_at", "-pk")[:WAITING])
    texts = texts_of(row.pk for row in waiting)
    models = models_of(organisation_id)
    asked = [row for row in waiting if row.pk in texts]
    words = [texts[row.pk] for row in asked]
    decided = _decided(asked)
    found = zip(asked, suggest(models.topics, words), suggest(models.desks, words), strict=True)
    news = [row for row, topic, desk in found if _takes(row, topic, desk, decided)]
    written = sum(_write(row) for row in news)
    if written:
        changed(organisation_id)
    return written


def _write(row: Conversation) -> int:
    """What somebody has done to it meanwhile is not undone."""
    same = Conversation.objects.filter(pk=row.pk, updated_at=row.updated_at)
    return same.update(suggestion=row.suggestion, suggested_topic_id=row.suggested_topic_id)


def _decided(rows: Collection[Conversation]) -> set[tuple[int, str]]:
    chosen = Choice.objects.filter(conversation__in=[row.pk for row in rows])
    return set(chosen.values_list("conversation_id", "kind"))


def _takes(
    row: Conversation,
    topic: Learned | None,
    desk: Learned | None,
    decided: Collection[tuple[int, str]],
) -> bool:
    """Let a conversation have its suggestions; True where they are others than before."""
    if row.topic_id is not None or (row.pk, ChoiceKind.TOPIC) in decided:
        topic = None
    if row.rule_id is not None or (row.pk, ChoiceKind.DESK) in decided:
        desk = None
    if desk is not None and desk.id == row.desk_id:
        desk = None
    fresh = kept(topic, desk)
    before = row.suggestion or {}
    if row.topic_id is not None and ChoiceKind.TOPIC in before:
        fresh |= {ChoiceKind.TOPIC.value: before[ChoiceKind.TOPIC]}  # why it was set
    row.suggested_topic_id = topic.id if topic else None
    row.suggestion = fresh or None
    return fresh != before


def reason_of(conversation: Conversation, kind: ChoiceKind) -> Mapping[str, Any] | None:
    """What was said of it when it came, or since: id, probability, automatic, words."""
    found: Mapping[str, Any] | None = (conversation.suggestion or {}).get(kind)
    return found
