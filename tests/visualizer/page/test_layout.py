from pathlib import Path

import pytest

from shared.job import Job, TimeRange, parse_moment
from visualizer.page import ids
from visualizer.page.layout import page_layout


def text_of(name: str, **changes: object) -> str:
    values = {
        "instrument": "BTC-USDT",
        "time_range": TimeRange(parse_moment("2024-08-08"), parse_moment("2024-08-10")),
        "data_dir": Path("d"),
        "run_dir": Path("r"),
        "window_seconds": 60,
        "depth_levels": 50,
    }
    layout = page_layout(Job(**{**values, **changes}), 500)  # type: ignore[arg-type]
    part = next(part for part in layout._traverse() if getattr(part, "id", None) == name)
    return str(part.children)


def test_the_header_names_instrument_and_range() -> None:
    assert text_of(ids.INSTRUMENT) == "BTC-USDT"
    assert text_of(ids.RANGE) == "2024-08-08 – 2024-08-10 UTC"


def test_a_range_within_a_day_is_given_to_the_minute() -> None:
    time_range = TimeRange(parse_moment("2024-08-08T13:30"), parse_moment("2024-08-08T15:00:30"))
    assert text_of(ids.RANGE, time_range=time_range) == (
        "2024-08-08 13:30 – 2024-08-08 15:00:30 UTC"
    )


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(1, "1 s bars"), (60, "1 m bars"), (90, "90 s bars"), (7200, "2 h bars"), (86400, "1 d bars")],
)
def test_the_window_has_its_usual_name(seconds: int, name: str) -> None:
    assert text_of(ids.WINDOW, window_seconds=seconds) == name
