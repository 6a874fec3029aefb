"""The values FEEL calculates with; the only package that touches `decimal` and `datetime`.

null, boolean, string, list and context are Python's None, bool, str, list and dict;
a number is a `Decimal`; the rest are the classes below.
"""

from __future__ import annotations

from typing import Any

from .compound import Function, Parameter, Range
from .conversion import parse_at_literal, to_feel, to_json
from .durations import DayTimeDuration, YearMonthDuration
from .numbers import Decimal
from .temporal import Date, DateTime, Time
from .text import describe, kind_of, to_text

#: A FEEL value: None, bool, Decimal, str, list, dict or one of the classes of this package.
Value = Any

__all__ = [
    "Date",
    "DateTime",
    "DayTimeDuration",
    "Decimal",
    "Function",
    "Parameter",
    "Range",
    "Time",
    "Value",
    "YearMonthDuration",
    "describe",
    "kind_of",
    "parse_at_literal",
    "to_feel",
    "to_json",
    "to_text",
]
