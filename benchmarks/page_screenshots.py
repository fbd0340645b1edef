"""Take the README's pictures of the real system at work: `make screenshots`."""

import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.browser import READY, chromium, find_chromium
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[1]
SIZES = ((1440, 900), (390, 844))
HOURS = "6"
BARS_IN_PICTURE = 300
BARS_ON_A_PHONE = 60


@contextmanager
def supervised_run(folder: Path) -> Iterator[str]:
    """Simulate a recording, supervise a run of it, and give the page's address."""
    simulator = (sys.executable, "-m", "recorder.simulator", str(folder / "data"))
    subprocess.run((*simulator, "--hours", HOURS), cwd=ROOT, check=True)
    log = folder / "log"
    with log.open("w") as output:
        supervisor = subprocess.Popen(
            (
                *(sys.executable, "-m", "supervisor.main", "--port", "0"),
                *("--from", "2025-07-01", "--to", "2025-07-02"),
                *("--data-dir", str(folder / "data"), "--run-dir", str(folder / "run")),
            ),
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        address = re.compile(r"http://localhost:\d+/")
        yield wait_for(lambda: address.search(log.read_text()), "the page's address", 60)[0]
    finally:
        supervisor.send_signal(signal.SIGINT)
        supervisor.wait(timeout=20)


def take(browser: Browser, url: str, width: int, height: int) -> None:
    """Write the picture of that size once the page has enough to show."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(url)
    page.wait_for_function(READY)
    enough = f"() => orderflow.store.ohlc.length >= {BARS_IN_PICTURE}"
    page.wait_for_function(enough, timeout=120_000)
    if width < height:
        page.evaluate("(bars) => orderflow.settings.set({ bars })", BARS_ON_A_PHONE)
    page.wait_for_timeout(300)  # let the last drawing reach the screen
    page.screenshot(path=ROOT / "docs" / f"page-{width}x{height}.png")


def main() -> int:
    """Take both pictures; return 1 where there is no browser."""
    path = find_chromium()
    if path is None:
        print("no Chromium found: no pictures taken")
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium(path) as browser,
        supervised_run(Path(folder)) as url,
    ):
        for width, height in SIZES:
            take(browser, url, width, height)
    return 0


if __name__ == "__main__":
    sys.exit(main())
