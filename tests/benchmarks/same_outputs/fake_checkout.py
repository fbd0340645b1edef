"""A checkout that is two short scripts: it runs in no time and can be changed by a byte."""

import sys
from collections.abc import Callable
from pathlib import Path

WriteCheckout = Callable[..., Path]

COMMAND = """\
import sys
from pathlib import Path

if "--help" in sys.argv:
    print("Usage: orderflow-process [OPTIONS]")
    sys.exit(0)
run_dir = Path(sys.argv[sys.argv.index("--run-dir") + 1])
data = run_dir / "data"
data.mkdir(parents=True)
(run_dir / "history.db").write_text(str(run_dir))
(data / "ohlc_data.json").write_text("[[0,100.0,102.0,100.0,102.0,3.0]]")
(data / "depth_data.json").write_text('{"bids":[],"asks":[]}')
(data / "metrics_data.json").write_text("[]")
(data / "cvd_data.json").write_text("[]")
(data / "processor_status.json").write_text('{"run_id":"%s","skipped":{"bad_size":1}}' % run_dir)
print("2025-07-01T00:00:00Z INFO    processor.pipeline: processing", run_dir, file=sys.stderr)
print("2025-07-01T00:00:00Z WARNING processor.quality: skipped row 2", file=sys.stderr)
sys.exit(65)
"""

SIMULATOR = """\
import shutil, sys
from pathlib import Path

module, out_dir = sys.argv[2:4]
if out_dir == "--help":
    print("Usage: python -m", module)
    sys.exit(0)
Path(out_dir).mkdir(parents=True)
shutil.copy({recording!r}, out_dir)
"""


def write_checkout(
    folder: Path, recording: Path, old: str = "", new: str = "", *, simulator_in: str = "processor"
) -> Path:
    """Write a checkout to `folder`, `old` replaced by `new`; its simulator copies `recording`."""
    bin_dir = folder / ".venv" / "bin"
    bin_dir.mkdir(parents=True)
    (folder / simulator_in / "simulator").mkdir(parents=True)
    simulator = SIMULATOR.format(recording=str(recording))
    assert old in COMMAND + simulator
    for script, text in (("orderflow-process", COMMAND), ("python", simulator)):
        changed = text.replace(old, new) if old else text
        (bin_dir / script).write_text(f"#!{sys.executable} -S\n{changed}")
        (bin_dir / script).chmod(0o755)
    return folder
