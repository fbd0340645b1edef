import re
from pathlib import Path

import pytest

from benchmarks.results import HEADER, Figure, as_table, describe_machine, write_section


def test_each_section_is_rewritten_alone(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    write_section("processor", "old", path)
    write_section("page", "its own\n", path)
    write_section("processor", "new", path)
    assert path.read_text() == (
        f"{HEADER}\n<!-- processor -->\nnew\n<!-- /processor -->\n"
        "\n<!-- page -->\nits own\n<!-- /page -->\n"
    )


def test_what_others_wrote_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("before\n<!-- a -->x<!-- /a -->\nafter\n")
    write_section("a", "y", path)
    assert path.read_text() == "before\n<!-- a -->\ny\n<!-- /a -->\nafter\n"


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("a", 2.5, "×", 2.5), "| a | 2.5 × | ≤ 2.5 × | yes |  |"),
        (Figure("a", 2.51, "×", 2.5), "| a | 2.51 × | ≤ 2.5 × | **no** |  |"),
        (Figure("a", 39.9, "×", 40, True), "| a | 39.9 × | ≥ 40 × | **no** |  |"),
        (Figure("a", 12345.6, "", None, note="b"), "| a | 12,346 |  |  | b |"),
    ],
    ids=["met", "missed", "too-few", "no-goal"],
)
def test_a_table_says_plainly_whether_goals_are_met(figure: Figure, line: str) -> None:
    assert as_table([figure]).splitlines()[2] == line


def test_the_machine_is_named_with_its_versions() -> None:
    text = describe_machine(["numpy"])
    assert "cores" in text
    assert "numpy " in text


CHECKOUT = Path(__file__).parents[2] / ".git"


@pytest.mark.skipif(not CHECKOUT.exists(), reason="needs a checkout")
def test_the_commit_is_named_that_was_measured() -> None:
    assert re.search(r", commit [0-9a-f]{7,};", describe_machine([]))
