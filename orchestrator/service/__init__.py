"""Starts the parts of an installation and keeps them running; the supervisor itself needs no Django."""
