"""Checksums as OKX sent them, in captured sessions."""

import msgspec
import pytest

from recorder.importers.formats.streams.okx_messages import Book, decode_books, decode_message
from recorder.live.okx.checked_book import CheckedBook
from tests.support.real_recordings import REAL_DATA

SESSIONS = [
    REAL_DATA / "downloads" / "cuts" / "OKX.ws.2022-05-13.no-UNI.raw",
    REAL_DATA / "downloads" / "okx-ws-raw" / "OKCOIN.ws.2023-05-27.raw",
]


@pytest.mark.parametrize("path", SESSIONS, ids=["OKX 2022", "OKCoin 2023"])
def test_each_book_of_a_captured_session_has_the_checksum_it_came_with(path):
    if not path.is_file():
        pytest.skip(f"needs the captured session {path}")
    books: dict[str, CheckedBook] = {}
    checked = 0
    for line in path.read_bytes().splitlines():
        time, _, text = line.partition(b": ")
        if not time.replace(b".", b"").isdigit():
            continue
        message = decode_message(text)
        if message.arg.channel != "books" or message.event:
            continue
        if message.action == "snapshot":
            books[message.arg.instId] = CheckedBook()
        for sent in decode_books(message.data):
            books[message.arg.instId].apply(sent)
            assert books[message.arg.instId].checksum == sent.checksum
            checked += 1
    assert checked > 4


def test_a_side_that_is_shorter_is_put_together_as_far_as_it_goes():
    asks = b'[["3366.8","9","0","1"],["3368","8","0","1"],["3372","8","0","1"]]'
    book = CheckedBook()
    book.apply(Book(asks=msgspec.Raw(asks), bids=msgspec.Raw(b'[["3366.1","7","0","2"]]'), ts="0"))
    assert book.checksum == 831_078_360  # OKX's manual: 3366.1:7:3366.8:9:3368:8:3372:8


def test_a_checksum_is_signed_and_goes_from_the_best_levels_on():
    book = CheckedBook()
    bids = b'[["3366","6","0","1"],["3366.1","7","0","1"],["3366.5","1","0","1"]]'
    asks = b'[["3368","8","0","1"],["3366.8","9","0","1"]]'
    book.apply(Book(asks=msgspec.Raw(asks), bids=msgspec.Raw(bids), ts="0"))
    gone = msgspec.Raw(b'[["3366.5","0","0","0"],["9","0","0","0"]]')
    book.apply(Book(asks=msgspec.Raw(b"[]"), bids=gone, ts="0"))
    assert book.checksum == -1_881_014_294  # OKX's manual: 3366.1:7:3366.8:9:3366:6:3368:8
