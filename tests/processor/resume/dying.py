"""Run a job in one process after the other, each killed as the plan says, until one is left alone.

The plan is one JSON argument: the job, `batch_rows`, and either

- `fault`: where in the taking of a checkpoint a process sends itself SIGKILL, each one
  step after the one before; or
- `kills` and `seed`: how many processes get a SIGKILL from outside, each after a few steps and at
  any moment within the next. Steps are given out one by one, so that a short recording lasts.

All are forked from this process, which has loaded the kernels: a life takes milliseconds.
"""

import json
import os
import random
import select
import signal
import sys
import traceback
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from processor.engine.compiling import loading as kernels
from processor.engine.replay import file_replay
from processor.engine.replay.engine_replay import EngineReplay
from processor.job import checkpoint, job_run
from processor.job.pipeline import Pipeline
from processor.job.stop_signal import StopSignal
from processor.reporting import publisher
from shared.command_line.logs import configure_logging
from shared.job import Job, TimeRange
from shared.worker_link import WorkerLink

LONGEST_WAIT_SECONDS = 0.004
MOST_LIVES = 2000

FAULTS = ("before temp", "half written", "before the first", "between", "after the second", "after")


LASTING = FAULTS[4:]
"""With these the checkpoint is there, so that each process takes but one and dies."""


def main() -> None:
    plan = json.loads(sys.argv[1])
    configure_logging()
    kernels._call_each_with_nothing(kernels._no_heat())
    kernels.Kernels.prepare = lambda self, **_: self._prepare()  # at once: they are loaded
    job_run.LOOK_SECONDS = publisher.PUBLISH_SECONDS = publisher.BAR_END_SECONDS = 0.0
    file_replay.BOOK_ROWS = file_replay.TRADE_ROWS = plan["batch_rows"]
    deaths, exit_code = _lives(plan)
    sys.stdout.write(json.dumps({"deaths": deaths, "exit_code": exit_code}))


def _lives(plan: dict[str, Any]) -> tuple[int, int]:
    chance = random.Random(plan.get("seed"))
    for deaths in range(MOST_LIVES):
        if "kills" in plan:
            status = _life_with_an_end(plan, chance) if deaths < plan["kills"] else _life(plan)
        else:
            status = _life(plan, plan["fault"])
        if not os.WIFSIGNALED(status):
            return deaths, os.WEXITSTATUS(status)
        assert os.WTERMSIG(status) == signal.SIGKILL, os.WTERMSIG(status)
    raise RuntimeError(f"not done after {MOST_LIVES} lives")


def _life(plan: dict[str, Any], fault: str | None = None) -> int:
    pid = os.fork()
    if pid == 0:
        if fault is not None:
            _die_at_checkpoint(fault)
        _work(plan)
    return os.waitpid(pid, 0)[1]


def _life_with_an_end(plan: dict[str, Any], chance: random.Random) -> int:
    tokens_read, tokens = os.pipe()
    begun, begun_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(tokens)
        os.close(begun)
        _wait_for_tokens(tokens_read, begun_write)
        _work(plan)
    os.close(tokens_read)
    os.close(begun_write)
    steps = chance.choice((1, 2, 2, 3, 3))
    os.write(tokens, bytes(steps))
    for _ in range(steps):
        assert os.read(begun, 1), "it came to its end before it was killed"
    select.select([], [], [], chance.uniform(0, LONGEST_WAIT_SECONDS))
    os.kill(pid, signal.SIGKILL)
    os.close(tokens)
    os.close(begun)
    return os.waitpid(pid, 0)[1]


def _work(plan: dict[str, Any]) -> NoReturn:
    code = 70
    try:
        job = Job(
            instrument=plan["instrument"],
            time_range=TimeRange(plan["from_ms"], plan["to_ms"]),
            data_dir=Path(plan["data_dir"]),
            run_dir=Path(plan["run_dir"]),
            window_seconds=plan.get("window_seconds", 60),
            depth_levels=plan.get("depth_levels", 20),
        )
        code = Pipeline(job, WorkerLink(), StopSignal(), checkpoint_seconds=0.0).run()
    except BaseException:  # noqa: BLE001 - a forked process goes no further than this
        traceback.print_exc()
    finally:
        os._exit(code)


def _wait_for_tokens(tokens: int, begun: int) -> None:
    steps = EngineReplay.steps

    def gated(self: EngineReplay) -> Generator[None, None, None]:
        with closing(steps(self)) as all_steps:
            while True:
                os.read(tokens, 1)
                os.write(begun, b"!")
                try:
                    next(all_steps)
                except StopIteration:
                    return
                yield

    EngineReplay.steps = gated


def _die_at_checkpoint(fault: str) -> None:
    assert fault in FAULTS, fault
    whole, replace = checkpoint.replace_file, Path.replace
    taken = 0

    def replace_file(path: Path, content: bytes, **options: Any) -> None:
        nonlocal taken
        taken += 1
        if taken < (1 if fault in LASTING else 2):
            return whole(path, content, **options)
        if fault == "before temp":
            _die()
        if fault == "half written":
            path.with_name(f".{path.name}.{os.getpid()}.tmp").write_bytes(
                content[: len(content) // 2]
            )
            _die()
        Path.replace = dying_replace
        whole(path, content, **options)
        _die()

    def dying_replace(self: Path, target: Path) -> Path:
        is_first = self.name == "checkpoint.json"
        if is_first and fault == "before the first":
            _die()
        renamed = replace(self, target)
        if (is_first and fault == "between") or (not is_first and fault == "after the second"):
            _die()
        return renamed

    checkpoint.replace_file = replace_file


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL did not kill")


if __name__ == "__main__":
    main()
