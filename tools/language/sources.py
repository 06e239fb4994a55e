"""Where texts come from: one reader a source, each yielding samples with what is known of them.

`docs/language-model.md` names origin and licence of each. Texts that tests are made of are kept
apart here, by `part`: what is read as "train" and what as "test" never meet.
"""

import csv
import gzip
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LANGUAGES = ("nb", "nn", "da", "sv", "fi", "is", "fo", "se", "en", "other")
SCANDINAVIAN = LANGUAGES[:4]
ELSE = "not-scandinavian"  # known to be none of the four, and no more


class Sample(NamedTuple):
    """A text, the language it was written in, and those it is also correct in, where known."""

    text: str
    language: str
    also: tuple[str, ...] = ()


def share(text: str) -> float:
    """A number from 0 to 1 that a text always has: for splits that stay the same."""
    return zlib.crc32(text.strip().lower().encode()) / 2**32


def lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


def chosen(texts: list[str], part: str, tested: float = 0.1) -> Iterator[str]:
    """Sentences without a document: split by their own text, so that copies stay together."""
    return (text for text in texts if (share(text) < tested) == (part == "test"))


def measured(text: str) -> bool:
    """Whether a text that was kept apart is for measuring (else for calibration)."""
    return _drawn(text) % 2 == 0


def _drawn(text: str) -> int:
    return zlib.crc32(("half " + text).encode())


def treebanks(folder: Path) -> Iterator[Sample]:
    """Short sentences of Universal Dependencies, from the parts for training."""
    for text, language in _treebank(folder, "ud_gold_train_short"):
        yield Sample(text, language)


def judged_treebanks(folder: Path, part: str) -> Iterator[Sample]:
    """Sentences from the parts for development, with all of the four that each is correct in.

    A third of them is to train on; nothing of it is measured or calibrates.
    """
    judged = judgements()
    for text, language in _treebank(folder, "ud_gold_dev"):
        trained = _drawn(text) % 10 in {1, 3, 5}
        correct = judged.get(zlib.crc32(text.encode()), (language,))
        if trained == (part == "train") and correct:
            first = language if language in correct else correct[0]
            yield Sample(text, first, tuple(code for code in correct if code != first))


def judgements() -> dict[int, tuple[str, ...]]:
    """What we found on reading: by the checksum of a sentence the languages it is correct in.

    Empty where we were not sure. Sentences that are not here are correct in their own alone.
    """
    rows = (line.split("\t") for line in lines(Path(__file__).with_name("judged.tsv")))
    return {int(key, 16): tuple(codes.split()) if codes != "?" else () for key, codes in rows}


