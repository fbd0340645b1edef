"""The replay as it was before the first row of a file, for the case that it must go back there."""

import copy
from collections import Counter
from dataclasses import dataclass
from typing import Any

from processor.calculation.position import Position
from processor.engine.replay_context import ReplayContext
from processor.engine.state import EngineState
from processor.reporting.quality import Quality
from shared.recordings.problems import RowProblem


@dataclass(slots=True)
class FileStart:
    """What a file that cannot be read as it was begun takes the replay back to.

    `problems_before` is how many file problems were known before the replay began; they are no
    part of its document.
    """

    state: EngineState
    position: Position
    quality: Quality
    problems_before: int
    _document: dict[str, Any] | None = None

    @classmethod
    def of(cls, context: ReplayContext, problems_before: int) -> "FileStart":
        """Return the start of the file that `context` is about to read."""
        return cls(
            copy.deepcopy(context.state),
            copy.deepcopy(context.position),
            copy.deepcopy(context.quality),
            problems_before,
        )

    @classmethod
    def from_document(
        cls, document: dict[str, Any], context: ReplayContext, problems_before: int
    ) -> "FileStart":
        """Return the start that `to_document` saw, of the file that `context` is in the midst of.

        Raises KeyError, TypeError or ValueError when `document` is no such thing.
        """
        skipped = {RowProblem(kind): count for kind, count in document["skipped"].items()}
        quality = copy.deepcopy(context.quality)
        quality.skipped = Counter(skipped)
        del quality.file_problems[problems_before + document["file_problems"] :]
        del quality.poison_rows[document["poison_rows"] :]
        state, position = restored(document, context, context.position.files_done)
        return cls(state, position, quality, problems_before, document)

    def to_document(self) -> dict[str, Any]:
        """Return as JSON values all that `from_document` needs; worked out once."""
        if self._document is None:
            self._document = {
                "data_time_ms": self.position.data_time_ms,
                "book_time_ms": self.position.book_time_ms,
                "state": self.state.to_document(),
                "skipped": {str(kind): count for kind, count in self.quality.skipped.items()},
                "file_problems": len(self.quality.file_problems) - self.problems_before,
                "poison_rows": len(self.quality.poison_rows),
            }
        return self._document

    def put_back(self, context: ReplayContext) -> None:
        """Make `context` what it was at the file's start; this start is used up by that."""
        context.state, context.position = self.state, self.position
        context.quality.go_back_to(self.quality)
        if context.sink is not None:
            context.sink.take_back_file()


def restored(
    document: dict[str, Any], context: ReplayContext, files_done: int
) -> tuple[EngineState, Position]:
    """Return the state and position in a document of the replay or of a file's start.

    Raises KeyError, TypeError or ValueError when `document` is no such thing.
    """
    state = EngineState(context.job, keeps_time=context.keeps_time)
    state.restore(document["state"])
    return state, Position(
        files_done=files_done,
        book_rows=state.book_rows,
        trades=state.trades,
        data_time_ms=document["data_time_ms"],
        book_time_ms=document["book_time_ms"],
    )
