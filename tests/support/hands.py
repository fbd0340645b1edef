"""What a reader's hands do on a page: drag with a mouse, move and tap fingers, click anywhere."""

from typing import TypeAlias

from playwright.sync_api import FloatRect, Page

Path: TypeAlias = list[tuple[float, float]]
"""Where a finger is, from frame to frame."""

FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def settle(page: Page) -> None:
    """Wait until two frames went by: what was asked to be drawn is drawn."""
    page.evaluate(FRAME)


def box_of(page: Page, selector: str) -> FloatRect:
    """Return where the first such part of the page lies."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None, f"{selector} is not to be seen"
    return box


def drag(page: Page, share: float) -> None:
    """Drag the chart sideways by a share of its width, as a hand would."""
    box = box_of(page, "#charts-plot")
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * share / 2, y)
    page.mouse.move(x + box["width"] * share, y)
    page.mouse.up()


def touch(page: Page, *paths: Path, lift: bool = True) -> None:
    """Move a finger along each of the paths, all at the same time, and lift them at the end."""
    session = page.context.new_cdp_session(page)
    kinds = ["touchStart", *["touchMove"] * (len(paths[0]) - 1)]
    for kind, positions in zip(kinds, zip(*paths, strict=True), strict=True):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(positions)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        settle(page)
    if lift:
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
