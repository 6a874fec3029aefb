"""Commands: decisions from the command line."""
