"""What a run tells the world: published files, status, progress, what was skipped."""
