"""A real browser for tests: Debian's Chromium, one for the whole run."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=30_000)  # a busy machine is slow, which is no fault of the page


@cache
def chromium() -> Browser:
    """The browser; the test is skipped where the machine has none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not on this machine (on Debian: apt install chromium)")
    return sync_playwright().start().chromium.launch(executable_path=program, args=ARGUMENTS)


@contextmanager
def a_page(*, width: int = 1440, height: int = 900, dark: bool = False) -> Iterator[Page]:
    """A page with a fresh profile. A script error on it fails the test."""
    context = chromium().new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale="en-GB",
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    try:
        yield page
    finally:
        context.close()
    assert not faults, faults


def axe_findings(page: Page) -> list[str]:
    """What axe-core finds on the page, a line each."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
