"""What of JSON every part can keep: nesting that ends, and no null character, which PostgreSQL refuses in text."""

from __future__ import annotations

from decisions.edge.canonical import JSON

#: So deep may lists and objects stand in each other.
MOST_LEVELS = 100
NULL = "\x00"


def why_not(value: JSON) -> str:
    """Return why a value cannot be kept, as a sentence; empty when it can."""
    waiting: list[tuple[JSON, int]] = [(value, 0)]
    while waiting:
        found, level = waiting.pop()
        if isinstance(found, str):
            if NULL in found:
                return "Text cannot hold the null character (\\u0000)."
        elif isinstance(found, dict | list):
            if level == MOST_LEVELS:
                return f"Lists and objects stand in each other more than {MOST_LEVELS} levels deep."
            inner = [*found, *found.values()] if isinstance(found, dict) else found
            waiting += [(each, level + 1) for each in inner]
    return ""


def may_be_refused(text: bytes) -> bool:
    """Tell whether a JSON text could hold what `why_not` refuses: seldom, and then it is worth a look."""
    return b"\\u0000" in text or text.count(b"[") + text.count(b"{") > MOST_LEVELS
