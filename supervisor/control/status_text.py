"""Say in a few lines how a run is, from the document of `status.json`."""

from typing import Any

from shared.run_files.supervisor_status import WorkerState


def is_healthy(document: dict[str, Any]) -> bool:
    """Say whether every worker is ready or has ended as it should."""
    return all(
        worker["state"] == WorkerState.EXITED
        or (worker["state"] == WorkerState.RUNNING and worker["is_ready"])
        for worker in document["workers"]
    )


def status_text(document: dict[str, Any]) -> str:
    """Return the run and each worker as a line."""
    lines = [f"supervisor  pid {document['pid']}  {document['instrument']}  {document['page_url']}"]
    lines += [_worker_line(worker) for worker in document["workers"]]
    return "\n".join(lines)


def _worker_line(worker: dict[str, Any]) -> str:
    state = worker["state"]
    if state == WorkerState.RUNNING and not worker["is_ready"]:
        state += " (not ready)"
    parts = [f"{worker['name']:<11} {state}"]
    if worker["pid"] is not None:
        parts.append(f"pid {worker['pid']}, up {worker['uptime_s']:.0f} s")
    if worker["rss_bytes"]:
        parts.append(f"{worker['rss_bytes'] / 1e6:.0f} MB")
    parts.append(f"{worker['restarts']} restarts")
    if worker["reason"]:
        parts.append(worker["reason"])
    return "  ".join(parts)
