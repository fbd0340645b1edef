"""Notice when workers claim progress and the published files say otherwise."""

from dataclasses import dataclass, replace

STALE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a published file last changed, and what progress was claimed by then.

    `is_stale` stays until the next change, so that one standstill is one report.
    """

    changed_at: float
    progress: float = 0.0
    is_stale: bool = False

    def changed(self, now: float, progress: float) -> "Freshness":
        """Return the freshness after a file changed."""
        return Freshness(now, progress)

    def seen(self, now: float, progress: float) -> "Freshness":
        """Return the freshness at `now`, stale if work was claimed and nothing came of it."""
        if progress < self.progress:  # a new process counts from the start again
            return Freshness(now, progress)
        has_worked = progress > self.progress
        is_stale = has_worked and now - self.changed_at >= STALE_SECONDS
        return replace(self, is_stale=self.is_stale or is_stale)
