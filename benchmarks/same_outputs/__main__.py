"""The command `python -m benchmarks.same_outputs`: harvest, record and compare."""

import subprocess
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import click

from benchmarks.same_outputs import odd_inputs
from benchmarks.same_outputs.cases import SIMULATOR, Case, odd_cases, other_cases, recording_cases
from benchmarks.same_outputs.difference import differences
from benchmarks.same_outputs.outcome import environment_of, find_program
from benchmarks.same_outputs.reference import Reference, digest_inputs, make_reference, observe_all

FOLDER = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)
CHECKOUT = click.option(
    "--checkout", type=FOLDER, required=True, help="Checkout to run, set up with its .venv."
)


@click.group()
def main() -> None:
    """Show that two checkouts give the same outputs, to the byte.

    \b
    Example:
      python -m benchmarks.same_outputs harvest --checkout ../old --out /tmp/odd
      python -m benchmarks.same_outputs record --checkout ../old --odd-inputs /tmp/odd --out r.json
      python -m benchmarks.same_outputs compare --checkout . --reference r.json
    """


@main.command()
@CHECKOUT
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for the recordings; it must not be there yet.",
)
def harvest(checkout: Path, out: Path) -> None:
    """Run the tests of a checkout and keep the odd recordings that they make."""
    if out.exists():
        raise click.UsageError(f"{out}: expected no such folder yet")
    count = odd_inputs.harvest(checkout, out.absolute())
    click.echo(f"{out}: {count} recordings")


@main.command()
@CHECKOUT
@click.option(
    "--out",
    type=click.Path(dir_okay=False, resolve_path=True, path_type=Path),
    required=True,
    help="File for the reference; the demo's recording goes into a folder beside it.",
)
@click.option(
    "--inputs",
    type=FOLDER,
    multiple=True,
    help="Folder of sound recordings.  [default: ../shared/data beside the checkout]",
)
@click.option("--odd-inputs", "odd", type=FOLDER, help="Folder of odd ones, as `harvest` makes it.")
def record(checkout: Path, out: Path, inputs: tuple[Path, ...], odd: Path | None) -> None:
    """Run every case in a checkout and write down what comes out, as a reference.

    The recordings are to stay where they are: `compare` reads them there.
    """
    made = out.with_suffix(".inputs")
    _simulate_demo(checkout, made / "demo")
    roots = [*(inputs or [(checkout.parent / "shared" / "data").resolve()]), made]
    cases = [case for root in roots for case in recording_cases(root, _tell)]
    cases += odd_cases(odd, _tell) if odd else []
    cases += other_cases()
    reference = make_reference(checkout, cases)
    reference.write(out)
    ends = Counter(outcome["exit code"] for outcome in reference.outcomes.values())
    told = ", ".join(f"{count} of exit code {code}" for code, count in sorted(ends.items()))
    click.echo(f"{out}: {len(reference.cases)} cases, {told}")


@main.command()
@CHECKOUT
@click.option(
    "--reference",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="File that `record` has written.",
)
@click.option("--only", "only", multiple=True, help="Run the cases of this pattern alone.")
@click.option("--ignore", "ignored", multiple=True, help="Pass over '<case>: <part>' like this.")
@click.option("--ignore-help", "helps", multiple=True, help="Pass over the help of this command.")
def compare(
    checkout: Path,
    path: Path,
    only: tuple[str, ...],
    ignored: tuple[str, ...],
    helps: tuple[str, ...],
) -> None:
    """Run every case of a reference in another checkout; exits 1 when anything differs.

    Patterns are as in a shell: --only 'okx/*' --ignore '*: status observed'.
    """
    reference = Reference.read(path)
    cases = [case for case in reference.cases if not only or _matches(case.name, only)]
    if not cases:
        raise click.UsageError(f"expected a case like {' or '.join(only)}, found none")
    _check_inputs(reference, cases, "changed since the reference was made")
    passed_over = (*ignored, *(f"help {name}: *" for name in helps))
    found = observe_all(checkout, cases)
    _check_inputs(reference, cases, "changed by the run, which may only read them")
    different = 0
    for case in cases:
        parts = [
            f"{case.name}: {part}: {text}"
            for part, text in differences(reference.outcomes[case.name], found[case.name])
            if not _matches(f"{case.name}: {part}", passed_over)
        ]
        if parts:
            different += 1
            click.echo("\n".join([*parts, f"  of {' '.join(case.command)}", ""]))
    click.echo(f"{len(cases)} cases compared, {different} different")
    click.get_current_context().exit(1 if different else 0)


def _simulate_demo(checkout: Path, folder: Path) -> None:
    program, _ = find_program(checkout, SIMULATOR)
    subprocess.run([*program, str(folder)], env=environment_of(checkout), check=True)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _check_inputs(reference: Reference, cases: list[Case], complaint: str) -> None:
    for folder, digest in digest_inputs(cases).items():
        if digest != reference.inputs[folder]:
            raise click.ClickException(f"{folder}: {complaint}")


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.same_outputs")
