"""The figure: its values are the bars', its colours the page's."""

import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

import orderflow
from orderflow import figure as figure_module

PALETTE = Path(__file__).parents[2] / "visualizer" / "assets" / "styles" / "palette.css"


@pytest.fixture(scope="module")
def drawn(demo_run: Path) -> tuple[go.Figure, object]:
    with orderflow.open(demo_run) as run:
        return run.figure("5m"), run.bars("5m")


def test_every_row_draws_the_values_of_the_bars(drawn: tuple[go.Figure, object]) -> None:
    figure, bars = drawn
    price, volume, obi, cvd = figure.data
    assert volume.type == "bar"
    assert {trace.type for trace in (price, obi, cvd)} == {"candlestick"}
    for trace in figure.data:
        assert trace.x.astype("datetime64[ms]").astype(np.int64).tolist() == bars.ts.tolist()
    assert price.high.tolist() == bars.high.tolist()
    assert volume.y.tolist() == bars.volume.tolist()
    assert obi.low.tolist() == bars.obi_low.tolist()
    assert cvd.close.tolist() == bars.cvd.tolist()
    np.testing.assert_allclose(cvd.open[1:], bars.cvd[:-1], atol=1e-9)
    assert cvd.open[0] == 0.0
    assert (cvd.high >= np.maximum(cvd.open, cvd.close)).all()


def test_volume_is_coloured_by_delta(drawn: tuple[go.Figure, object]) -> None:
    figure, bars = drawn
    colors = np.array(figure.data[1].marker.color)
    assert set(colors[bars.delta > 0]) == {figure_module.UP}
    assert set(colors[bars.delta < 0]) == {figure_module.DOWN}


def test_it_has_a_row_each_over_one_axis_of_time(drawn: tuple[go.Figure, object]) -> None:
    figure, _ = drawn
    titles = [annotation.text for annotation in figure.layout.annotations]
    assert titles == ["Price", "Volume", "OBI", "CVD"]
    assert {figure.layout[f"xaxis{n}"].matches for n in ("", 2, 3)} == {"x4"}
    assert figure.layout.title.text == "BTC-USDT · 5m"


def test_a_window_in_seconds_is_titled_as_that(demo_run: Path) -> None:
    with orderflow.open(demo_run) as run:
        assert run.figure(420).layout.title.text == "BTC-USDT · 420 s"


@pytest.mark.parametrize(
    ("ours", "pages"),
    [
        ("PAPER", "paper"),
        ("GRID", "grid"),
        ("ZERO", "zero"),
        ("TEXT", "text"),
        ("AXIS", "quiet"),
        ("UP", "up"),
        ("DOWN", "down"),
        ("OBI_UP", "obi"),
        ("OBI_DOWN", "obi-down"),
    ],
)
def test_its_colours_are_the_page_s(ours: str, pages: str) -> None:
    declared = re.search(rf"--{pages}: (#\w+);", PALETTE.read_text("utf-8"))
    assert declared is not None
    assert getattr(figure_module, ours) == declared[1]
