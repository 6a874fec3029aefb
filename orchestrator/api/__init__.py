"""REST `/api/v1`: each view parses, calls a verb or selector, and answers."""
