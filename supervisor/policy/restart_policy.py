"""The numbers of the restart policy, and the delay they make."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """The numbers of the policy; seconds unless the name says otherwise."""

    backoff_first_s: float = 0.5
    backoff_max_s: float = 30.0
    backoff_jitter: float = 0.2
    healthy_s: float = 60.0
    max_failures_in_a_row: int = 5
    max_failures_per_hour: int = 20
    startup_allowance_s: float = 30.0
    heartbeat_deadline_s: float = 10.0
    failed_probes_not_ready: int = 3
    failed_probes_hung: int = 5
    abort_grace_s: float = 2.0
    stop_grace_s: float = 3.0
    memory_limit_bytes: int = 2_000_000_000
    memory_strikes: int = 3


def backoff_s(attempt: int, chance: float, policy: RestartPolicy) -> float:
    """Return the delay after the `attempt`th failure in a row, jitter included."""
    # 2.0**1024 overflows; the limit is reached long before the exponent matters
    doubled = policy.backoff_first_s * 2.0 ** min(attempt - 1, 64)
    return min(doubled, policy.backoff_max_s) * (1 + policy.backoff_jitter * (2 * chance - 1))
