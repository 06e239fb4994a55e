"""Learning topics: what is learned, explained, corrected, forgotten and kept."""

import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ildsjel.engine.topics import (
    Example,
    TopicModel,
    explain,
    from_bytes,
    to_bytes,
    train,
)
from ildsjel.engine.topics import calibration as calibrating
from ildsjel.engine.topics.sharing import parts_of, signs_of

ROADS = """Når kommer brøytebilen til Storgata?
Det er et stort hull i veien utenfor skolen
Gatelyset i Parkveien er mørkt igjen
Kan noen strø fortauet ved kirka, det er glatt
Hvem reparerer asfalten i Bakkegata
Fartsdumpen i veien vår er ødelagt
Vejen er fuld af huller ved stationen
Hvornår bliver gaden ryddet for sne
Gadelygten på hjørnet virker ikke
Vägen är full av hål efter vintern
När plogas gatan utanför förskolan
Gatubelysningen på Storgatan är trasig"""
SCHOOLS = """Når begynner skolen etter ferien?
Hvordan søker jeg plass i barnehagen
Læreren til datteren min er syk, får de vikar
Er det leksehjelp på ungdomsskolen
SFO er stengt i dag, hvorfor fikk vi ikke vite det
Skolemiljøet i klassen er dårlig
Hvordan melder jeg mit barn ind i børnehaven
Min søn har ingen lærer i matematik
Hvornår er der skoleferie
Hur ansöker jag om plats i förskolan
Min dotter har ingen lärare i svenska
När börjar skolan efter lovet"""
WASTE = """Søpla ble ikke hentet i dag
Når tømmes papirdunken i vår gate
Hvor leverer jeg farlig avfall
Dunken er full og ingen tømmer den
Vi trenger en ekstra pose til plast
Gjenvinningsstasjonen er stengt på lørdag
Skraldet er ikke blevet hentet
Hvor afleverer jeg farligt affald
Hvornår bliver papir og plast hentet
Soporna har inte hämtats den här veckan
Var lämnar jag farligt avfall
När töms kärlet för papper och plast"""


def examples() -> list[Example]:
    return [
        Example(text, label, f"{label} {number}")
        for label, texts in (("roads", ROADS), ("schools", SCHOOLS), ("waste", WASTE))
        for number, text in enumerate(texts.splitlines())
    ]


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return train(examples())


NEW = [
    ("Hullene i veien blir bare større", "roads"),
    ("Kan dere brøyte gata vår", "roads"),
    ("Hvordan søker jeg barnehageplass", "schools"),
    ("Min lærer er syg i skolen", "schools"),
    ("Søpla er ikke hentet på to uker", "waste"),
    ("När hämtas soporna hos oss", "waste"),
]


@pytest.mark.parametrize(("text", "label"), NEW)
def test_texts_it_has_not_seen(model: TopicModel, text: str, label: str) -> None:
    [found] = model.predict([text])
    assert found.label == label
    assert found.probability > 1 / 3
    assert [found.label, *(other for other, _ in found.alternatives)] != sorted({found.label})
    assert len(found.alternatives) == 2


def test_probabilities_fall_and_add_up(model: TopicModel) -> None:
    for found in model.predict([text for text, _ in NEW]):
        chances = [found.probability, *(chance for _, chance in found.alternatives)]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1)  # three labels in all


def test_what_it_measures_is_held_out(model: TopicModel) -> None:
    found = model.calibration
    assert found.held_out is not None and 0.5 < found.held_out < 1
    assert found.threshold is not None and found.automatic_share is not None
    sure = [each for each in model.predict([text for text, _ in NEW]) if each.automatic]
    assert all(each.probability >= found.threshold for each in sure)


def test_a_text_said_twice_does_not_make_it_look_better() -> None:
    alone = train(examples()).calibration.held_out
    doubled = train(examples() + examples()).calibration.held_out
    assert alone is not None and doubled is not None
    assert doubled <= alone + 0.1


