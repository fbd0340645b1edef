"""What is on the screen: a part of the page as pixels, and the pieces of one colour in it."""

import base64
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import FloatRect, Page

Pixels = NDArray[np.int16]
"""Rows of pixels, each red, green and blue."""

Mask = NDArray[np.bool_]

DECODE = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  let text = "";
  for (let at = 0; at < data.length; at += 1) text += String.fromCharCode(data[at]);
  return [bitmap.height, bitmap.width, btoa(text)];
}"""


def pixels_of(page: Page, clip: FloatRect) -> Pixels:
    """Return what the page shows there."""
    return decoded(page, base64.b64encode(page.screenshot(clip=clip)).decode())


def decoded(page: Page, png: str) -> Pixels:
    """Return the pixels of a picture in base 64; the page decodes it."""
    height, width, data = page.evaluate(DECODE, png)
    flat = np.frombuffer(base64.b64decode(data), np.uint8).astype(np.int16)
    return flat.reshape(height, width, 4)[:, :, :3]


def are_of(pixels: Pixels, colour: str) -> Mask:
    """Return which pixels have that colour, `#rrggbb`, exactly."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return np.asarray((pixels == wanted).all(axis=2))


def pieces(mask: Mask) -> Iterator[list[tuple[int, int]]]:
    """Yield the pixels, (y, x), of each piece of a mask, from left to right."""
    left = {(int(x), int(y)) for y, x in zip(*np.nonzero(mask), strict=True)}
    while left:
        first = min(left)
        left.remove(first)
        waiting, piece = [first], []
        while waiting:
            x, y = waiting.pop()
            piece.append((y, x))
            for beside in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
                if beside in left:
                    left.remove(beside)
                    waiting.append(beside)
        yield piece
