"""Plays drawings on the real runtime with a movable clock, in a database of its own."""
