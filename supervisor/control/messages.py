"""What commands and the running supervisor say to each other, one JSON line each."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from shared.run_files.documents import decode_document
from shared.run_files.supervisor_status import SupervisorStatus

MAX_REQUEST_BYTES = 4_096
MAX_ANSWER_BYTES = 4_000_000


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a command asks; without `worker` it means all of them.

    A Struct, as those can refuse what they do not know: a misspelt `worker` must not mean all.
    """

    command: str
    worker: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the supervisor answers; `status` is the content of `status.json`."""

    is_ok: bool
    message: str
    status: SupervisorStatus | None = None


def encode_message(message: Request | Answer) -> bytes:
    """Return the line of `message`, its newline included."""
    return msgspec.json.encode(message) + b"\n"


def decode_request(line: bytes, control_socket: Path) -> Request:
    """Return the request that `line` is; raise BrokenFileError when it is none."""
    return decode_document(control_socket, line, Request)


def decode_answer(line: bytes, control_socket: Path) -> Answer:
    """Return the answer that `line` is; raise BrokenFileError when it is none."""
    return decode_document(control_socket, line, Answer)
