"""Language identification: what it tells, when it doesn't, and that hostile text does no harm."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ildsjel.engine.language import LANGUAGES, identify, probabilities
from ildsjel.engine.language.prior import learned

SAID = {
    "nb": "Hvorfor er ikke veien vår brøytet ennå? Vi har ventet i tre timer.",
    "nn": "Kvifor er ikkje vegen vår brøytt enno? Vi har venta i tre timar.",
    "da": "Hvorfor er vores vej ikke blevet ryddet endnu? Vi har ventet i tre timer.",
    "sv": "Varför har vår väg inte plogats ännu? Vi har väntat i tre timmar.",
    "fi": "Miksi tietämme ei ole vielä aurattu? Olemme odottaneet kolme tuntia.",
    "is": "Af hverju er ekki búið að moka götuna okkar? Við höfum beðið í þrjá tíma.",
    "fo": "Hví er vegurin hjá okkum ikki ruddaður enn? Vit hava bíðað í tríggjar tímar.",
    "se": "Manne min geaidnu ii leat vel rahppon? Mii leat vuordán golbma diimmu.",
    "en": "Why has our road not been cleared yet? We have been waiting for three hours.",
    "other": "Warum ist unsere Straße noch nicht geräumt? Wir warten seit drei Stunden.",
}


@pytest.mark.parametrize(("code", "text"), SAID.items())
def test_each_language_is_told(code: str, text: str) -> None:
    found = identify([text])[0]
    assert found.codes == (code,)
    assert found.probability > 0.8


@pytest.mark.parametrize(
    "text", ["Почему нашу дорогу ещё не почистили?", "为什么我们的路还没有清理", "لماذا لم ينظف"]
)
def test_other_scripts_are_other(text: str) -> None:
    assert identify([text])[0].codes == ("other",)


def test_what_is_correct_in_several_languages_is_said_to_be() -> None:
    one, several = identify(["Kvifor", "Nettopp"])
    assert one.codes == ("nn",)
    assert set(several.codes) == {"nb", "nn"}
    assert several.probability > 0.9
    assert not {code for code, _ in several.alternatives} & set(several.codes)


@pytest.mark.parametrize(
    "text", ["", "  \n ", "🙂🙂 12:30", "@nokon https://ildsjel.example/a?b=c"]
)
def test_nothing_is_told_of_texts_without_words(text: str) -> None:
    found = identify([text])[0]
    assert found.codes == ()
    assert found.probability == pytest.approx(1 / len(LANGUAGES))


def test_mentions_addresses_and_emoji_change_nothing() -> None:
    plain = "Eg veit ikkje kva som skjer"
    dressed = (
        f"@the.weather.channel {plain} 🙂 https://www.example.com/this/is/english you@me.example"
    )
    assert identify([plain]) == identify([dressed])


def test_the_way_letters_are_encoded_changes_nothing() -> None:
    assert identify(["Får jag be om ett kärl"]) == identify(["Fa\u030ar jag be om ett ka\u0308rl"])


def test_the_author_decides_where_the_text_is_short() -> None:
    text = "Takk for hjelpen, og god helg"
    danish, nynorsk = learned(author=["da"] * 20), learned(author=["nn"] * 20)
    bokmal = learned(author=["nb"] * 20)
    found = probabilities([text] * 3, priors=[danish, nynorsk, bokmal])[0]
    assert found[1, LANGUAGES.index("nn")] > found[2, LANGUAGES.index("nn")]
    assert found[0, LANGUAGES.index("da")] > found[2, LANGUAGES.index("da")]


def test_the_author_does_not_decide_where_the_text_is_plain() -> None:
    prior = learned(author=["sv"] * 50)
    assert identify([SAID["nn"]], priors=[prior])[0].codes == ("nn",)


def test_without_a_prior_nothing_is_added() -> None:
    texts = list(SAID.values())
    assert identify(texts, priors=[None] * len(texts)) == identify(texts)


def test_learned_shares() -> None:
    assert sum(learned().values()) == pytest.approx(1)
    seen = learned(author=["nb", "nb", "nn"], thread=["da", "da", "de"])
    assert sum(seen.values()) == pytest.approx(1)
    assert seen["nb"] > seen["nn"] == seen["da"] > seen["sv"] > 0


@given(st.lists(st.text(), max_size=20))
@example(["\ud800", "a\u0301" * 300, "ab\ncd", "\x00", "A" * 10_000])
def test_any_text_has_an_answer_of_its_own(texts: list[str]) -> None:
    chances, correct = probabilities(texts)
    assert chances.shape == (len(texts), len(LANGUAGES)) and correct.shape == (len(texts), 4)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    for text, row in zip(texts, chances, strict=True):
        assert np.allclose(probabilities([text])[0], row, atol=1e-4)


def test_a_large_batch_is_as_many_small_ones() -> None:
    texts = [*SAID.values()] * 1500
    assert len(identify(texts)) == len(texts)
    assert identify(texts)[-10:] == identify(texts[-10:])


PLAIN = """
import sys
sys.modules["numba"] = None
from ildsjel.engine.language import kernel, model
import json
assert not hasattr(kernel.pool_all, "py_func")
pooled, words = model.pool(json.loads(sys.stdin.read()), model.shipped().weights)
print(json.dumps([pooled.tolist(), words.tolist()]))
"""


def test_plain_python_gives_the_same_sums() -> None:
    from ildsjel.engine.language import kernel, model

    assert hasattr(kernel.pool_all, "py_func")
    texts = [
        *SAID.values(),
        "",
        "漢字 Ωμέγα",
        "x" * 99,
        "a b\nc",
        "SKRIK ikkje! @meg no/kr.",
        "é e\u0301",
    ]
    done = subprocess.run(
        [sys.executable, "-c", PLAIN],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    pooled, words = model.pool(texts, model.shipped().weights)
    assert json.loads(done.stdout) == [pooled.tolist(), words.tolist()]


def test_importing_costs_no_compiler() -> None:
    code = "import sys, ildsjel.engine.language; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
