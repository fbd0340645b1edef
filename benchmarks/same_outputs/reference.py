"""Makes the reference of a checkout, keeps it as a JSON file, and observes another one likewise."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from benchmarks.same_outputs.cases import SIMULATOR, Case, help_case
from benchmarks.same_outputs.outcome import Outcome, observe

AT_ONCE = 2
"""Cases that run at the same time."""

_COMMANDS = re.compile(r"^Commands:\n(?P<list>(?:  .*\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reference:
    """What came out of each case, by its name, and the digest of each folder that was read."""

    cases: tuple[Case, ...]
    inputs: dict[str, str]
    outcomes: dict[str, Outcome]

    def write(self, path: Path) -> None:
        """Write it to `path`."""
        path.write_text(json.dumps(asdict(self), indent=1), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Reference":
        """Read what `write` has written."""
        document = json.loads(path.read_text("utf-8"))
        cases = tuple(
            Case(case["name"], tuple(case["command"]), case["data_dir"])
            for case in document["cases"]
        )
        return cls(cases, document["inputs"], document["outcomes"])


def make_reference(checkout: Path, cases: Iterable[Case]) -> Reference:
    """Run `cases` in `checkout`, and ask all its commands for help."""
    wanted = (*cases, *help_cases(checkout))
    twice = [name for name, count in Counter(case.name for case in wanted).items() if count > 1]
    if twice:
        raise ValueError(f"expected each case once, found twice: {', '.join(twice)}")
    inputs = digest_inputs(wanted)
    return Reference(wanted, inputs, observe_all(checkout, wanted))


def observe_all(checkout: Path, cases: Sequence[Case]) -> dict[str, Outcome]:
    """Return what comes out of each case in `checkout`, by its name."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = pool.map(lambda case: observe(checkout, case), cases)
        shown = tqdm(outcomes, total=len(cases), unit="case", disable=None, leave=False)
        return {case.name: outcome for case, outcome in zip(cases, shown, strict=True)}


def help_cases(checkout: Path) -> Iterator[Case]:
    """Yield the help of each command of `checkout` and of their subcommands."""
    scripts = sorted((checkout / ".venv" / "bin").glob("orderflow-*"))
    asked: list[tuple[str, ...]] = [(SIMULATOR,), *((script.name,) for script in scripts)]
    for command in asked:
        case = help_case(command)
        yield case
        listed = _COMMANDS.search(observe(checkout, case)["printed"] + "\n")
        names = [line.split()[0] for line in listed["list"].splitlines()] if listed else []
        asked += [(*command, name) for name in names]


def digest_inputs(cases: Iterable[Case]) -> dict[str, str]:
    """Return a digest of all that lies in each folder that `cases` read."""
    return {folder: _digest(Path(folder)) for folder in sorted({c.data_dir for c in cases} - {""})}


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
