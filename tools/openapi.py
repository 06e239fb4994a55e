"""Write the API's description anew, after each change to it: `python -m tools.openapi`."""

import json
import os
import sys
from pathlib import Path

SNAPSHOT = Path(__file__).resolve().parent.parent / "openapi.json"


def current() -> str:
    """The description as the code has it now, as the snapshot's text."""
    from ildsjel.api.urls import api

    return json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ildsjel.settings")
    import django

    django.setup()
    SNAPSHOT.write_text(current(), encoding="utf-8")
    print(f"written: {SNAPSHOT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
