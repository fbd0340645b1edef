"""What a run of the supervisor is made of, once all that can be refused has been found in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from shared.run_files.run_directory import RunDirectory
from shared.run_files.run_lock import RunLock
from supervisor.health.page_endpoint import PageEndpoint
from supervisor.policy.restart_policy import RestartPolicy
from supervisor.processes.worker_spec import Assignment, WorkerSpec


@dataclass(frozen=True, slots=True)
class RunSetup:
    """The workers, what they are told, and what all of them share.

    The end of one of `launchers` ends the run: a process manager, or its helper.
    """

    run_dir: RunDirectory
    lock: RunLock
    boot_id: str
    specs: Sequence[WorkerSpec]
    assignment: Assignment
    page: PageEndpoint
    policy: RestartPolicy = field(default_factory=RestartPolicy)
    launchers: tuple[psutil.Process, ...] = ()

    def __post_init__(self) -> None:
        names = [spec.name for spec in self.specs]
        if len(set(names)) < len(names):
            raise ValueError(f"expected one worker of each name, found {', '.join(names)}")
