"""`ildsjel plan`: the examples, a folder of broken plans, exit codes, and the words of it all."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from ildsjel.cli import main
from ildsjel.engine.plan import RULES, Basis, Evidence, Fault, check, read
from ildsjel.engine.plan.document import SignOff
from ildsjel.engine.plan.evidence import Answers, Counts, Observation, Unplanned
from ildsjel.engine.plan.references import dangling
from ildsjel.strategy.finding_words import WORDS, basis_words, duration, finding_words
from ildsjel.strategy.plan_examples import EXAMPLES, LANGUAGES, example_text
from ildsjel.strategy.plan_faults import FAULTS, fault_words
from tests.plans import FOLDER, TODAY, sound_text

BROKEN = sorted((FOLDER / "broken").glob("*.yaml"))
WORKED = [(name, language) for name in EXAMPLES for language in LANGUAGES]
ACCEPTED = {
    "municipality": ["channel-without-deputy"],
    "union": [],
    "retailer": ["person-overloaded"],
}
ENGINE = FOLDER.parent.parent / "ildsjel" / "engine" / "plan"


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code, and what was found in the form in which broken plans expect it."""
    code = main(["plan", "check", str(path), "--today", str(TODAY), "--format", "json"])
    said = json.loads(capsys.readouterr().out)
    if "faults" in said:
        return code, [
            f"line {each['line']} {each['code']} {each['where']}".rstrip()
            for each in said["faults"]
        ]
    return code, [
        f"{each['severity']} {each['rule']} {each['element']}" for each in said["findings"]
    ]


def test_there_are_many_broken_plans() -> None:
    assert len(BROKEN) > 50


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_plan_is_found_out(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = re.findall(r"^# expect: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    code, found = told(path, capsys)
    assert found == expected
    if expected[0].startswith("line"):
        assert code == 2
    else:
        assert code == int(not all(each.startswith("advice") for each in expected))


@pytest.mark.parametrize(("name", "language"), WORKED)
def test_an_example_is_sound(name: str, language: str) -> None:
    plan = read(example_text(name, language))
    assert plan.language == language and dangling(plan) == []
    found = check(plan, Evidence.none(), TODAY)
    assert [each.rule for each in found if each.accepted] == ACCEPTED[name]
    assert [each.rule for each in found if not each.accepted] == []
    assert isinstance(plan.signed, SignOff)


def test_the_examples_are_the_same_plan_in_each_language() -> None:
    for name in EXAMPLES:
        sizes = {
            tuple(len(part) for part in (p.goals, p.groups, p.tactics, p.channels, p.roles))
            for p in (read(example_text(name, language)) for language in LANGUAGES)
        }
        assert len(sizes) == 1
        texts = {example_text(name, language) for language in LANGUAGES}
        assert len(texts) == len(LANGUAGES)


def test_an_example_is_printed_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "example", "union", "--language", "sv"]) == 0
    path = tmp_path / "plan.yaml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["plan", "check", str(path), "--today", str(TODAY)]) == 0
    assert "Inga fynd." in capsys.readouterr().out


def test_findings_are_told_with_line_why_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(sound_text().replace("    exit_criterion: When fewer", "    #"), "utf-8")
    line = next(n for n, text in enumerate(sound_text().splitlines(), 1) if text == "  mail:")
    for language, words in [
        ("en", "When we leave is not said"),
        ("nb", "Det står ikke når vi slutter her"),
        ("sv", "Det står inte när vi slutar här"),
        ("da", "Der står ikke, hvornår vi stopper her"),
    ]:
        options = ["--today", str(TODAY), "--language", language]
        assert main(["plan", "check", str(path), *options]) == 1
        out = capsys.readouterr().out
        assert f"{path}:{line}: " in out and words in out and "→" in out


def test_the_limit_of_the_exit_code_can_be_moved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(sound_text(), "utf-8")
    late = str(TODAY + timedelta(300))
    arguments = ["plan", "check", str(path), "--today", late, "--fail-on"]
    assert [main([*arguments, limit]) for limit in ("critical", "serious", "advice")] == [0, 1, 1]
    capsys.readouterr()


