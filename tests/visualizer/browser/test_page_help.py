"""The help is reached by whatever a reader has: here a finger."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import OpenPage
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles

pytestmark = pytest.mark.browser

FINGER_PX = 40


def test_help_opens_and_closes_by_touch_on_a_phone(
    files: RunFiles, server: PageServer, open_page: OpenPage
) -> None:
    files.add(5)
    page = open_page(server.url, width=390, height=844, has_touch=True, is_mobile=True)
    for button, is_open in (("#help", True), ("#help-close", False)):
        box = page.locator(button).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= FINGER_PX
        assert 0 <= box["y"] <= 844 - box["height"], "seen without scrolling"
        page.tap(button)
        expect(page.locator("#help-dialog")).to_be_visible(visible=is_open)
    page.tap("#help")
    expect(page.locator("#help-dialog")).to_contain_text("two fingers")
