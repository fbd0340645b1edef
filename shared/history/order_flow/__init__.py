"""What order flow is read from: footprints, profiles, value areas, and sums since an anchor."""
