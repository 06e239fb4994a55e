"""The worked examples that come with Ildsjel: plans that one can start from."""

from importlib.resources import files
from typing import Final

EXAMPLES: Final = ("municipality", "union", "retailer")
LANGUAGES: Final = ("nb", "sv", "da", "en")


def example_text(name: str, language: str) -> str:
    """The YAML of an example. Raises ValueError where there is none of that name or language."""
    if name not in EXAMPLES or language not in LANGUAGES:
        raise ValueError(f"There is no example {name} in {language}.")
    found = files("ildsjel.strategy") / "examples" / f"{name}.{language}.yaml"
    return found.read_text(encoding="utf-8")
