"""What a gap in the exchange's chain of book rows is: the one place that says it."""

NO_LINK = -1


def is_gap(is_snapshot: bool, prev_seq_id: int, last_seq_id: int) -> bool:
    """Say whether rows are missing before one that follows `prev_seq_id`, after `last_seq_id`.

    NO_LINK is what a row does not tell, or nothing has told before. A snapshot is the whole book,
    whatever is missing.

    >>> is_gap(False, 6, 7), is_gap(False, 7, 7), is_gap(True, 6, 7), is_gap(False, NO_LINK, 7)
    (True, False, False, False)
    """
    return (
        not is_snapshot
        and prev_seq_id != NO_LINK
        and last_seq_id != NO_LINK
        and prev_seq_id != last_seq_id
    )
