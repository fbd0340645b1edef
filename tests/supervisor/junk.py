"""What may be found where a document of ours should be: swapped, dropped, cut short, nested."""

import json
from typing import Any

from hypothesis import strategies as st

TEN_MB = 10_000_000

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([2**63, -(2**63) - 1, 10**400, -1, 0])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)

HUGE = [
    b"x" * TEN_MB,
    b"[" * TEN_MB,
    b'{"a":' * (TEN_MB // 5),
    b'"' + b"x" * TEN_MB + b'"',
    b"9" * TEN_MB,
    b"\xff" * TEN_MB,
    b"\0" * TEN_MB,
]
"""Ten megabytes each: letters, lists, objects, one text, one number, no text, nothing."""
HUGE_IDS = ["letters", "lists", "objects", "text", "number", "bytes", "zeros"]


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> bytes:
    """Return the bytes of `document` with some of its values swapped, dropped or cut off."""
    spoilt = draw(st.just(document) | _spoilt(document) | ANYTHING)
    content = json.dumps(spoilt).encode()
    return draw(st.just(content) | st.integers(0, len(content)).map(lambda end: content[:end]))


def _spoilt(document: Any) -> st.SearchStrategy[Any]:
    if isinstance(document, dict):
        fates = {key: st.just(value) | _spoilt(value) for key, value in document.items()}
        some = st.fixed_dictionaries({}, optional=fates)
        more = st.dictionaries(st.text(max_size=5), ANYTHING, max_size=2)
        return st.builds(lambda left, right: {**left, **right}, some, st.just({}) | more)
    if isinstance(document, list):
        return st.lists(st.one_of([_spoilt(value) for value in document] or [ANYTHING]))
    return ANYTHING
