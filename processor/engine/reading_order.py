"""The error with which the fast path gives a file back."""

from shared.errors import OrderflowError


class RetreatError(OrderflowError):
    """A file cannot be read in the way chosen; nothing is wrong with the file itself."""
