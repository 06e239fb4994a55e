"""Take the pictures that the README shows, of a sample organisation: `python -m tools.pictures`."""

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MAKE_SAMPLE = """
from ildsjel.dialogue.models import Conversation, State
from ildsjel.flow.sample import create_sample
from ildsjel.organisation.actions import create_user
from tests.builders import PASSWORD
user = create_user(email="ida@bergvik.test", password=PASSWORD, name="Ida Berg", language="en")
member = create_sample(user)
mine = Conversation.objects.filter(assignee=member, state=State.OPEN).order_by("promised_at")
print(json.dumps([member.organisation.slug, mine[0].pk]))
"""


def main() -> int:
    from tests.line.installation import installation
    from tests.web.browser import a_page

    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    with installation(folder) as ildsjel:
        ildsjel.command("migrate")
        slug, conversation = ildsjel.python(MAKE_SAMPLE)
        ildsjel.start()
        for name, path, width, height in [
            ("today", "", 1280, 800),
            ("inbox", f"dialogue/{conversation}/", 1440, 860),
            ("phone", f"dialogue/{conversation}/", 390, 780),
        ]:
            with a_page(width=width, height=height) as page:
                page.goto(f"{ildsjel.url}/accounts/login/")
                page.get_by_label("E-mail").fill(ildsjel.email)
                page.get_by_label("Password", exact=True).fill(ildsjel.password)
                page.keyboard.press("Enter")
                page.wait_for_url(lambda url: "/accounts/" not in url)
                page.goto(f"{ildsjel.url}/o/{slug}/{path}")
                page.wait_for_timeout(500)
                page.screenshot(path=str(PICTURES / f"{name}.png"))
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ildsjel.settings")
    import django

    django.setup()
    sys.exit(main())