def test_the_words_that_weighed_most(model: TopicModel) -> None:
    text = "Hei! Søpla 🗑️ ble ikke hentet, ﬁnt vær ellers"
    reasons = explain(model, text)
    assert {reason.word for reason in reasons[:3]} & {"Søpla", "hentet"}
    for reason in reasons:
        assert text[reason.start : reason.end] == reason.word
    assert [abs(r.weight) for r in reasons] == sorted(
        (abs(r.weight) for r in reasons), reverse=True
    )


def test_reasons_add_up_to_the_score(model: TopicModel) -> None:
    """Beside a constant, what the words added is the score less the mean of all labels."""

    def score(text: str, label: str) -> float:
        return sum(reason.weight for reason in explain(model, text, label))

    for text, label in NEW:
        assert max(model.labels, key=lambda each: score(text, each)) == label


def test_an_unknown_label_has_no_reasons(model: TopicModel) -> None:
    with pytest.raises(ValueError, match="not in list"):
        explain(model, "Hei", "weather")


def test_a_correction_is_learned_at_once() -> None:
    model = train(examples())
    text = "Bussen til Nesodden er alltid forsinket"
    model.correct(text, "transport", key="message 7")
    assert model.predict([text])[0].label == "transport"
    assert model.predict(["Hvorfor er bussen forsinket"])[0].label == "transport"
    assert [each.label for each in model.predict([text for text, _ in NEW])] == [
        label for _, label in NEW
    ]


COMMANDS = {
    "alarm/set": "Sett alarmen til sju\nSett en alarm i morgen\nNy alarm klokka åtte",
    "alarm/cancel": "Slett alarmen klokka sju\nSlett alarmen i morgen\nFjern alle alarmer",
    "reminder/set": "Sett en påminnelse om møtet\nNy påminnelse i morgen\nHusk meg på møtet",
    "reminder/cancel": "Glem påminnelsen om møtet",
}


def commands(names: dict[str, str]) -> TopicModel:
    return train(
        Example(text, names[label])
        for label, texts in COMMANDS.items()
        for text in texts.splitlines()
    )


def test_labels_learn_from_each_other_by_their_names() -> None:
    alone = commands({"alarm/set": "a", "alarm/cancel": "b", "reminder/set": "c",
        "reminder/cancel": "d"})  # fmt: skip
    related = commands({label: label for label in COMMANDS})
    for text in ("Slett påminnelsen", "Slett påminnelsene", "Fjern påminnelsen i morgen"):
        assert _chance(related, text, "reminder/cancel") > 1.3 * _chance(alone, text, "d")


def _chance(model: TopicModel, text: str, label: str) -> float:
    [found] = model.predict([text])
    chances = {found.label: found.probability, **dict(found.alternatives)}
    return chances.get(label, 0.0)


def test_what_names_have_in_common() -> None:
    assert parts_of(sorted(COMMANDS)) == ("alarm", "cancel", "reminder", "set")
    assert parts_of(["Vei og snø", "Vei og lys", "Skole"]) == ("vei",)
    assert parts_of(["roads", "schools"]) == ()
    signs = signs_of(["Vei/snø", "Vei/lys", "Skole"], ["vei"])
    assert signs.tolist() == [[1, -1, -1, 1], [-1, 1, -1, 1], [-1, -1, 1, -1]]


def test_a_new_label_shares_what_others_share() -> None:
    model = commands({label: label for label in COMMANDS})
    model.correct("Utsett alarmen litt", "alarm/snooze", key="x")
    assert model.labels[-1] == "alarm/snooze"
    assert model.predict(["Utsett alarmen litt"])[0].label == "alarm/snooze"
    assert from_bytes(to_bytes(model)).labels == model.labels
    model.refit()
    assert model.predict(["Utsett alarmen litt"])[0].label == "alarm/snooze"


def test_forgetting_leaves_no_trace() -> None:
    model, never = train(examples()), train(examples())
    model.correct("Kari Nordmanns buss er forsinket", "transport", key="message 7")
    assert to_bytes(model) != to_bytes(never)
    assert model.forget("message 7") == 1
    never.refit()
    assert to_bytes(model) == to_bytes(never)
    assert model.forget("message 7") == 0


def test_forgetting_one_it_was_trained_with() -> None:
    model = train([*examples(), Example("Skraldet lugter ved Jens Hansen", "smell", "x")])
    assert "smell" in model.labels
    model.forget("x")
    assert to_bytes(model) == to_bytes(train(examples()))


