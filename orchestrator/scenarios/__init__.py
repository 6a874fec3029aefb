"""Scenarios: what a drawing is expected to do, written beside it, and played on the real runtime."""
