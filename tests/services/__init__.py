"""Throw-away servers for tests: each has a free port and a temporary folder, and leaves nothing behind."""
