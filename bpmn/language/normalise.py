"""Small translations from what modelers write to what the model holds: booleans, ids, times, languages.

Source: ISO 8601 (durations, dates, repetitions) as BPMN 2.0.2 section 10.5.5 asks; XML Schema for NCName.
"""

from __future__ import annotations

import re

from bpmn.language.process import TimerKind
from decisions.feel import Expression

_NCNAME = re.compile(r"[^\W\d][\w.\-\u00B7]*")
_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"[-+]?P(?=.)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?(?:\[[\w/+\-]+\])?)?"
)
_REPEAT = re.compile(r"R(-1|\d*)")
_CRON_NAMES = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT"
#: No text can be read in two ways, so that one which does not fit is refused at once.
_CRON_FIELD = re.compile(rf"(?:[\d*?LW#,/\-]|{_CRON_NAMES})+", re.IGNORECASE)
_CRON_MACRO = re.compile(r"@(yearly|annually|monthly|weekly|daily|midnight|hourly|every [A-Z\d.]+)", re.IGNORECASE)
_ZERO = re.compile(r"[-+]?P(?:0+(?:[.,]0+)?[YMWD])*(?:T(?:0+(?:[.,]0+)?[HMS])+)?")
_QUARTZ_DAY = re.compile(r"(?<![#/\d])[1-7](?!\d)")
_WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
#: what Python calls true, false and null, `x not in y`, and `not x` before a name; texts stay as they are
_PYTHON = re.compile(
    rf"(?P<left>{_TEXT}|(?<![\w.])[\w.]+)\s+not\s+in\s+(?P<right>\[[^\[\]]*\]|[\w.]+)"
    rf"|{_TEXT}|\bis(?:\s+not)?\s+(?:True|False|None)\b|\b(?:True|False|None)\b"
    r"|(?:^|\(\s*|\b(?:and|or)\s+)not\s+(?=[\w.]+\s*(?:$|\)|and\b|or\b))"
)
_LIMIT_READ_TWICE = 2000  #: characters of a condition above which it is taken as written
_WORDS = {"True": "true", "False": "false", "None": "null"}
_EXAMPLES = {
    TimerKind.DATE: "a date and time of ISO 8601, for example 2030-12-31T18:00:00Z",
    TimerKind.DURATION: "a duration of ISO 8601, for example PT15M or P3D",
    TimerKind.CYCLE: "a repetition of ISO 8601, for example R3/PT1H, or a cron line",
}
#: languages that the expression attribute of a drawing may name
_LANGUAGES = ("feel", "juel", "unified", "/tr/uel", "java.sun.com/products/jsp/", "cron")


def boolean(text: str, *, default: bool) -> bool:
    """An xsd:boolean; the default when absent."""
    return text.strip().lower() in ("true", "1") if text.strip() else default


def is_ncname(text: str) -> bool:
    """True for what XML Schema allows as an id."""
    return bool(_NCNAME.fullmatch(text))


def is_our_language(uri: str) -> bool:
    """True when a language attribute names FEEL or JUEL."""
    lowered = uri.lower()
    return any(word in lowered for word in _LANGUAGES)


def timer(text: str, kind: TimerKind) -> str:
    """The literal time as ISO 8601 writes it: no quotes around it, letters in capitals; others as written."""
    bare = timer_text(text)
    if timer_complaint(bare, kind) is not None:
        return text.strip()
    return bare if is_cron(bare) else bare.upper()


def quartz(line: str) -> str:
    """A cron line of Quartz, which counts the days of the week from 1 for Sunday, with their names."""
    fields = line.split()
    if len(fields) in (6, 7) and is_cron(line):
        fields[5] = _QUARTZ_DAY.sub(lambda found: _WEEK[int(found[0]) - 1], fields[5])
    return " ".join(fields)


def timer_complaint(text: str, kind: TimerKind) -> str | None:
    """What is wrong with a literal time of that kind; None when it can be used."""
    stripped = timer_text(text)
    stripped = stripped if is_cron(stripped) else stripped.upper()
    if kind == TimerKind.DURATION and _DURATION.fullmatch(stripped):
        return None
    if kind == TimerKind.DATE and (_DATE.fullmatch(stripped) or _DURATION.fullmatch(stripped)):
        return None
    if kind == TimerKind.CYCLE and _is_cycle(stripped):
        if _is_endless_at_once(stripped):
            return f'The cycle "{stripped}" has no time between its rounds and would never end.'
        return None
    return f'The time "{timer_text(text)[:60]}" is not {_EXAMPLES[kind]}.'


def timer_text(text: str) -> str:
    """The literal with surrounding quotes and spaces gone."""
    return text.strip().strip("\"'").strip()


def _is_cycle(text: str) -> bool:
    """R[n]/duration, R[n]/start/duration, R[n]/duration/end, a bare duration, or cron."""
    parts = text.split("/")
    if _REPEAT.fullmatch(parts[0]) and 2 <= len(parts) <= 3:
        rest = parts[1:]
        return any(_DURATION.fullmatch(part) for part in rest) and all(
            _DURATION.fullmatch(part) or _DATE.fullmatch(part) for part in rest
        )
    return bool(_DURATION.fullmatch(text)) or is_cron(text)


def is_cron(text: str) -> bool:
    """True for a line of five to seven cron fields, or one of the named shortcuts."""
    if _CRON_MACRO.fullmatch(text):
        return True
    fields = text.split()
    return 5 <= len(fields) <= 7 and all(_CRON_FIELD.fullmatch(field) for field in fields)


def _is_endless_at_once(text: str) -> bool:
    return any(_DURATION.fullmatch(part) and _ZERO.fullmatch(part) for part in text.split("/"))


def plain_words(condition: str) -> str:
    """A condition with the words for true, false, null and not as expressions have them, where it has Python's."""
    return _PYTHON.sub(_plain_word, condition) if len(condition) <= _LIMIT_READ_TWICE else condition


def _plain_word(found: re.Match[str]) -> str:
    if found["left"]:
        return f"not({found['left']} in {found['right']})"
    if found[0][0] in "'\"":
        return found[0]
    first, *rest = found[0].split()
    if first == "is":
        return f"{'!=' if 'not' in rest else '=='} {_WORDS[rest[-1]]}"
    return _WORDS[first] if first in _WORDS else f"{found[0].rstrip()[:-3]}!"


def double_quotes(condition: str) -> str:
    """A condition whose texts all stand in double quotes."""
    if len(condition) > _LIMIT_READ_TWICE:
        return condition
    return re.sub(_TEXT, lambda found: f'"{found[0][1:-1]}"' if '"' not in found[0] else found[0], condition)


def constant_text(expression: Expression) -> str | None:
    """The text that a constant expression stands for; None when it is not constant or not text."""
    value = expression.evaluate({}).value if expression.is_constant else None
    return value if isinstance(value, str) else None


def constant_number(expression: Expression) -> float | None:
    """The number that a constant expression stands for, written as text or as number."""
    value = expression.evaluate({}).value if expression.is_constant else None
    try:
        return float(str(value)) if value is not None else None
    except ValueError:
        return None
