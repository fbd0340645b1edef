"""A real headless Chromium for tests; any console error or request off the page's origin fails."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DISABLED_FEATURES = (
    # Two pages of the address bar, unseen in each window, for a quarter of what ours takes.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    # What Playwright disables of itself. Of two lists Chromium heeds the last.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
)
CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(DISABLED_FEATURES)}",
)
READY = "() => window.orderflow?.charts.draws > 0"
LAID_OUT = "() => window.orderflow?.store.updates > 0"
WAIT_MS = 20_000

OpenPage = Callable[..., Page]


def find_chromium() -> str | None:
    """Return the path of the machine's Chromium, None when it has none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Start a headless Chromium with a fresh profile."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, headless=True, args=[*CHROMIUM_ARGUMENTS]
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; the tests are skipped where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip(f"no Chromium found: looked for {', '.join(CHROMIUM_NAMES)}")
    with chromium(path) as started:
        yield started


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open addresses in fresh profiles in New York's time zone, and watch what the pages do.

    `allowed_errors` are parts of console messages that a test provokes on purpose.
    """
    opened: list[tuple[BrowserContext, list[str], tuple[str, ...]]] = []

    def open_it(
        url: str,
        *,
        wait_until: str = READY,
        allowed_errors: tuple[str, ...] = (),
        width: int = 1440,
        height: int = 900,
        **context_options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            timezone_id="America/New_York",
            **context_options,
        )
        complaints: list[str] = []
        opened.append((context, complaints, allowed_errors))
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        _watch(page, url, complaints)
        page.goto(url)
        page.wait_for_function(wait_until)
        return page

    yield open_it
    found = []
    for context, complaints, allowed in opened:
        context.close()
        found += [line for line in complaints if not any(part in line for part in allowed)]
    assert not found, "the page complained:\n" + "\n".join(found)


def _watch(page: Page, url: str, complaints: list[str]) -> None:
    origin = "/".join(url.split("/")[:3])

    def note_request(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:", "blob:")):
            complaints.append(f"request off the origin: {request.url}")

    page.on("request", note_request)
    page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"console {message.type}: {message.text}")
            if message.type in ("error", "warning")
            else None
        ),
    )
