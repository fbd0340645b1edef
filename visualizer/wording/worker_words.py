"""What a reader calls the workers that the supervisor's status lists."""

PROCESSOR = "processor"
PAGE = "visualizer"
"""The worker that serves this very page: whoever reads its state sees that it runs."""

_TITLES = {PAGE: "Page"}


def title_of(worker: str) -> str:
    """Return the word for a worker in the header and in notices: `Processor`, `Page`, …"""
    return _TITLES.get(worker, worker.capitalize())
