import pytest

from benchmarks.same_outputs.difference import differences


@pytest.mark.parametrize(
    ("expected", "found", "text"),
    [
        ("65", "0", "from character 0 on\nexpected 65\nfound    0"),
        ("ab", "abc", "from character 2 on\nexpected ab\nfound    abc"),
        ("a\nb\nc", "a\nd\nc", "@@ -1,3 +1,3 @@\n a\n-b\n+d\n c"),
    ],
    ids=["other", "longer", "lines"],
)
def test_texts_that_differ(expected: str, found: str, text: str) -> None:
    assert list(differences({"part": expected}, {"part": found})) == [("part", text)]


def test_of_long_texts_the_surroundings_are_shown() -> None:
    ((_, text),) = differences({"part": "a" * 100 + "b" * 100}, {"part": "a" * 200})
    assert text.splitlines()[1] == f"expected …{'a' * 60}{'b' * 60}…"


def test_a_part_that_is_there_in_one_alone() -> None:
    expected, found = {"exit code": "0", "one": "a"}, {"exit code": "0", "two": "b"}
    assert list(differences(expected, found)) == [
        ("one", "expected a\nfound    nothing"),
        ("two", "expected nothing\nfound    b"),
    ]


def test_of_a_command_that_is_gone_nothing_else_is_said() -> None:
    expected, found = {"exit code": "0", "one": "a", "two": "b"}, {"exit code": "none"}
    assert [part for part, _ in differences(expected, found)] == ["exit code"]


def test_equal_outcomes_do_not_differ() -> None:
    assert list(differences({"part": "a"}, {"part": "a"})) == []
