"""When published files are called stale."""

from supervisor.files.freshness import Freshness


def test_progress_without_a_change_for_10_s_is_stale_and_a_change_mends_it() -> None:
    fresh = Freshness(changed_at=100.0, progress=5)
    assert not fresh.seen(109.9, 6).is_stale
    stale = fresh.seen(110.0, 6)
    assert stale.is_stale
    assert stale.seen(111.0, 6).is_stale
    assert not stale.changed(112.0, 7).seen(113.0, 8).is_stale


def test_no_progress_is_never_stale() -> None:
    assert not Freshness(changed_at=100.0, progress=5).seen(1000.0, 5).is_stale


def test_a_new_process_counts_from_the_start_again() -> None:
    restarted = Freshness(changed_at=100.0, progress=500).seen(200.0, 1)
    assert not restarted.is_stale
    assert not restarted.seen(209.9, 2).is_stale
    assert restarted.seen(210.0, 2).is_stale
