"""Reading characters: white space, comments, words, literals and names that contain spaces.

FEEL has no tokens in the usual sense: where a name ends depends on the names in scope
(DMN 1.5, 10.3.1.4 and 10.3.1.5).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .errors import FeelSyntaxError

_START = (
    "?_A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\t\n\u000b\u000c\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
#: Signs that may stand inside a name of the scope.
_SIGNS = "./\\-\u2019'+*"

_BLANK = re.compile(rf"(?:[{_SPACE}]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_WORD = re.compile(rf"[{_START}][{_PART}]*")
_NEXT_WORD = re.compile(rf"[{_SPACE}]+([{_PART}]+)")
_CALL = rf"(?=[{_SPACE}]*\()"
_KEY = re.compile(rf"[{_START}][{_PART}{_SPACE}{re.escape(_SIGNS)}]*(?=:)")
#: what Camunda writes around a name that could not be read otherwise
_QUOTED = re.compile(r"`([^`\n]+)`")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.|\n)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")

#: Words that end an undeclared name.
STOPS = frozenset({"and", "or", "in", "between", "then", "else", "return", "satisfies", "instance"})
#: Words that no undeclared name begins with.
RESERVED = STOPS | {"if", "for", "some", "every", "function", "true", "false", "null"}


def normalize_name(name: str) -> str:
    """Give a name with single spaces."""
    return " ".join(re.split(rf"[{_SPACE}]+", name.strip()))


class NameTable:
    """Names of one scope that plain reading of words would not find: with signs or reserved words."""

    def __init__(self, names: Iterable[str] = (), *, only_calls: bool = False) -> None:
        self._end = _CALL if only_calls else rf"(?![{_PART}])"
        self._by_first: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known; plain ones need no entry."""
        words = normalize_name(name).split(" ")
        plain = all(re.fullmatch(rf"[{_PART}]+", word) and word not in RESERVED for word in words)
        first = _WORD.match(words[0])
        if not first or plain:
            return
        pattern = re.compile(rf"[{_SPACE}]+".join(map(re.escape, words)) + self._end)
        entries = self._by_first.setdefault(first[0], [])
        entries.append((pattern, " ".join(words)))
        entries.sort(key=lambda entry: -len(entry[1]))

    def match(self, text: str, position: int) -> tuple[str, int] | None:
        """Give the longest known name that stands here, and where it ends."""
        word = _WORD.match(text, position)
        for pattern, name in self._by_first.get(word[0], ()) if word else ():
            found = pattern.match(text, position)
            if found:
                return name, found.end()
        return None


class Scanner:
    """A place in a text, and what can be read from there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def fail(self, expected: str, position: int | None = None) -> FeelSyntaxError:
        """Give the error for this place, to be raised."""
        return FeelSyntaxError(self.text, (self.position if position is None else position) + 1, expected)

    def skip(self) -> None:
        """Pass white space and comments."""
        found = _BLANK.match(self.text, self.position)
        if found:
            self.position = found.end()

    def at_end(self) -> bool:
        """Tell whether nothing but blanks is left."""
        self.skip()
        return self.position >= len(self.text)

    def peek(self) -> str:
        """Give the next character that is not blank, "" at the end."""
        self.skip()
        return self.text[self.position : self.position + 1]

    def looking_at(self, sign: str) -> bool:
        """Tell whether the sign comes next."""
        self.skip()
        return self.text.startswith(sign, self.position)

    def take(self, sign: str) -> bool:
        """Pass the sign if it comes next."""
        if self.looking_at(sign):
            self.position += len(sign)
            return True
        return False

    def require(self, sign: str) -> None:
        """Pass the sign or raise."""
        if not self.take(sign):
            raise self.fail(f'expected "{sign}"')

    def peek_word(self) -> str:
        """Give the word that comes next, "" when none does."""
        self.skip()
        found = _WORD.match(self.text, self.position)
        return found[0] if found else ""

    def take_word(self, word: str) -> bool:
        """Pass this very word if it comes next."""
        if self.peek_word() == word:
            self.position += len(word)
            return True
        return False

    def require_word(self, word: str) -> None:
        """Pass this very word or raise."""
        if not self.take_word(word):
            raise self.fail(f'expected "{word}"')

    def number(self) -> str:
        """Read the digits of a number."""
        found = _NUMBER.match(self.text, self.position)
        if not found:
            raise self.fail("expected a number")
        self.position = found.end()
        return found[0]

    def string(self) -> str:
        """Read a string literal and resolve its escapes."""
        found = _STRING.match(self.text, self.position)
        if not found:
            raise self.fail('expected a closing quote (")', len(self.text))
        self.position = found.end()
        return unescape(found[1])

    def key(self) -> str | None:
        """Read a name up to the colon behind it; None when there is no such thing."""
        self.skip()
        found = _KEY.match(self.text, self.position)
        if not found:
            return None
        self.position = found.end()
        return normalize_name(found[0])

    def name(self, tables: Collection[NameTable], *, reserved_start: bool = False) -> str:
        """Read the longest name: one that is known, or a row of words up to a reserved one."""
        self.skip()
        start = self.position
        if quoted := _QUOTED.match(self.text, start):
            self.position = quoted.end()
            return quoted[1]
        known = max((found for table in tables if (found := table.match(self.text, start))), key=_end, default=None)
        words = self._words(reserved_start)
        if known and known[1] >= self.position:
            name, self.position = known
            return name
        if not words:
            raise self.fail("expected a name")
        return words

    def _words(self, reserved_start: bool) -> str:
        first = _WORD.match(self.text, self.position)
        if not first or (first[0] in RESERVED and not reserved_start):
            return ""
        words = [first[0]]
        self.position = first.end()
        if first[0] == "?":
            return "?"
        while (following := _NEXT_WORD.match(self.text, self.position)) and following[1] not in STOPS:
            words.append(following[1])
            self.position = following.end()
        return " ".join(words)


def _end(found: tuple[str, int]) -> int:
    return found[1]


def unescape(text: str) -> str:
    """Resolve the escapes of a string literal; two surrogates become one character."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescape_one, text)
        text = _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _LONE.sub("\ufffd", text)


def _unescape_one(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        code = int(found[2], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    # An escape the standard does not know stays as it is typed: regular expressions are full of them.
    return _PLAIN_ESCAPES.get(found[3], found[0])
