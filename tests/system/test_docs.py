"""What the documents of history and Python show runs, on the history of the demo's first hour."""

import doctest
import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from orderflow.export.command import main as export
from shared.history.bars import BookBars, TradeBars
from shared.history.packing import pack
from shared.history.schema import BOOK_COLUMNS, TRADE_COLUMNS, VERSION
from shared.history.trades import Trades

DOCS = Path(__file__).parents[2] / "docs"
TEXTS = {name: (DOCS / name).read_text("utf-8") for name in ("history.md", "python.md")}


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXTS[name], re.MULTILINE | re.DOTALL)


@pytest.fixture
def beside_run(demo_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own with the run of the demo in it, as `run`."""
    (tmp_path / "run").symlink_to(demo_run)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examples(name: str) -> doctest.DocTest:
    code = "\n".join(blocks(name, "python"))
    assert code.count(">>> ") > 5
    return doctest.DocTestParser().get_doctest(code, {}, name, name, 0)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_shown_of_python_runs(name: str, beside_run: Path) -> None:
    assert doctest.DocTestRunner().run(examples(name)).failed == 0
    if name == "python.md":
        assert (beside_run / "hour.html").stat().st_size > 10_000


def test_the_commands_shown_run(beside_run: Path) -> None:
    [lines] = blocks("python.md", "sh")
    commands = [shlex.split(line) for line in lines.splitlines()]
    assert len(commands) == 4
    for name, *arguments in commands:
        assert name == "orderflow-export"
        result = CliRunner().invoke(export, arguments, env={})
        assert result.exit_code == 0, result.output
        assert (beside_run / arguments[-1]).stat().st_size > 0


def test_the_sql_shown_gives_what_is_shown(demo_run: Path) -> None:
    [query], [shown] = blocks("history.md", "sql"), blocks("history.md", "text")
    with closing(sqlite3.connect(f"file:{demo_run}/history.db?mode=ro", uri=True)) as connection:
        rows = connection.execute(query)
        lines = ["|".join(column[0] for column in rows.description)]
        lines += ["|".join(map(str, row)) for row in rows]
    assert shown.splitlines() == lines


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("window without any: ", TRADE_COLUMNS),
        ("in which none stood: ", BOOK_COLUMNS),
        ("`seconds.trades` holds ", TradeBars._fields),
        ("`seconds.book` holds ", BookBars._fields),
        ("`trade_chunks.columns` holds ", Trades._fields),
    ],
)
def test_columns_are_told_in_their_order(before: str, columns: tuple[str, ...]) -> None:
    told = TEXTS["history.md"].split(before)[1]
    assert re.match(rf"{', '.join(columns)}[.;]", told)


def test_every_table_is_told_with_its_columns(demo_run: Path) -> None:
    assert f"version of the schema, {VERSION}." in TEXTS["history.md"]
    with closing(sqlite3.connect(f"file:{demo_run}/history.db?mode=ro", uri=True)) as connection:
        tables = [name for [name] in connection.execute("SELECT name FROM pragma_table_list")]
        for table in {name for name in tables if not name.startswith("sqlite_")}:
            row = next(
                line
                for line in TEXTS["history.md"].splitlines()
                if line.startswith("|") and f"`{table}`" in line.split("|")[1]
            )
            names = [
                name
                for [name] in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            ]
            if table not in ("bars", "migrations", "job", "states"):
                assert [name for name in names if f"`{name}`" not in row] == [], table


def test_the_reader_shown_unpacks_every_form() -> None:
    namespace: dict[str, object] = {}
    shown = doctest.DocTestParser().get_examples("\n".join(blocks("history.md", "python")))
    definition = next(example.source for example in shown if example.source.startswith("def "))
    exec("import struct\n" + definition, namespace)
    integers = [np.array([5, -7, 2**62]), np.array([1_000, 2_000, 3_000])]
    prices, floats = [np.array([99.5, 99.25, 100.0])], [np.array([1 / 3, np.nan, -0.0])]
    columns = namespace["unpack"](pack(integers, [prices], floats))
    for ours, theirs in zip([*integers, *prices, *floats], columns, strict=True):
        assert np.array_equal(ours, np.array(theirs), equal_nan=ours.dtype == np.float64)
