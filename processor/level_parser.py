"""The strict parser of levels, under its public name."""

from shared.recordings.level_parser import normalize_levels, parse_levels_including_zeros

__all__ = ["normalize_levels", "parse_levels_including_zeros"]
