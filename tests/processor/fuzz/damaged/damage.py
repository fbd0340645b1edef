"""Damage the bytes of a database file, or of what its recorder left beside it."""

import random
from collections.abc import Callable

Damage = Callable[[bytearray, int, random.Random], None]
"""Changes content in place, given the size of a page."""


def _page(content: bytearray, size: int, rng: random.Random) -> slice:
    start = rng.randrange(max(len(content) // size, 1)) * size
    return slice(start, start + size)


def _page_and_one_alike(content: bytearray, size: int, rng: random.Random) -> tuple[slice, slice]:
    """Return two pages of one kind that lie near each other: most are of one table."""
    one = _page(content, size, rng)
    near = range(max(one.start - 8 * size, 0), min(one.stop + 8 * size, len(content)), size)
    alike = [start for start in near if content[start] == content[one.start]]
    other = rng.choice(alike or [one.start])
    return one, slice(other, other + size)


def _set_bytes(content: bytearray, places: range, count: int, rng: random.Random) -> None:
    for _ in range(count):
        at = rng.choice(places)
        if at < len(content):
            content[at] = rng.randrange(256)


def flip_a_bit(content: bytearray, size: int, rng: random.Random) -> None:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def scramble_a_page(content: bytearray, size: int, rng: random.Random) -> None:
    page = _page(content, size, rng)
    _set_bytes(content, range(page.start, page.stop), rng.choice((1, 4, 40)), rng)


def scramble_a_page_header(content: bytearray, size: int, rng: random.Random) -> None:
    start = _page(content, size, rng).start
    _set_bytes(content, range(start, start + 12), rng.choice((1, 3)), rng)


def scramble_cell_pointers(content: bytearray, size: int, rng: random.Random) -> None:
    start = _page(content, size, rng).start
    _set_bytes(content, range(start + 8, start + 40), rng.choice((1, 4)), rng)


def scramble_the_file_header(content: bytearray, size: int, rng: random.Random) -> None:
    _set_bytes(content, range(100), rng.choice((1, 3, 30)), rng)


def scramble_the_schema(content: bytearray, size: int, rng: random.Random) -> None:
    _set_bytes(content, range(100, size), rng.choice((1, 4, 40)), rng)


def zero_a_page(content: bytearray, size: int, rng: random.Random) -> None:
    page = _page(content, size, rng)
    content[page] = bytes(len(content[page]))


def swap_two_pages(content: bytearray, size: int, rng: random.Random) -> None:
    one, other = _page_and_one_alike(content, size, rng)
    content[one], content[other] = content[other], content[one]


def repeat_a_page(content: bytearray, size: int, rng: random.Random) -> None:
    one, other = _page_and_one_alike(content, size, rng)
    content[one] = content[other]


def cut_off(content: bytearray, size: int, rng: random.Random) -> None:
    del content[rng.randrange(len(content)) :]


def cut_off_pages(content: bytearray, size: int, rng: random.Random) -> None:
    del content[_page(content, size, rng).start :]


def add_junk(content: bytearray, size: int, rng: random.Random) -> None:
    content += rng.randbytes(rng.choice((1, size, 3 * size)))


DAMAGES: tuple[Damage, ...] = (
    *(flip_a_bit, scramble_a_page, scramble_a_page_header, scramble_cell_pointers),
    *(scramble_the_file_header, scramble_the_schema, zero_a_page, cut_off, cut_off_pages, add_junk),
    # SQLite itself notices neither.
    *(swap_two_pages, repeat_a_page) * 3,
)
"""Whatever may be done, as often as it is."""