def _treebank(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    for line in lines(folder / "ud_dev" / f"{name}.jsonl"):
        row = json.loads(line)
        first = row["languages"][0]
        yield row["text"], ELSE if first == "other" else first


def news_pairs(folder: Path, part: str) -> list[tuple[str, str]]:
    """The same sentence in Bokmål and in Nynorsk, from a news agency."""
    rows: list[tuple[str, str]] = []
    for name in ("train", "dev"):
        with (folder / "npk_nb_nn" / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
            found = [(row[0], row[1]) for row in csv.reader(file, "excel-tab", quoting=3)]
        # The last fifth of "dev" is for tests: whole documents, since the order is theirs.
        kept = found[:-2000] if name == "dev" else found
        if part == "train":
            rows += kept
        elif name == "dev":
            rows += found[-2000:]
    return [row for row in rows if all(row)]


def news(folder: Path, part: str) -> Iterator[Sample]:
    for bokmal, nynorsk in news_pairs(folder, part):
        if bokmal == nynorsk:
            yield Sample(bokmal, "nb", ("nn",))
        else:
            yield Sample(bokmal, "nb")
            yield Sample(nynorsk, "nn")


COMMON_VOICE = {
    "da": "da", "da_europarl": "da", "fi": "fi", "is": "is", "is_wikipedia": "is",
    "nb-NO": "nb", "sv-SE": "sv",
}  # fmt: skip


def common_voice(folder: Path, part: str) -> Iterator[Sample]:
    for name, language in COMMON_VOICE.items():
        for text in chosen(lines(folder / "common_voice_text" / f"{name}.txt"), part):
            yield Sample(text, language)


_ICELANDIC = str.maketrans("ŪūĶķđĐ", "ÞþÓóðÐ")  # subtitles read with a wrong code page
_BAD_L = re.compile(r"(?<=[a-zæøå])I|\bI(?=[aeiouyæøå][a-zæøå])")  # a small l read as a capital I


def subtitles(folder: Path, part: str) -> Iterator[Sample]:
    """Lines of film subtitles, in the order of the films: the last tenth is for tests."""
    for name in ("da", "fi", "is", "no", "sv"):
        found = lines(folder / "xed_subtitles" / f"{name}-sentences.txt")
        cut = len(found) * 9 // 10
        language = "nb" if name == "no" else name
        for text in found[:cut] if part == "train" else found[cut:]:
            yield Sample(mended(text, language), language)


def mended(text: str, language: str) -> str:
    """Subtitles as they were before machines misread them."""
    if language == "is":
        return text.translate(_ICELANDIC).replace("Þ ú", "Þú").replace("þ ú", "þú")
    return _BAD_L.sub("l", text) if language == "da" else text


def tweets(folder: Path) -> Iterator[tuple[str, str]]:
    """Norwegian tweets with their form (bokmål, nynorsk, dialectal, mixed): only to measure."""
    for name in ("train", "dev"):
        for row in json.loads((folder / "nordial" / f"{name}.json").read_text("utf-8")):
            yield row["text"], row["category"]


_MARKUP = re.compile(
    r"\{\{[^{}]*\}\}|\$\d|<[^<>]*>|\[\[(?:[^|\]]*\|)?([^\]]*)\]\]|\[\S+|\]|'{2,}|\S*_\S*|&\w+;|%\S+"
)
_INTERFACE = {"nb": "nb", "nn": "nn", "da": "da", "sv": "sv", "fi": "fi", "is": "is", "fo": "fo",
    "se": "se", "en": "en", "sma": "other", "smj": "other"}  # fmt: skip
_NEIGHBOURS = ("de", "nl", "fy", "af", "et", "fr", "es", "pl", "lt", "lv", "it", "pt", "ro", "cs",
    "hu", "tr", "lb", "nds-nl", "ga", "gd", "cy", "eu", "ca", "vep", "krl", "sgs", "nds", "smn",
    "frr", "gsw", "li", "vro", "olo", "fit", "sco", "ast", "sl", "hr", "sk", "id", "vi", "sq",
    "eo", "br", "so", "ku-latn", "tl", "ru", "uk", "bg", "el", "ar", "he", "fa", "ja", "ko",
    "zh-hans", "th", "hi")  # fmt: skip


def interface(folder: Path, part: str) -> Iterator[Sample]:
    """Translations of MediaWiki's messages, split by the part of the program they belong to."""
    files = sorted(folder.rglob("i18n/**/*.json"))
    wanted = {**_INTERFACE, **dict.fromkeys(_NEIGHBOURS, "other")}
    for path in files:
        language = wanted.get(path.stem)
        where = path.parent.relative_to(folder).as_posix()
        if language is None or where.count("language/i18n"):
            continue
        if (share(where) < 0.1) == (part == "test"):
            found = _messages(path, language)
            yield from (s for s in found if language != "other" or share("one " + s.text) < 0.2)


def _messages(path: Path, language: str) -> Iterator[Sample]:
    content = json.loads(path.read_text("utf-8"))
    seen = set()
    for key, value in content.items():
        if key.startswith("@") or not isinstance(value, str):
            continue
        text = " ".join(_MARKUP.sub(r" \1 ", value).split())
        if len(text) > 3 and text not in seen and any(c.isalpha() for c in text):
            seen.add(text)
            yield Sample(text, language)


def declarations(folder: Path, part: str) -> Iterator[Sample]:
    """The Universal Declaration of Human Rights, by paragraph; every seventh is for tests."""
    index = (folder / "index.js").read_text("utf-8")
    for entry in re.findall(r"\{[^{}]*\}", index):
        known = dict(re.findall(r"(bcp47|code): '([^']*)'", entry))
        path = folder / "declaration" / f"{known.get('code')}.html"
        language = known.get("bcp47", "")
        if path.exists() and language.split("-")[0] not in {"no"}:
            paragraphs = re.findall(r"<(?:p|li|h\d)[^>]*>(.*?)</", path.read_text("utf-8"), re.S)
            named = language if language in LANGUAGES else "other"
            for place, text in enumerate(paragraphs):
                if (place % 7 == 3) == (part == "test"):
                    yield Sample(re.sub(r"<[^>]*>|\s+", " ", text).strip(), named)


def emoji_names(folder: Path) -> Iterator[Sample]:
    """Names and keywords of emoji in CLDR: short, everyday words in every language."""
    for path in sorted(folder.glob("annotations/*/annotations.json")):
        code = {"no": "nb"}.get(path.parent.name, path.parent.name)
        rows = json.loads(path.read_text("utf-8"))["annotations"].get("annotations", {}).values()
        texts = {" ".join(row.get(part, [])) for row in rows for part in ("tts", "default")}
        for text in sorted(texts - {""}):
            yield Sample(text, code if code in LANGUAGES else "other")


def aligned_windows(folder: Path, part: str, rng: Any) -> Iterator[Sample]:
    """Stretches of news sentences: correct in both forms of Norwegian where both have the same."""
    for bokmal, nynorsk in news_pairs(folder, part):
        ours, theirs = bokmal.split(), nynorsk.split()
        if len(ours) != len(theirs):
            continue
        for _ in range(4):
            size = int(rng.integers(1, 11))
            first = int(rng.integers(0, max(len(ours) - size, 0) + 1))
            pair = (" ".join(side[first : first + size]) for side in (ours, theirs))
            left, right = pair
            if left == right:
                yield Sample(left, "nb", ("nn",))
            else:
                yield Sample(left, "nb")
                yield Sample(right, "nn")


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def parallel_words(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """How often words stand in the same news in Bokmål and in Nynorsk."""
    sides = zip(*news_pairs(folder, "train"), strict=True)
    bokmal, nynorsk = (
        Counter(word for text in side for word in _WORD.findall(text.lower())) for side in sides
    )
    return bokmal, nynorsk


def dictionary(folder: Path, language: str) -> set[str]:
    """The words of a dictionary with their inflections; none for most languages."""
    if language in {"nn", "se"}:
        from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

        found = {str(word) for word in DefaultDictionaryFactory().get_dictionary(language)}
    elif language == "nb":
        kinds = json.loads(gzip.decompress((folder / "nb_lemma_exc.json.gz").read_bytes()))
        found = {word for kind in kinds.values() for word in kind}
    elif language in {"da", "sv"}:
        path = folder / f"{language}_lemma_lookup.json.gz"
        found = set(json.loads(gzip.decompress(path.read_bytes())))
    else:
        found = set()
    return {word.lower() for word in found if _WORD.fullmatch(word)}


def frequencies(listed: Path, subtitle_words: Path, language: str) -> dict[str, float]:
    """How often words stand in texts of a language: the mean over the lists there are."""
    found = [_wikipedia_words(listed, language)]
    if language in {"nb", "da", "sv", "en", "fi", "is", "de", "nl"}:
        from wordfreq import get_frequency_dict

        size = "small" if language in {"da", "is"} else "large"
        found.append(get_frequency_dict(language, size))
    found.append(_subtitle_words(subtitle_words, language))
    found = [each for each in found if each]
    words = {word for each in found for word in each}
    return {word: sum(each.get(word, 0.0) for each in found) / len(found) for word in sorted(words)}


def _wikipedia_words(folder: Path, language: str) -> dict[str, float]:
    path = folder / f"topwords-{'no' if language == 'nb' else language}.txt.gz"
    if not path.exists():
        return {}
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {row[0]: math.exp(float(row[1])) for row in rows if len(row) == 2}


def _subtitle_words(folder: Path, language: str) -> dict[str, float]:
    code = "no" if language == "nb" else language
    path = folder / code / f"{code}_full.txt"
    if not path.exists() or language not in {*LANGUAGES, "de", "nl"}:
        return {}
    rows = [line.split() for line in lines(path)]
    counts = {row[0]: int(row[1]) for row in rows if len(row) == 2 and int(row[1]) > 2}
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}
