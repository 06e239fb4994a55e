"""One conversation: what a citizen says, whether and when we answer, and what follows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from ildsjel.engine.business_time import due_at
from ildsjel.engine.items import Address, Deletion, Item
from ildsjel.engine.simulator.people import Citizen
from ildsjel.engine.simulator.sample_organisation import Municipality, Staff
from ildsjel.engine.simulator.voices import Voices, is_praise
from ildsjel.engine.simulator.writing import Draft, Event, Scribe, Truth

# By kind of event: the share of what is said to us that we answer, and the median minutes it takes.
_ANSWERING = {"crisis": (0.5, 25.0), "campaign": (0.8, 55.0), "everyday": (0.84, 70.0)}
_ANSWERED_OVERHEARD = 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that a citizen is about to say, and how we deal with it."""

    citizen: Citizen
    at: datetime
    topic: str
    kind: str = "everyday"
    variant: str = ""
    parent: Item | None = None
    tag: str = ""


class Conversations:
    """Plays conversations out, as the events that the networks would bring."""

    def __init__(
        self, chance: Random, organisation: Municipality, scribe: Scribe, voices: Voices
    ) -> None:
        self.chance = chance
        self.organisation = organisation
        self.scribe = scribe
        self.voices = voices

    def play(self, said: Said) -> Iterator[Event]:
        """What a citizen says, our answer, and what follows."""
        body = self.voices.ask(said.citizen, said.topic, said.variant)
        question = self._question(said, body)
        desk = self.truth(said.topic, said.citizen.language, said.kind).desk
        staff = self.chance.choice(self.hands(desk))
        answered = self._answer_at(said, question.address, desk)
        truth = self.truth(
            said.topic, said.citizen.language, said.kind, staff.name if answered else ""
        )
        yield from self._written(question, said.citizen, truth)
        if answered:
            yield from self._exchange(said, question, body, at=answered, staff=staff, truth=truth)

    def _question(self, said: Said, body: str) -> Item:
        citizen = said.citizen
        if citizen.network == "mail":
            draft = Draft(
                text=self.voices.letter(citizen, body),
                title=self.voices.subject(citizen, said.topic),
                at=said.at,
                address=Address.DIRECT,
                language=citizen.language,
            )
            return self.scribe.by(citizen, draft)
        address = Address.REPLY if said.parent else self._address(said)
        tag = said.tag or ("tindevåg" if address is Address.PUBLIC and self._flip(0.4) else "")
        return self.scribe.by(
            citizen,
            Draft(
                text=self.voices.post(citizen, body, address, tag),
                at=said.at,
                address=address,
                parent=said.parent,
                language=citizen.language,
            ),
        )

    def _written(self, item: Item, citizen: Citizen, truth: Truth) -> Iterator[Event]:
        """The post as it came, with a slip put right or the whole taken away now and then."""
        network = citizen.network
        if network != "mail" and self._flip(0.025):
            later = item.published_at + timedelta(minutes=1 + self.chance.random() * 9)
            yield Event(
                at=item.published_at,
                network=network,
                payload=replace(item, text=self.voices.slip(item.text)),
                truth=truth,
            )
            fixed = self.scribe.edited(item, item.text, later)
            yield Event(at=later, network=network, payload=fixed, truth=truth)
            return
        yield Event(at=item.published_at, network=network, payload=item, truth=truth)
        if network != "mail" and self._flip(0.015):
            later = item.published_at + timedelta(hours=self.chance.expovariate(0.2))
            gone = Deletion(at=later, external_id=item.external_id)
            yield Event(at=later, network=network, payload=gone, truth=truth)

    def _exchange(
        self, said: Said, question: Item, body: str, *, at: datetime, staff: Staff, truth: Truth
    ) -> Iterator[Event]:
        text, language = self.voices.answer(said.citizen, body, said.topic)
        answer = self._reply(said, question, text, at=at, staff=staff, language=language)
        yield Event(
            at=at,
            network=said.citizen.network,
            payload=answer,
            truth=replace(truth, language=language),
        )
        if said.citizen.network == "mail" and self._flip(0.04):
            yield self._away(said.citizen, answer, truth)
        elif self._flip(0.45):
            yield from self._follow_up(said, answer, staff, truth, pleased=is_praise(body))

    def _follow_up(
        self, said: Said, answer: Item, staff: Staff, truth: Truth, *, pleased: bool
    ) -> Iterator[Event]:
        citizen = said.citizen
        at = answer.published_at + timedelta(minutes=self.chance.lognormvariate(3.4, 1.1))
        mood = (
            "thanks" if pleased or self._flip(0.6) else self.chance.choice(["unhappy", "further"])
        )
        text = getattr(self.voices, mood)(citizen)
        address = Address.DIRECT if citizen.network == "mail" else Address.REPLY
        draft = Draft(
            text=text, at=at, address=address, parent=answer, title=_re(answer.title),
            language=citizen.language,
        )  # fmt: skip
        comeback = self.scribe.by(citizen, draft)
        desk = self.organisation.desk(truth.desk)
        calendar = desk.calendar(self.organisation.timezone)
        then = due_at(calendar, at, 60 * self.chance.lognormvariate(4.0, 0.8))
        answered = mood != "thanks" and then and self._flip(0.8)
        again = replace(truth, answered_by=staff.name if answered else "")
        yield Event(at=at, network=citizen.network, payload=comeback, truth=again)
        if answered and then:
            text, language = self.voices.second_answer(citizen)
            reply = self._reply(said, comeback, text, at=then, staff=staff, language=language)
            yield Event(at=then, network=citizen.network, payload=reply, truth=again)

    def _reply(
        self, said: Said, to: Item, text: str, *, at: datetime, staff: Staff, language: str
    ) -> Item:
        draft = Draft(
            text=self.voices.signed(text, said.citizen, staff),
            title=_re(to.title),
            at=at,
            parent=to,
            language=language,
        )
        return self.scribe.ours(said.citizen.network, draft)

    def _away(self, citizen: Citizen, answer: Item, truth: Truth) -> Event:
        at = answer.published_at + timedelta(seconds=20)
        draft = Draft(
            text=self.voices.away(citizen), title=_re(answer.title), at=at, parent=answer,
            address=Address.DIRECT, automatic=True, language=citizen.language,
        )  # fmt: skip
        item = self.scribe.by(citizen, draft)
        return Event(at=at, network="mail", payload=item, truth=replace(truth, answered_by=""))

    def _answer_at(self, said: Said, address: Address, desk: str) -> datetime | None:
        """When we answer: a lognormal delay in the desk's opening hours; None where nobody does."""
        share, minutes = _ANSWERING[said.kind]
        if address is Address.PUBLIC:
            share = _ANSWERED_OVERHEARD
        if not self._flip(share):
            return None
        delay = 60 * minutes * self.chance.lognormvariate(0.0, 0.9) + 20
        return due_at(
            self.organisation.desk(desk).calendar(self.organisation.timezone), said.at, delay
        )

    def _address(self, said: Said) -> Address:
        return (
            Address.MENTION
            if self._flip(0.45 if said.kind == "crisis" else 0.65)
            else Address.PUBLIC
        )

    def truth(self, topic: str, language: str, kind: str, answered_by: str = "") -> Truth:
        return Truth(
            topic=topic,
            desk=self.organisation.topic(topic).desk,
            language=language,
            kind=kind,
            answered_by=answered_by,
        )

    def hands(self, desk: str) -> list[Staff]:
        return [staff for staff in self.organisation.people_at(desk) if staff.role != "reader"]

    def _flip(self, share: float) -> bool:
        return self.chance.random() < share


def _re(title: str) -> str:
    return title if not title or title.startswith("Re: ") else f"Re: {title}"
