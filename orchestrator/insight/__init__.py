"""Numbers about what runs and what was decided."""
