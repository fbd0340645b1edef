from visualizer.feed.feed import Feed


def test_a_browser_without_a_position_gets_everything() -> None:
    feed = Feed("f")
    feed.update({"ohlc": [[1, 2]]}, {"state": "running"})
    assert feed.message(None) == {
        "position": feed.position,
        "whole": True,
        "ohlc": {"whole": True, "rows": [[1, 2]]},
        "state": "running",
    }


def test_unchanged_input_is_no_news() -> None:
    feed = Feed("f")
    rows = [[1, 2]]
    feed.update({"ohlc": rows}, {"state": "running"})
    position = feed.position
    feed.update({"ohlc": [[1, 2]]}, {"state": "running"})
    assert feed.position == position
    assert feed.message(position) is None


def test_only_what_changed_since_the_position_travels() -> None:
    feed = Feed("f")
    feed.update({"ohlc": [[1, 2]], "cvd": [[1, 0]]}, {"state": "running", "files": 1})
    position = feed.position
    feed.update({"ohlc": [[1, 2], [2, 3]], "cvd": [[1, 0]]}, {"state": "running", "files": 2})
    assert feed.message(position) == {
        "position": feed.position,
        "whole": False,
        "ohlc": {"first": 1, "rows": [[2, 3]]},
        "files": 2,
    }


def test_a_browser_that_missed_updates_gets_them_in_one() -> None:
    feed = Feed("f")
    rows = [[1, 0]]
    feed.update({"ohlc": list(rows)}, {})
    position = feed.position
    for key in range(2, 6):
        rows.append([key, key])
        feed.update({"ohlc": list(rows)}, {})
    message = feed.message(position)
    assert message is not None
    assert message["ohlc"] == {"first": 1, "rows": rows[1:]}


def test_positions_of_another_feed_or_of_nonsense_start_over() -> None:
    feed = Feed("f")
    feed.update({"ohlc": [[1, 2]]}, {})
    for position in ("g.1", "f.99", "f.-1", "f.x", "f.", "1", "", "f.²", f"f.{'9' * 5000}"):
        message = feed.message(position)
        assert message is not None, position
        assert message["whole"] is True, position


def test_a_feed_of_nothing_still_says_so_once() -> None:
    feed = Feed("f")
    feed.update({"ohlc": ()}, {"state": None})
    message = feed.message(None)
    assert message is not None
    assert message["ohlc"] == {"whole": True, "rows": []}
    assert feed.message(feed.position) is None
