"""Show what need not be text as text that can be written anywhere."""


def printable(text: str) -> str:
    r"""Return `text` with the bytes that are no UTF-8, as names of files may have them, escaped.

    >>> printable("BT\udcc7-USDT")
    'BT\\xc7-USDT'
    """
    as_bytes = text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace")
    return as_bytes.decode("utf-8", "backslashreplace")


def _is_escaped(text: str) -> bool:
    """Say whether all that is odd in `text` stands for a byte."""
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in text)
