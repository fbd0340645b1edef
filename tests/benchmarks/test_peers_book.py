import pytest

from benchmarks.peers_book import Peer, PeerUnavailableError, measure_peer, read_events
from shared.recordings.writing.whole_file import DayFileWriter


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "day.db"
    with DayFileWriter(path) as file:
        file.add_book_row(("BTC-USDT", '[["100.5","2","0","1"]]', '[["101","1","0","1"]]', "1000"))
        file.add_book_row(("BTC-USDT", "[]", "[]", "1100"))
        file.add_book_row(("BTC-USDT", '[["100.5","0","0","0"]]', "[]", "1200"))
    return read_events([path])


def test_events_are_the_changed_levels_in_their_order(events):
    assert events.tolist() == [
        (0, 1000, True, 100.5, 2.0),
        (0, 1000, False, 101.0, 1.0),
        (2, 1200, True, 100.5, 0.0),
    ]


def test_a_peer_that_cannot_be_installed_says_so(tmp_path, events):
    peer = Peer(str(tmp_path / "absent-1.0-py3-none-any.whl"), "absent.py", "nothing", "anything")
    with pytest.raises(PeerUnavailableError, match="cannot be installed from wheels: ERROR"):
        measure_peer(peer, events, tmp_path)
