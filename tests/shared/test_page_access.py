"""Who may see the page, and the address to open."""

import pytest

from shared.page_access import choose_token, is_loopback, page_url


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.8.7", "::1", "[::1]"])
def test_only_this_machine_reaches_a_loopback_address(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "192.168.1.5", "example.org", "localhost.example.org", "128.0.0.1"],
)
def test_others_reach_any_other_address(host: str) -> None:
    assert not is_loopback(host)


def test_loopback_needs_no_token_but_takes_one() -> None:
    assert choose_token("127.0.0.1", None) is None
    assert choose_token("127.0.0.1", "") is None
    assert choose_token("127.0.0.1", "secret") == "secret"


def test_elsewhere_a_token_is_made_when_none_is_given() -> None:
    made = {choose_token("0.0.0.0", None), choose_token("0.0.0.0", "")}
    assert len(made) == 2
    assert all(token and len(token) >= 32 for token in made)
    assert choose_token("0.0.0.0", "secret") == "secret"


@pytest.mark.parametrize(
    ("host", "token", "url"),
    [
        ("127.0.0.1", None, "http://localhost:8050/"),
        ("0.0.0.0", "t", "http://localhost:8050/?token=t"),
        ("::", None, "http://localhost:8050/"),
        ("::1", None, "http://[::1]:8050/"),
        ("[::1]", None, "http://[::1]:8050/"),
        ("box.local", None, "http://box.local:8050/"),
        ("127.0.0.1", "a b&c", "http://localhost:8050/?token=a+b%26c"),
    ],
)
def test_the_address_is_one_a_browser_opens(host: str, token: str | None, url: str) -> None:
    assert page_url(host, 8050, token) == url
