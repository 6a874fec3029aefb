"""Regular expressions of XPath and XML Schema, translated for the `regex` package.

Source: XPath and XQuery Functions and Operators 3.1, section 5.6; XML Schema 1.1 part 2, appendix G.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

MAX_PATTERN = 10_000
_MAX_REPEAT = 10_000
_MAX_GROUPS = 50
#: Characters a pattern stands for when its counted repetitions are written out.
_MAX_SIZE = 100_000

_NAME_START = (
    r":A-Z_a-z\xC0-\xD6\xD8-\xF6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME_PART = _NAME_START + r"\-.0-9\xB7\u0300-\u036F\u203F-\u2040"
#: Character classes by their letter; each is itself a set and may stand inside one.
_CLASSES = {
    "s": r"[ \t\n\r]",
    "S": r"[^ \t\n\r]",
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"[^\p{P}\p{Z}\p{C}]",
    "W": r"[\p{P}\p{Z}\p{C}]",
    "i": f"[{_NAME_START}]",
    "I": f"[^{_NAME_START}]",
    "c": f"[{_NAME_PART}]",
    "C": f"[^{_NAME_PART}]",
}
_SINGLE = {"n": "\\n", "r": "\\r", "t": "\\t"}
_LITERALS = frozenset("\\|.?*+(){}-[]^$")
_FLAGS = {"i": regex.IGNORECASE, "s": 0, "m": 0, "x": 0, "q": 0}


class PatternError(ValueError):
    """The text is no regular expression of XPath."""


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, flags: str) -> Any:
    """Translate and compile a pattern.

    Raises:
        PatternError: an unknown flag, or no regular expression.
    """
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"the pattern has more than {MAX_PATTERN} characters")
    bits = regex.V1
    for flag in flags:
        if flag not in _FLAGS:
            raise PatternError(f'there is no flag "{flag}"')
        bits |= _FLAGS[flag]
    if "q" in flags:
        return regex.compile(regex.escape(pattern), bits)
    text = _without_blanks(pattern) if "x" in flags else pattern
    try:
        return regex.compile(_Translation(text, flags).whole(), bits)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        if isinstance(error, PatternError):
            raise
        raise PatternError(str(error)) from None


def _without_blanks(pattern: str) -> str:
    """Drop white space outside of character classes (flag x)."""
    kept, depth, escaped = [], 0, False
    for char in pattern:
        if char in "\t\n\r " and not depth:
            continue
        kept.append(char)
        if not escaped:
            depth += (char == "[") - (char == "]" and depth > 0)
        escaped = char == "\\" and not escaped
    return "".join(kept)


class _Translation:
    """One pass over a pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self._text = pattern
        self._place = 0
        self._dot_all = "s" in flags
        self._lines = "m" in flags
        self._open: list[int | None] = []
        #: Written-out size of each open group, and of what was read last.
        self._sizes = [0]
        self._last = 0
        self._groups = 0
        self._closed: set[int] = set()

    def whole(self) -> str:
        """Give the translated pattern."""
        parts = []
        while self._place < len(self._text):
            parts.append(self._next())
        if self._open:
            raise PatternError("a parenthesis is not closed")
        return "".join(parts)

    def _take(self) -> str:
        char = self._text[self._place : self._place + 1]
        if not char:
            raise PatternError("the pattern ends too early")
        self._place += 1
        return char

    def _grow(self, size: int) -> None:
        """Count what was read, so that nested repetitions cannot explode."""
        self._last = size
        self._sizes[-1] += size
        if self._sizes[-1] > _MAX_SIZE:
            raise PatternError("the pattern is too large when its repetitions are written out")

    def _next(self) -> str:
        char = self._take()
        if char not in "(){?*+":
            self._grow(1)
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._set()
        if char == "(":
            return self._group()
        if char == ")":
            return self._close()
        if char == ".":
            return "(?s:.)" if self._dot_all else r"[^\n\r]"
        if char == "^":
            return r"(?:\A|(?<=\n)(?!\Z))" if self._lines else r"\A"
        if char == "$":
            return r"(?=\n|\Z)" if self._lines else r"\Z"
        if char in "?*+":
            return char + self._lazy()
        if char == "{":
            return self._repeat()
        if char in "}]":
            raise PatternError(f'"{char}" must be written "\\{char}"')
        return char if char == "|" else regex.escape(char)

    def _lazy(self) -> str:
        following = self._text[self._place : self._place + 1]
        if following == "?":
            self._place += 1
            return "?"
        if following and following in "*+{":
            raise PatternError(f'"{following}" repeats a repetition')
        return ""

    def _repeat(self) -> str:
        end = self._text.find("}", self._place)
        inside = self._text[self._place : end] if end > 0 else ""
        low, comma, high = inside.partition(",")
        numbers = [part for part in (low, high) if part]
        if not low or not all(part.isascii() and part.isdigit() and int(part) <= _MAX_REPEAT for part in numbers):
            raise PatternError('"{" must be written "\\{" or begin a repetition such as {2,3}')
        if high and int(high) < int(low):
            raise PatternError(f"{{{inside}}} counts down")
        self._place = end + 1
        self._grow(self._last * max(int(high or low) - 1, 0))
        return f"{{{low}{comma}{high}}}{self._lazy()}"

    def _group(self) -> str:
        self._sizes.append(1)
        if len(self._sizes) > _MAX_GROUPS:
            raise PatternError(f"groups are nested more than {_MAX_GROUPS} deep")
        if self._text.startswith("?:", self._place):
            self._place += 2
            self._open.append(None)
            return "(?:"
        if self._text.startswith("?", self._place):
            raise PatternError('"(?" is only known in "(?:"')
        self._groups += 1
        self._open.append(self._groups)
        return "("

    def _close(self) -> str:
        if not self._open:
            raise PatternError("a parenthesis is closed that was not opened")
        group = self._open.pop()
        self._grow(self._sizes.pop())
        if group is not None:
            self._closed.add(group)
        return ")"

    def _escape(self) -> str:
        char = self._take()
        if char.isascii() and char.isdigit():
            return self._reference(char)
        return self._class_escape(char)

    def _reference(self, digit: str) -> str:
        number = int(digit)
        if number not in self._closed:
            raise PatternError(f'"\\{digit}" refers to no group that is closed before it')
        while (following := self._text[self._place : self._place + 1]).isdigit() and following.isascii():
            if number * 10 + int(following) not in self._closed:
                break
            number = number * 10 + int(following)
            self._place += 1
        return f"(?:\\{number})"

    def _class_escape(self, char: str) -> str:
        """Translate what may follow a backslash inside and outside of a set."""
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _SINGLE:
            return _SINGLE[char]
        if char in _LITERALS:
            return regex.escape(char) if char != "-" else r"\-"
        if char in "pP":
            return self._category(char)
        raise PatternError(f'"\\{char}" is no escape')

    def _category(self, letter: str) -> str:
        end = self._text.find("}", self._place)
        if self._take() != "{" or end < 0:
            raise PatternError(f'"\\{letter}" needs a category such as "\\{letter}{{L}}"')
        name = self._text[self._place : end]
        self._place = end + 1
        if not name.isascii() or not name.replace("-", "").isalnum():
            raise PatternError(f'there is no category "{name}"')
        if name.startswith("Is"):
            name = f"Block={name[2:]}"
        elif len(name) > 2 or not name[0].isupper():
            raise PatternError(f'there is no category "{name}"')
        return f"\\{letter}{{{name}}}"

    def _set(self) -> str:
        """Translate `[...]`, with subtraction `[a-z-[aeiou]]`."""
        negated = self._text.startswith("^", self._place)
        self._place += negated
        parts: list[str] = []
        subtracted = ""
        while True:
            char = self._take()
            if char == "]" and parts:
                break
            if char == "-" and self._text.startswith("[", self._place) and parts:
                self._place += 1
                subtracted = self._set()
                if self._take() != "]":
                    raise PatternError("a subtraction must end its set")
                break
            parts.append(self._set_item(char))
        inside = f"[{'^' if negated else ''}{''.join(parts)}]"
        return f"[{inside}--{subtracted}]" if subtracted else inside

    def _set_item(self, char: str) -> str:
        if char == "[" or char == "]":
            raise PatternError(f'"{char}" in a set must be written "\\{char}"')
        item, single = self._set_char(char)
        following = self._text[self._place : self._place + 2]
        if not following.startswith("-") or following in ("-[", "-]"):
            return item
        if not single:
            return item
        self._place += 1
        last = self._take()
        if last == "[":
            raise PatternError('"[" in a set must be written "\\["')
        end, end_single = self._set_char(last)
        if not end_single:
            raise PatternError("a class cannot end a range of characters")
        return f"{item}-{end}"

    def _set_char(self, char: str) -> tuple[str, bool]:
        """Give the translation of one member, and whether it is a single character."""
        if char != "\\":
            return f"\\{char}" if char in r"&|~-^[]\#" else char, True
        escaped = self._take()
        return self._class_escape(escaped), escaped in _SINGLE or escaped in _LITERALS
