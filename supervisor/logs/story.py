"""Tell the lines of the process status log as a reader on a terminal wants them."""

from shared.run_files.event_lines import decode_event
from shared.run_files.event_wording import level_of, line_of


def told(line: str) -> str:
    """Return a line of `events.jsonl` as its moment, its level and what happened."""
    event = decode_event(line.encode())
    return f"{event.record.ts or '':<24} {level_of(event):<5} {line_of(event)}"
