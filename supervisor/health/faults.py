"""Say what is wrong with the answer to a health probe."""

from shared.worker_link import BOOT_ID_HEADER


def fault_in(answer: bytes, boot_id: str) -> str | None:
    """Return why `answer` is no sign of health of the worker with `boot_id`, or None if it is.

    `answer` is an HTTP response, or what came of it; only its head counts.
    """
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    status_line, *header_lines = head.split("\r\n")
    status = status_line.split(" ")
    if len(status) < 2 or not status[0].startswith("HTTP/"):
        return "no HTTP answer"
    if status[1] != "200":
        return f"expected status 200, found {status[1]}"
    wanted = BOOT_ID_HEADER.lower()
    for line in header_lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == wanted:
            return None if value.strip() == boot_id else "answered by another worker"
    return "answered without this worker's boot id"
