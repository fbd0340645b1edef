import html
import json
import re
from pathlib import Path

from shared.job import Job, TimeRange
from shared.series import SERIES
from visualizer.page.dash_app import ASSETS, SERIES_META, PageSettings, create_app
from visualizer.serving.guard import Access


def settings(run_dir: Path) -> PageSettings:
    job = Job("BTC-USDT", TimeRange(0, 86_400_000), Path("data"), run_dir, 60, 50)
    return PageSettings(job=job, access=Access("127.0.0.1", 8050), poll_ms=500)


def test_the_scripts_are_known_before_the_first_request(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    tags = [script.get("asset_path") for script in app.scripts.get_all_scripts()]
    assert tags[-2:] == ["callbacks.js", "main.mjs"]


def test_the_style_sheets_come_in_the_order_they_outrank_each_other(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    sheets = [sheet["asset_path"] for sheet in app.css.get_all_css() if "asset_path" in sheet]
    names = ("charts", "controls", "navigation", "page", "palette", "panels", "small_screens")
    assert sheets == [f"styles/{name}.css" for name in names]


def test_modules_get_no_tag_of_their_own(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    html = app.server.test_client().get("/", headers={"Host": "localhost"}).text
    assert "/assets/main.mjs?" in html
    assert html.count(".mjs") == 1
    assert "https://" not in html
    assert "http://" not in html


def test_debug_tools_are_off(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    html = app.server.test_client().get("/", headers={"Host": "localhost"}).text
    assert '"ui":false' in html
    assert '"hot_reload"' not in html


def test_the_page_brings_the_columns_of_every_series(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    page = app.server.test_client().get("/", headers={"Host": "localhost"}).text
    content = page.split(f'name="{SERIES_META}" content="')[1].split('"')[0]
    columns = json.loads(html.unescape(content))
    assert columns == {series.name: list(series.column_names) for series in SERIES}


def test_the_scripts_types_name_the_columns_there_are() -> None:
    text = (ASSETS / "core" / "types.d.ts").read_text("utf-8")
    block = text.split("export interface SeriesColumns {")[1].split("\n}")[0]
    told = {
        part.split(":")[0].strip(): re.findall(r'"(\w+)"', part) for part in block.split(";")[:-1]
    }
    assert told == {series.name: list(series.column_names) for series in SERIES}
