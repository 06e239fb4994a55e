"""How people and we put things: greetings, handles, haste, typing slips, answers that fit."""

import re
from random import Random

from ildsjel.engine.items import Address
from ildsjel.engine.simulator.grammar import Deck, Slots, expand, fitting
from ildsjel.engine.simulator.people import Citizen
from ildsjel.engine.simulator.sample_organisation import Municipality, Staff
from ildsjel.engine.simulator.texts import ANSWERS, ASKS, common

_PRAISE = re.compile(
    r"takk|tack|\btak\b|thank|love|bra jobba|imponert|supert|fantastisk|skryt|fortjener ros"
    r"|gull verdt|hjelper gjerne|flot|dejlig|så fint|så bra|heier|stolt|nydelig|kjempe|"
    r"herlig|underbar|sikke|❤|👏|🙌|💛|💙|💚|😍|☀|best",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"\?|ikke|ikkje|inte|never|aldri|kom aldrig|\bno\b", re.IGNORECASE)
_PLEASED = re.compile(
    r"^(Så (hyggelig|bra|fint|gøy)|Tusen takk, det)|hilser til|God tur|^Takk for at du hjelper"
)
_EMOJIS = ("🙏", "🤔", "😅", "❄️", "😕", "🙂", "👀")


def is_praise(text: str) -> bool:
    return bool(_PRAISE.search(text)) and not _COMPLAINT.search(text)


def _uneven(word: str) -> bool:
    """Whether two different letters stand side by side after the first."""
    return len(set(word[1:])) > 1


class Voices:
    """Words for each message, dealt from decks, so that repeats come as late as can be."""

    def __init__(self, chance: Random, organisation: Municipality) -> None:
        self._chance = chance
        self._organisation = organisation
        self._deck = Deck(chance)

    def ask(self, citizen: Citizen, topic: str, variant: str = "") -> str:
        """What this citizen says about a topic; `variant` is a stage that some languages have."""
        texts = ASKS[citizen.language]
        name = variant if variant in texts else topic
        drawn = self._deck.draw(f"{citizen.language}/{name}", texts[name])
        return expand(drawn, self.slots(citizen), self._chance)

    def post(self, citizen: Citizen, body: str, address: Address, tag: str = "") -> str:
        """A public post: with our handle where it is to us, in the citizen's own style."""
        handle = "@" + self._organisation.channel(citizen.network).handle
        text = self._styled(citizen, self._greeted(citizen, body, 0.12))
        if address is Address.MENTION and handle not in text:
            text = f"{handle} {text}" if self._chance.random() < 0.7 else f"{text} {handle}"
        return f"{text} #{tag}" if tag and f"#{tag}" not in text.lower() else text

    def letter(self, citizen: Citizen, body: str) -> str:
        """An e-mail."""
        lines = [self._pick(common.GREETINGS[citizen.greeting]), "", body]
        if self._chance.random() < 0.3:
            lines[-1] += " " + self.further(citizen)
        closing = self._pick(common.CLOSINGS[citizen.greeting])
        return "\n".join([*lines, "", closing, citizen.name])

    def subject(self, citizen: Citizen, topic: str) -> str:
        if citizen.language == "nb":
            return expand(self._pick(common.SUBJECTS[topic]), self.slots(citizen), self._chance)
        return self._pick(common.SUBJECTS_ELSEWHERE[citizen.language])

    def thanks(self, citizen: Citizen) -> str:
        return self._dealt("thanks", citizen.greeting, common.THANKS)

    def unhappy(self, citizen: Citizen) -> str:
        return self._dealt("unhappy", citizen.language, common.STILL_UNHAPPY)

    def further(self, citizen: Citizen) -> str:
        text = self._dealt("further", citizen.language, common.FURTHER)
        return expand(text, self.slots(citizen), self._chance)

    def answer(self, citizen: Citizen, question: str, topic: str) -> tuple[str, str]:
        """Our answer and its language: about what was asked, or else an honest promise."""
        language = citizen.language if citizen.language in ANSWERS else "nb"
        texts = ANSWERS[language][topic]
        if is_praise(question):
            fine = [text for text in texts if _PLEASED.search(text)]
            drawn = self._pick(fine or common.PRAISE_ANSWERS[language])
        else:
            plain = [text for text in texts if not _PLEASED.search(text)]
            fit = fitting(question, plain, self._chance)
            drawn = fit or self._honest(question, language)
        return expand(drawn, self.slots(citizen), self._chance), language

    def away(self, citizen: Citizen) -> str:
        return common.AWAY[citizen.language]

    def second_answer(self, citizen: Citizen) -> tuple[str, str]:
        """What we say to somebody who comes back with more, and its language."""
        language = citizen.language if citizen.language in ANSWERS else "nb"
        return self._dealt("second", language, common.SECOND_ANSWERS), language

    def signed(self, text: str, citizen: Citizen, staff: Staff) -> str:
        """Our answer as it goes out: a letter by e-mail, a line with a first name elsewhere."""
        if citizen.network == "mail":
            language = citizen.language if citizen.language in ANSWERS else "nb"
            opening, closing = common.LETTERS[language]
            first = opening.format(name=citizen.name.split(maxsplit=1)[0])
            return f"{first}\n\n{text}\n\n{closing}\n{staff.name}\n{staff.desk}"
        first = staff.name.split(maxsplit=1)[0]
        return f"{text} – {first}" if self._chance.random() < 0.6 else text

    def slip(self, text: str) -> str:
        """The same text with two neighbouring letters of a word the wrong way round."""
        words = [m for m in re.finditer(r"(?<!\S)[a-zæøåäö]{4,}", text) if _uneven(m[0])]
        if not words:
            return text + "."
        at = self._chance.choice(words).start() + 1
        while text[at] == text[at + 1]:
            at += 1
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def slots(self, citizen: Citizen) -> Slots:
        places = self._organisation.places
        handle = (
            self._organisation.channel(citizen.network).handle.split("@")[0]
            if citizen.network == "mastodon"
            else "tindevag.example"
        )
        return {
            **places,
            "street": (citizen.street,),
            "area": (citizen.area,),
            "handle": (handle,),
            "n": ("2", "3", "4", "5"),
            "day": common.DAYS[citizen.language],
            "month": common.MONTHS[citizen.language],
            "since": common.SINCE[citizen.language],
            "time": common.TIMES[citizen.language],
        }

    def _honest(self, question: str, language: str) -> str:
        """A promise to find out, or a receipt for what was reported."""
        if "?" in question:
            return self._dealt("promise", language, common.PROMISES)
        return self._dealt("receipt", language, common.RECEIPTS)

    def _pick(self, texts: tuple[str, ...] | list[str]) -> str:
        return self._chance.choice(texts)

    def _dealt(self, name: str, language: str, texts: dict[str, tuple[str, ...]]) -> str:
        return self._deck.draw(f"{name}/{language}", texts[language])

    def _greeted(self, citizen: Citizen, body: str, share: float) -> str:
        often = 0.8 if citizen.greeting == "se" else share
        if self._chance.random() >= often or body.startswith(("Hei", "Hi", "Hej", "@")):
            return body
        return f"{self._pick(common.GREETINGS[citizen.greeting]).rstrip(',!')}! {body}"

    def _styled(self, citizen: Citizen, text: str) -> str:
        if citizen.style == "lower":
            return text.lower().rstrip(".!")
        if citizen.style == "emoji" and text[-1].isascii():
            return f"{text} {self._pick(_EMOJIS)}"
        if citizen.style == "shout" and not is_praise(text):
            return text.rstrip(".?!") + "!!!"
        return text