def test_evidence_is_read_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, counts = tmp_path / "plan.yaml", tmp_path / "counts.json"
    path.write_text(sound_text(), "utf-8")
    counts.write_text('{"by_channel": {"tiktok": {"posts": 3}}, "source": "a list"}', "utf-8")
    arguments = ["plan", "check", str(path), "--today", str(TODAY), "--evidence", str(counts)]
    assert main(arguments) == 1
    out = capsys.readouterr().out
    assert "absence-broken" in out and "a list" in out
    counts.write_text('{"by_channel": {"tiktok": {"posts": "many"}}}', "utf-8")
    assert main(arguments) == 2
    assert "by_channel/tiktok/posts: a whole number" in capsys.readouterr().err
    counts.write_text('{"hours": {"amy": 3}}', "utf-8")
    assert main(arguments) == 0
    assert "people/amy is not in the plan" in capsys.readouterr().err


def test_mistakes_are_told_where_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("format: 1\norganisation: X\nlanguage: nb\ngoles:\n  a: {}\n", "utf-8")
    assert main(["plan", "check", str(path), "--language", "nb"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{path}:4:1: ") and "Mente du «goals»?" in said
    path.write_bytes(b"format: 1\norganisation: \xe5s\n")
    assert main(["plan", "check", str(path)]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_a_plan_is_brought_into_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(sound_text(), "utf-8")
    assert main(["plan", "format", str(path)]) == 0
    assert read(capsys.readouterr().out) == read(sound_text())


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "A plan of Ildsjel"


# Words


def test_every_rule_has_words_and_nothing_else() -> None:
    assert set(WORDS) == set(RULES)


@pytest.mark.parametrize("language", ["nb", "sv", "da"])
def test_the_words_are_there_in_each_language(language: str) -> None:
    sentences = {each for words in WORDS.values() for each in words if each}
    sentences |= {each for pair in FAULTS.values() for each in pair}
    with override(language):
        same = [each for each in sentences if gettext(each) == each]
        lost = [
            each
            for each in sentences
            if set(re.findall(r"%\((\w+)\)s", each))
            != set(re.findall(r"%\((\w+)\)s", gettext(each)))
        ]
    assert set(same) <= {"Write %(proposal)s."} and lost == []


WRONG = Evidence(
    since=date(2027, 3, 1),
    until=date(2027, 5, 31),
    source="Ildsjel",
    by_channel={"tiktok": Counts(posts=3)},
    by_goal={},
    by_group={},
    without_goal=Counts(posts=30),
    unplanned=(Unplanned(name="Snapchat", counts=Counts(conversations=2, posts=9)),),
    answers={"facebook": Answers(kept=60, broken=40)},
    hours={"adviser": 400},
    replies={"adviser": 300, "desk": 12},
    observations={"same-day": Observation(at=date(2027, 5, 31), value=61.5)},
)


@pytest.mark.parametrize("language", ["nb", "sv", "da", "en"])
def test_what_rests_on_evidence_names_its_counts_and_their_source(language: str) -> None:
    plan = read(sound_text())
    found = [each for each in check(plan, WRONG, date(2027, 6, 2)) if each.basis is Basis.EVIDENCE]
    by_evidence = {rule.id for rule in RULES.values() if rule.basis is Basis.EVIDENCE}
    assert {each.rule for each in found} == by_evidence
    with override(language):
        for each in found:
            words = finding_words(each)
            assert not re.search(r"%\(|\d{5}", "".join(words))
            assert "2027" in basis_words(each) and "Ildsjel" in basis_words(each)
            assert words.found or not each.values
    with override("nb"):
        [late] = [finding_words(each) for each in found if each.rule == "promise-broken"]
    assert late.found == "40 av 100 første svar (40 prosent) kom senere enn 2 timer."


def test_every_fault_of_the_reader_has_words() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in ENGINE.glob("*.py"))
    codes = set(re.findall(r'code="([a-z-]+)"|_say\(\s*"([a-z-]+)"|, "(yaml[a-z-]*)"\)', said))
    codes |= set(re.findall(r'"(needs-[a-z-]+)"', said))
    flat = {each for code in codes for each in ([code] if isinstance(code, str) else code) if each}
    assert len(flat) > 40 and flat - set(FAULTS) == set()


def test_a_fault_proposes_what_was_meant() -> None:
    fault = Fault(code="needs-date", line=3, values={"written": "31.12.26", "proposal": ""})
    assert fault_words(fault)[1] == "Write year-month-day: 2026-12-31"
    fault = Fault(code="needs-date", line=3, values={"proposal": "2026-12-31"})
    assert fault_words(fault)[1] == "Write 2026-12-31."


def test_lengths_of_time_are_said_as_people_say_them() -> None:
    with override("nb"):
        said = [duration(each) for each in (1, 30, 60, 120, 1440, 3840, 10080)]
    assert said == ["1 minutt", "30 minutter", "1 time", "2 timer", "1 dag", "64 timer", "7 dager"]
