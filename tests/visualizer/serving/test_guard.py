"""The guard by itself; `test_server.py` holds the whole server to the same."""

import pytest

from visualizer.serving.guard import Access, cookie_value, host_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8050", "localhost"),
        ("LOCALHOST", "localhost"),
        ("127.0.0.1:8050", "127.0.0.1"),
        ("[::1]:8050", "::1"),
        ("[::1]", "::1"),
        ("example.org.:80", "example.org"),
        ("", ""),
    ],
)
def test_host_name_of_a_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    ("listening_on", "header", "is_own"),
    [
        ("127.0.0.1", "localhost:8050", True),
        ("127.0.0.1", "127.0.0.1:8050", True),
        ("127.0.0.1", "[::1]:8050", True),
        ("127.0.0.1", "evil.example:8050", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "192.168.1.5:8050", False),
        ("127.0.0.1", "", False),
        ("0.0.0.0", "192.168.1.5:8050", True),
        ("0.0.0.0", "[fd00::5]:8050", True),
        ("0.0.0.0", "evil.example:8050", False),
        ("desk.local", "desk.local:8050", True),
        ("desk.local", "other.local:8050", False),
    ],
)
def test_only_names_of_this_page_are_its_own(listening_on: str, header: str, is_own: bool) -> None:
    assert Access(listening_on, 8050).is_own_name(header) is is_own


def test_without_a_token_no_candidate_is_right() -> None:
    assert not Access("127.0.0.1", 8050).is_token("")
    assert Access("127.0.0.1", 8050, "s3cret").is_token("s3cret")
    assert not Access("127.0.0.1", 8050, "s3cret").is_token("S3cret")
    assert not Access("127.0.0.1", 8050, "s3cret").is_token("ü")


@pytest.mark.parametrize(
    "others",
    [
        "",
        'state={"a": [1, 2]}; ',
        "weird[0]=1; ",
        "noname; ",
        "=nothing; ",
        'broken="; ',
        "a=b=c; \x00; ",
        "orderflow_token_80=other; ",
    ],
)
def test_the_cookie_is_found_behind_those_of_other_applications(others: str) -> None:
    environ = {"HTTP_COOKIE": f"{others}orderflow_token_8050=s3cret; more={{}}"}
    assert cookie_value(environ, "orderflow_token_8050") == "s3cret"


def test_where_there_is_no_cookie_of_ours_none_is_found() -> None:
    assert cookie_value({"HTTP_COOKIE": "a=1; b"}, "orderflow_token_8050") == ""
    assert cookie_value({}, "orderflow_token_8050") == ""
