"""The numbers of the restart policy as command-line options."""

from dataclasses import fields
from typing import Any

import click

from supervisor.policy.restart_policy import RestartPolicy

_HELP = {
    "backoff_first_s": "Delay before the first restart, in seconds; doubles with every failure.",
    "backoff_max_s": "Longest delay before a restart, in seconds.",
    "backoff_jitter": "Share by which a delay may vary, either way.",
    "healthy_s": "Seconds of being ready after which earlier failures are forgotten.",
    "max_failures_in_a_row": "Failures in a row after which a worker is given up.",
    "max_failures_per_hour": "Failures in an hour after which a worker is given up.",
    "startup_allowance_s": "Seconds a worker has to show a first sign of health.",
    "heartbeat_deadline_s": "Seconds without a heartbeat after which a worker that beats is hung.",
    "failed_probes_not_ready": "Failed health probes after which a probed worker is not ready.",
    "failed_probes_hung": "Failed health probes after which a probed worker is hung.",
    "abort_grace_s": "Seconds a hung worker has to write its traceback before it is killed.",
    "stop_grace_s": "Seconds a worker has to stop before it is killed.",
    "memory_limit_bytes": "Resident bytes of a worker's process tree that call for a restart.",
    "memory_strikes": "Measurements in a row over the limit before that restart.",
}
_LEAST = {"max_failures_in_a_row": 0, "max_failures_per_hour": 0, "memory_limit_bytes": 1}


def _option_for(name: str, default: float) -> Any:
    flag = "--" + name.removesuffix("_s").replace("_", "-")
    kind: click.ParamType[Any]
    if isinstance(default, int):
        kind = click.IntRange(min=_LEAST.get(name, 1))
    elif name == "backoff_jitter":
        kind = click.FloatRange(0, 1, max_open=True)
    else:
        kind = click.FloatRange(min=0)
    return click.option(
        flag,
        name,
        type=kind,
        envvar=f"ORDERFLOW_{name.removesuffix('_s').upper()}",
        default=default,
        show_default=True,
        show_envvar=True,
        help=_HELP[name],
    )


POLICY_OPTIONS = tuple(
    _option_for(number.name, getattr(RestartPolicy(), number.name))
    for number in fields(RestartPolicy)
)
"""One option for each number, named as in `RestartPolicy`, with its default."""


def make_policy(values: dict[str, Any]) -> RestartPolicy:
    """Take the values of `POLICY_OPTIONS` out of `values` and return the policy they make."""
    return RestartPolicy(
        **{number.name: values.pop(number.name) for number in fields(RestartPolicy)}
    )
