"""No document in the run directory, whatever it holds, fails a poll of the page's real server."""

import json
import os
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.run_files.run_directory import RunDirectory
from tests.support.damage import damaged, large
from tests.support.page_server import PageServer
from tests.support.run_files import RunFiles, running

SEED = int(os.environ.get("FUZZ_SEED", random.randrange(10**6)))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", 300))


@pytest.fixture(autouse=True)
def told_seed() -> None:
    print(f"FUZZ_SEED={SEED}")  # noqa: T201 # pytest shows it with a failure


@pytest.fixture
def served(files: RunFiles, server: PageServer) -> PageServer:
    """A page that has seen a good document in every file."""
    files.add(5)
    files.write_processor(last_error="none", skipped={"bad_price": 1})
    files.write_supervisor(running())
    assert problems(server) == {}
    return server


def read_files(run: RunDirectory) -> dict[str, Path]:
    """Every document the page reads, by the name it has in the feed."""
    return {
        "ohlc": run.ohlc,
        "metrics": run.metrics,
        "cvd": run.cvd,
        "depth": run.depth,
        "processor": run.processor_status,
        "supervisor": run.supervisor_status,
    }


def poll(server: PageServer, what: object = "") -> dict[str, Any]:
    answer = server.get("/_feed")
    assert answer.status == 200, (what, server.log()[-2000:])
    message: dict[str, Any] = orjson.loads(answer.body)
    return message


def problems(server: PageServer, what: object = "") -> dict[str, str]:
    files = poll(server, what)["files"]
    return {name: state["problem"] for name, state in files.items() if state["problem"]}


def test_damage_anywhere_is_a_notice_at_most(files: RunFiles, served: PageServer) -> None:
    rng = random.Random(SEED)
    good = {name: path.read_bytes() for name, path in read_files(files.run).items()}
    shown = poll(served)
    told = 0
    for _ in range(ROUNDS):
        name, path = rng.choice(list(read_files(files.run).items()))
        content = damaged(orjson.loads(good[name]), rng)
        path.write_bytes(content)
        message = poll(served, content)
        problem = message["files"][name]["problem"]
        if problem is not None:
            told += 1
            assert problem.startswith(("expected", "bar ")), problem
            assert len(problem) < 400, problem
            if name != "supervisor":  # its age goes on
                assert message[name] == shown[name], "the last good values stay"
        path.write_bytes(good[name])
        assert problems(served, content) == {}
    assert told > ROUNDS / 3
    assert "Traceback" not in served.log()


def test_large_documents_are_refused_or_shown(files: RunFiles, served: PageServer) -> None:
    for name, path in read_files(files.run).items():
        good = path.read_bytes()
        for content in large(random.Random(SEED)):
            path.write_bytes(content)
            problem = poll(served, content[:100])["files"][name]["problem"]
            assert problem is None or len(problem) < 400
        path.write_bytes(good)
    assert problems(served) == {}
    assert "Traceback" not in served.log()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("processor", {"updated_at_ms": "yesterday"}),
        ("processor", {"updated_at_ms": 10**30}),
        ("processor", {"data_time_ms": 10**30}),
        ("processor", {"pid": -1}),
        ("supervisor", {"updated_at_ms": "yesterday"}),
        ("supervisor", {"started_at_ms": 10**30}),
        ("supervisor", {"workers": [{"name": "x"}]}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value.items())),
)
def test_a_wrong_field_is_named_and_the_last_good_content_stays(
    files: RunFiles, served: PageServer, name: str, changes: dict[str, Any]
) -> None:
    path = read_files(files.run)[name]
    before = poll(served)[name]
    path.write_bytes(json.dumps({**orjson.loads(path.read_bytes()), **changes}).encode())
    message = poll(served)
    field = next(iter(changes))
    assert f"$.{field}" in message["files"][name]["problem"]
    assert message[name] == before


def test_numbers_that_are_absurd_and_yet_numbers_are_shown(
    files: RunFiles, served: PageServer
) -> None:
    status = asdict(files.write_processor())
    status |= {"share_done": 1e308, "rows_per_s": -1e308, "eta_s": 1e308, "book_rows": 2**53}
    files.run.processor_status.write_bytes(json.dumps(status).encode())
    files.run.depth.write_bytes(b'{"bids": [[1e308, 1e308]], "asks": [[1e-308, 0]]}')
    files.write_supervisor(running(uptime_s=1e308, rss_bytes=2**53, restarts=2**53, exit_code=-1))
    assert problems(served) == {}
    assert poll(served)["processor"]["share_done"] == 1e308
