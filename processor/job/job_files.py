"""The day files of a job: found once, or, of one that is followed, as they appear."""

from collections.abc import Callable, Sequence
from datetime import date

from processor.job.identity import FileIdentity, identify_file, identify_growing_file
from processor.reporting.quality import Quality
from shared.errors import NoInputError
from shared.job import Job
from shared.recordings.day_files import DayFile, FoundFiles, find_day_files
from shared.recordings.growing.days import GrowingDays
from shared.recordings.opening import estimated_rows


class JobFiles:
    """The files of `job`; what is missing of them is reported to `quality`.

    `days` is where more of them come from, None where none do. `digests` tell each, by its day,
    from any other file.
    """

    def __init__(self, job: Job, quality: Quality) -> None:
        self._job = job
        self._quality = quality
        self._files: Sequence[DayFile] = ()
        self.digests: dict[int, str] = {}
        self.days: GrowingDays | None = None
        if job.is_followed:
            self.days = GrowingDays(job.data_dir, job.instrument, job.time_range)

    def find(self) -> Sequence[DayFile]:
        """Find the files, and return them; those of a job that is followed become more.

        Raises NoInputError when there is none, unless one can still come.
        """
        if self.days is not None:
            self.days.look()
            self._files = self.days.files
        else:
            found = find_day_files(
                self._job.data_dir, self._job.instrument, self._job.time_range.days
            )
            self._report_absences(found)
            self._files = found.files
        self.digests.update({file.day: self.identify(file).digest for file in self._files})
        return self._files

    @property
    def identify(self) -> Callable[[DayFile], FileIdentity]:
        """What tells one of the files from any other."""
        return identify_file if self.days is None else identify_growing_file

    def add(self, file: DayFile) -> None:
        """Take note of a file that has appeared."""
        self.digests[file.day] = self.identify(file).digest

    def estimated_rows(self) -> int | None:
        """Return about how many rows there are, None where nobody can tell."""
        if self.days is not None:
            return None
        rows = [estimated_rows(file.path) for file in self._files]
        known = [count for count in rows if count is not None]
        return sum(known) if len(known) == len(rows) else None

    def report_gaps(self) -> None:
        """Report the days of a job followed to its end that there was no file of."""
        job = self._job
        if self.days is not None and not job.time_range.is_open:
            try:
                found = find_day_files(job.data_dir, job.instrument, job.time_range.days)
            except NoInputError:  # that is told by whoever needed one
                return
            self._report_absences(found)

    def _report_absences(self, found: FoundFiles) -> None:
        for first, last, count in found.gaps:
            problem = "expected a day file, found none"
            if count > 1:
                problem = f"expected {count} day files up to {self._name(last)}, found none"
            self._quality.report_file(self._job.data_dir / self._name(first), problem)
        for folder, reason in found.unreadable:
            self._quality.report_file(folder, f"the folder cannot be read: {reason}")
        for file in found.duplicates:
            self._quality.report_file(file.path, "another file of the same day is used")

    def _name(self, day: date) -> str:
        return f"{self._job.instrument}-{day:%y-%m-%d}.db"
