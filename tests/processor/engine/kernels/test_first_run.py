"""What a first-time user sees, whose machine has compiled nothing yet, and how soon it listens."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from processor.engine.compiling import finishing as finishing_kernels
from processor.engine.compiling.loading import Kernels
from processor.engine.intake import book_intake
from processor.engine.replay.engine_replay import EngineReplay
from processor.job.pipeline import Pipeline
from processor.job.stop_signal import StopSignal
from processor.reporting.quality import Quality
from shared.job import Job
from shared.recordings.day_files import DayFile
from shared.run_files.processor_status import Phase, ProcessorStatus, read_processor_status
from shared.run_files.run_directory import RunDirectory
from shared.worker_link import WorkerLink
from tests.support.commands import clean_environment
from tests.support.engine_runs import UncompiledKernels
from tests.support.recordings import T0, Book, Recording, Tick
from tests.support.runs import ONE_DAY, Published, compiled_kernels, published
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[4]

LONGEST_GAP_SECONDS = 0.5
"""How long, at most, the work may go without looking up."""


@contextmanager
def processing(
    file: DayFile, run_dir: Path, cache_dir: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the command on `file` with the compiled code in `cache_dir`."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "processor.main", "--from", "2025-07-01", "--to", "2025-07-02"),
            *("--data-dir", str(file.path.parent), "--run-dir", str(run_dir)),
        ],
        env=clean_environment(NUMBA_CACHE_DIR=str(cache_dir)),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def status(run_dir: Path) -> ProcessorStatus | None:
    path = RunDirectory(run_dir).processor_status
    return read_processor_status(path) if path.exists() else None


def has_bars(run_dir: Path) -> bool:
    path = RunDirectory(run_dir).ohlc
    return path.exists() and path.stat().st_size > len("[]")


def documents(result: Published) -> list[object]:
    return [result.ohlc, result.metrics, result.cvd, result.depth]


@pytest.fixture
def cold_cache(tmp_path: Path) -> Path:
    """A folder for compiled code that holds none."""
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_bars_are_on_disk_before_anything_is_compiled_and_the_result_is_the_same(
    demo_hour: DayFile, cold_cache: Path, tmp_path: Path
) -> None:
    cold, warm = tmp_path / "cold", tmp_path / "warm"
    with processing(demo_hour, cold, cold_cache) as process:
        wait_for(lambda: has_bars(cold), "bars of a first run", 30)
        assert not list(cold_cache.rglob("*apply_to_ladder*.nbc"))
        assert process.wait(timeout=120) == 0
    # Where the rows were done before the compiler, a process of its own goes on.
    wait_for(lambda: list(cold_cache.rglob("*apply_to_ladder*.nbc")), "compiled kernels", 120)
    with processing(demo_hour, warm, cold_cache) as process:
        assert process.wait(timeout=60) == 0
    assert documents(published(cold)) == documents(published(warm))


KERNELS = ("parse_levels", "apply_to_ladder", "count_trades")


def are_kept(cache: Path) -> bool:
    return all(list(cache.rglob(f"*{kernel}*.nbc")) for kernel in KERNELS)


def finishing(cache: Path) -> list[psutil.Process]:
    """Return the processes that go on compiling into `cache`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if (
                finishing_kernels.__name__ in process.cmdline()
                and process.environ().get("NUMBA_CACHE_DIR") == str(cache)
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
    return found


@pytest.fixture
def short(tmp_path: Path) -> DayFile:
    """A recording that is done before anything can be compiled."""
    rows = [Book(T0 + 1000 * index, [["100", "1"]], [["101", "1"]]) for index in range(100)]
    return Recording(tmp_path / "short").write(rows, [Tick(T0 + 500)])


@pytest.mark.slow
def test_what_a_short_first_run_began_to_compile_is_kept_and_nobody_waits_for_it(
    short: DayFile, cold_cache: Path, tmp_path: Path
) -> None:
    with processing(short, tmp_path / "run", cold_cache) as process:
        assert process.wait(timeout=60) == 0
        assert not are_kept(cold_cache), "it had waited for the compiler"
    [other] = wait_for(lambda: finishing(cold_cache), "a process that goes on", 10)
    assert other.nice() >= 0
    with processing(short, tmp_path / "second", cold_cache) as process:
        assert process.wait(timeout=60) == 0
    wait_for(lambda: are_kept(cold_cache), "compiled kernels", 120)
    wait_for(lambda: not finishing(cold_cache), "the end of the process that went on", 30)
    with processing(short, tmp_path / "third", cold_cache) as process:
        assert process.wait(timeout=60) == 0
    assert not finishing(cold_cache), "nothing was left to do"


ENDS_WHILE_LOADING = """
import threading
from processor.engine.compiling.cache import note_all_kept
from processor.engine.compiling.loading import is_half_compiled
begun, go_on = threading.Event(), threading.Event()
threading.Thread(target=lambda: begun.set() or go_on.wait(), name="compile", daemon=True).start()
begun.wait()
print(is_half_compiled())
note_all_kept()
print(is_half_compiled())
"""


def test_a_run_that_ends_while_it_loads_what_is_all_kept_leaves_nothing_to_do(
    cold_cache: Path,
) -> None:
    run = subprocess.run(
        (sys.executable, "-c", ENDS_WHILE_LOADING),
        env=clean_environment(NUMBA_CACHE_DIR=str(cold_cache)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["True", "False"]


def test_who_stopped_a_run_gets_no_process_that_goes_on(
    demo_hour: DayFile, cold_cache: Path, tmp_path: Path
) -> None:
    with processing(demo_hour, tmp_path, cold_cache) as process:
        wait_for(lambda: has_bars(tmp_path), "bars of a first run", 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 128 + signal.SIGTERM
    assert not finishing(cold_cache)


def test_ctrl_c_while_kernels_compile_ends_the_run_at_once(
    demo_hour: DayFile, cold_cache: Path, tmp_path: Path
) -> None:
    with processing(demo_hour, tmp_path, cold_cache) as process:
        wait_for(lambda: has_bars(tmp_path), "bars of a first run", 30)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 128 + signal.SIGINT
    assert published(tmp_path).status.phase is Phase.STOPPED


def engine_replay(file: DayFile, kernels: Kernels) -> EngineReplay:
    return EngineReplay(
        [file], Job(file.instrument, ONE_DAY, Path(), Path(), 60, 50), Quality(), kernels
    )


def test_kernels_in_the_cache_are_waited_for_and_no_row_goes_alone(
    demo_minutes: DayFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled_kernels()
    rows: list[object] = []
    monkeypatch.setattr(book_intake, "parse_book_row", lambda *row: rows.append(row))
    replay = engine_replay(demo_minutes, Kernels())
    for _ in replay.steps():
        pass
    assert replay.position.book_rows > 3_000
    assert rows == []


def test_before_anything_is_compiled_trades_keep_step_with_rows(demo_minutes: DayFile) -> None:
    replay = engine_replay(demo_minutes, UncompiledKernels())
    steps = replay.steps()
    while not replay.ohlc_bars:
        next(steps)
    assert replay.position.book_rows < 100
    steps.close()


class ListeningLink(WorkerLink):
    """Notes when the work loop looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.beats: list[float] = []

    def heartbeat(self, progress: Mapping[str, int | float | None]) -> None:  # noqa: ARG002
        self.beats.append(time.monotonic())


def longest_gap(moments: list[float]) -> float:
    return max(after - before for before, after in pairwise(moments))


@pytest.mark.parametrize(
    "make_kernels", [UncompiledKernels, compiled_kernels], ids=["not-compiled", "compiled"]
)
def test_the_engine_looks_up_often_whatever_its_kernels_do(
    demo_minutes: DayFile, demo_hour: DayFile, make_kernels: Callable[[], Kernels]
) -> None:
    kernels = make_kernels()
    file = demo_hour if kernels.is_ready else demo_minutes
    moments = [time.monotonic()]
    moments.extend(time.monotonic() for _ in engine_replay(file, kernels).steps())
    assert len(moments) > 10
    assert longest_gap(moments) < LONGEST_GAP_SECONDS


def test_heartbeat_and_publishing_go_on_through_a_whole_run(
    demo_hour: DayFile, tmp_path: Path
) -> None:
    link = ListeningLink()
    job = Job(demo_hour.instrument, ONE_DAY, demo_hour.path.parent, tmp_path, 60, 50)
    started = time.monotonic()
    assert Pipeline(job, link, StopSignal()).run() == 0
    gaps = [started, *link.beats, time.monotonic()]
    assert len(link.beats) >= 2
    assert longest_gap(gaps) < 2 * LONGEST_GAP_SECONDS  # opening and finishing included