def test_forgetting_all_but_one_still_answers() -> None:
    model = train(examples()[:2])
    model.forget(examples()[0].key)
    assert model.predict(["hva som helst"])[0].label == "roads"
    assert not model.predict(["hva som helst"])[0].automatic


def test_kept_as_bytes_and_back(model: TopicModel) -> None:
    data = to_bytes(model)
    again = from_bytes(data)
    texts = [text for text, _ in NEW]
    for found, same in zip(model.predict(texts), from_bytes(data).predict(texts), strict=True):
        assert (found.label, found.automatic) == (same.label, same.automatic)
        assert found.probability == pytest.approx(same.probability, abs=1e-5)
    assert to_bytes(again) == data
    assert b"Storgata" not in data


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"ILDSJEL TOPICS\n", b"ILDSJEL TOPICS\n\x01junk"]
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="topic model"):
        from_bytes(data)


def test_a_later_version_is_refused(model: TopicModel) -> None:
    data = bytearray(to_bytes(model))
    data[len(b"ILDSJEL TOPICS\n")] = 99
    with pytest.raises(ValueError, match="version 99"):
        from_bytes(bytes(data))


def test_no_example_is_an_error() -> None:
    with pytest.raises(ValueError, match="no example"):
        train([])


def test_an_encoder_is_used_and_asked_for_again() -> None:
    def about_lamps(texts: Sequence[str], /) -> NDArray[np.float32]:
        return np.array([[float("zq" in text), 1.0] for text in texts], np.float32)

    marked = [*examples(), Example("zq a", "lamps"), Example("zq b", "lamps")]
    model = train(marked, encoder=about_lamps)
    data = to_bytes(model)
    with pytest.raises(ValueError, match="encoder"):
        from_bytes(data)
    again = from_bytes(data, encoder=about_lamps)
    assert again.predict(["xzqx ukjent"])[0].label == "lamps"
    assert explain(again, "zq a", "lamps")


def test_own_posts_teach_what_words_mean(model: TopicModel) -> None:
    """Two made-up words that always stand beside known ones, in posts without labels."""
    posts = [f"xyqzt og søpla på tur {n}" for n in range(150)]
    posts += [f"wvgkb og skolen på tur {n}" for n in range(150)]
    taught = train(examples(), unlabelled=posts)
    assert taught.own is not None

    def chance(of: TopicModel, text: str, label: str) -> float:
        [found] = of.predict([text])
        return dict([(found.label, found.probability), *found.alternatives])[label]

    for word, label in (("xyqzt", "waste"), ("wvgkb", "schools")):
        assert chance(taught, word, label) > chance(model, word, label) + 0.02
    again = from_bytes(to_bytes(taught))
    assert chance(again, "xyqzt", "waste") == pytest.approx(chance(taught, "xyqzt", "waste"))


def test_few_posts_teach_nothing() -> None:
    assert train(examples(), unlabelled=["søpla"] * 20).own is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_text_gets_an_answer(model: TopicModel, texts: list[str]) -> None:
    together = model.predict(texts)
    alone = [model.predict([text])[0] for text in texts]
    assert [found.label for found in together] == [found.label for found in alone]
    for text in texts:
        for reason in explain(model, text):
            assert text[reason.start : reason.end] == reason.word


def test_long_and_empty_texts(model: TopicModel) -> None:
    assert len(model.predict(["", "a" * 100_000, "søpla " * 20_000])) == 3
    assert model.predict(["søpla " * 20_000])[0].label == "waste"


def test_the_threshold_holds_what_it_promises() -> None:
    random = np.random.default_rng(3)
    sure = random.random(2000)
    right = random.random(2000) < sure
    bound = calibrating.threshold_for(sure, right, 0.95)
    assert bound is not None
    assert right[sure >= bound].mean() >= 0.95
    assert calibrating.threshold_for(sure, np.zeros(2000, bool), 0.95) is None


def test_ildsjel_is_imported_without_the_compiler() -> None:
    code = "import sys, ildsjel.engine.topics; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
