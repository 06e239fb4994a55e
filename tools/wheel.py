"""Pack Ildsjel as a wheel that needs nothing but Python's package installer where it is installed.

    python -m tools.wheel [FOLDER]     writes it into FOLDER, `dist` if left out

What is built and not kept in git goes in too: the front-end packages and the compiled translations,
both brought up to date first. Packing itself fetches nothing: hatchling is in the environment.
"""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tools import frontend, translations

ROOT = Path(__file__).resolve().parent.parent
PACK = ["hatchling", "build", "-t", "wheel", "-d"]
BUILT = {
    *(f"ildsjel/web/static/vendor/{name}" for name in [*frontend.COPIES.values(), "icons.svg"]),
    *(f"ildsjel/locale/{name}/LC_MESSAGES/django.mo" for name in translations.LANGUAGES),
}


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    frontend.main()
    translations.compile_all()
    print(pack(folder.resolve()))
    return 0


def pack(folder: Path) -> Path:
    """Write the wheel into `folder`; its path.

    A wheel without the front-end packages or the translations would install and then fail in the
    browser: SystemExit, and the wheel is gone.
    """
    command = [sys.executable, "-m", *PACK, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The wheel could not be packed:\n{done.stdout}{done.stderr}")
    wheel = max(folder.glob("ildsjel-*.whl"), key=lambda path: path.stat().st_mtime)
    with ZipFile(wheel) as packed:
        missing = sorted(BUILT - set(packed.namelist()))
    if missing:
        wheel.unlink()
        sys.exit(f"The wheel lacks {', '.join(missing)}: pack it with `make wheel`.")
    return wheel


if __name__ == "__main__":
    sys.exit(main())
