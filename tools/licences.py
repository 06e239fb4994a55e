"""Write docs/licences.md: what we depend on at run time, in which version, under which licence.

Read from the metadata of what is installed: `python -m tools.licences`. Fails for a licence that is
not among the allowed ones; `--check` writes nothing and fails where the page is out of date.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = REPOSITORY / "docs" / "licences.md"
# MIT-0, 0BSD, Zlib and CC0-1.0 (parts of numpy) ask for no more than MIT and BSD do; CNRI-Python is
# a part of Python's own licence.
ALLOWED = {
    "MIT", "MIT-0", "0BSD", "Zlib", "CC0-1.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "Apache-2.0",
    "MPL-2.0", "ISC", "PSF-2.0", "Python-2.0", "CNRI-Python",
}  # fmt: skip
# Plug-ins that a user chooses to install; what they are linked with stays theirs.
OPTIONAL_ONLY = {"LGPL-3.0-only", "LGPL-3.0-or-later"}
# Names that packages use in free text for what SPDX calls otherwise.
SPOKEN = {
    "mit license": "MIT",
    "mit": "MIT",
    "bsd license": "BSD",
    "bsd": "BSD",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause",
    "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "isc license (iscl)": "ISC",
    "isc license": "ISC",
    "python software foundation license": "PSF-2.0",
    "psf-2.0": "PSF-2.0",
}


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Something that an installation holds beside our own code."""

    name: str
    version: str
    licence: str
    why: str  # "direct", the package that needs it, or the name of the extra


def main(arguments: list[str]) -> int:
    page, faults = written()
    for fault in faults:
        print(fault, file=sys.stderr)
    if "--check" in arguments:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
            faults.append("docs/licences.md is out of date: python -m tools.licences")
            print(faults[-1], file=sys.stderr)
    else:
        PAGE.write_text(page, encoding="utf-8")
    return 1 if faults else 0


def written() -> tuple[str, list[str]]:
    """The page's text, and what is wrong with the licences."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = sorted(parts(project["dependencies"], "direct"))
    extras = [
        part
        for extra, wanted in project["optional-dependencies"].items()
        for part in sorted(parts(wanted, f"extra {extra}"))
        if part.name not in {each.name for each in needed}
    ]
    faults = [fault(part, ALLOWED) for part in needed]
    faults += [fault(part, ALLOWED | OPTIONAL_ONLY) for part in extras]
    return _page(needed, extras), [each for each in faults if each]


def fault(part: Part, allowed: set[str]) -> str:
    """Empty where the licence allows us to use the part under allowed licences alone."""
    if is_allowed(part.licence, allowed):
        return ""
    return f"{part.name} {part.version}: the licence {part.licence!r} is not among the allowed ones"


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression holds with the allowed licences; AND binds closer than OR."""
    pieces = re.findall(r"[()]|[^\s()]+", expression)
    holds, rest = _either(pieces, allowed)
    return holds and not rest


def _either(pieces: list[str], allowed: set[str]) -> tuple[bool, list[str]]:
    holds, rest = _all(pieces, allowed)
    while rest[:1] == ["OR"]:
        other, rest = _all(rest[1:], allowed)
        holds = holds or other
    return holds, rest


def _all(pieces: list[str], allowed: set[str]) -> tuple[bool, list[str]]:
    holds, rest = _one(pieces, allowed)
    while rest[:1] == ["AND"]:
        other, rest = _one(rest[1:], allowed)
        holds = holds and other
    return holds, rest


def _one(pieces: list[str], allowed: set[str]) -> tuple[bool, list[str]]:
    if pieces[:1] != ["("]:
        # "A WITH B": the exception B only gives more leave than A does.
        used = 3 if pieces[1:2] == ["WITH"] else 1
        return bool(pieces) and pieces[0] in allowed, pieces[used:]
    holds, rest = _either(pieces[1:], allowed)
    return holds and rest[:1] == [")"], rest[1:]


def parts(requirements: Iterable[str], why: str) -> Iterator[Part]:
    """Everything that these requirements bring, each once."""
    waiting = [(Requirement(text), why) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    told: set[str] = set()
    while waiting:
        wanted, reason = waiting.pop(0)
        name = canonicalize_name(wanted.name)
        key = (name, frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or Python
        if name not in told:
            told.add(name)
            yield Part(name, found.version, licence_of(found), reason)
        waiting += [(each, name) for each in requirements_of(found, wanted.extras)]


def requirements_of(found: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """What a package needs on this machine, with these of its extras."""
    for text in found.requires or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def licence_of(found: Distribution) -> str:
    """The SPDX expression where the package gives one, otherwise what its words mean in SPDX."""
    metadata = found.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier", [])
        if each.startswith("License :: ") and each != "License :: OSI Approved"
    ]
    text = metadata["License"].strip().splitlines()[:1] if "License" in metadata else []
    said = [each for each in (*text, *classifiers) if each]
    known = [SPOKEN[each.lower()] for each in said if each.lower() in SPOKEN]
    return known[0] if known else (said or ["unknown"])[0]


def _page(needed: list[Part], extras: list[Part]) -> str:
    return "\n".join(
        [
            "# Licences of what Ildsjel depends on",
            "",
            "Written by `python -m tools.licences` from what is installed; do not edit.",
            "Ildsjel itself is under the EUPL-1.2 (see LICENSE).",
            "",
            "## Python packages at run time",
            "",
            *_table(needed),
            "",
            "## Optional extras",
            "",
            "Installed only where somebody asks for them.",
            "",
            *_table(extras),
            "",
            "## In the browser",
            "",
            "Fetched when Ildsjel is built and packed into the wheel, with the texts of their",
            "licences in `ildsjel/web/static/vendor/licences/`.",
            "",
            *[f"- {name}" for name in _front_end()],
            "",
        ]
    )


def _table(rows: list[Part]) -> list[str]:
    head = ["| package | version | licence | needed by |", "|---|---|---|---|"]
    return head + [f"| {r.name} | {r.version} | {r.licence} | {r.why} |" for r in rows]


def _front_end() -> list[str]:
    lock = REPOSITORY / "package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return [
        f"{path.removeprefix('node_modules/')} {found['version']} ({found.get('license', '?')})"
        for path, found in packages.items()
        if path
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
