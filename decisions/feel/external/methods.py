"""The list of Java methods that drawings may name: pure functions of java.lang."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .convert import check_width, java_text, single
from .formatting import java_format


@dataclass(frozen=True, slots=True)
class Method:
    """One method with its parameter types."""

    name: str
    types: tuple[str, ...]
    run: Callable[..., Any]
    #: Java type of the result; whole numbers are checked for overflow.
    result: str = ""

    @property
    def is_variadic(self) -> bool:
        """True when the last parameter is an array that takes the rest."""
        return bool(self.types) and self.types[-1].startswith("[L")


METHODS: dict[str, Method] = {}

_STRING = "java.lang.String"
_OBJECTS = "[Ljava.lang.Object;"
_REAL = ("double", "float")
_WHOLE = ("int", "long")


def _add(owner: str, name: str, types: tuple[str, ...], function: Callable[..., Any], result: str = "") -> None:
    path = f"java.lang.{owner}.{name}"
    METHODS[f"{path}({','.join(types)})"] = Method(path, types, lambda run, *values: function(*values), result)


def _same(owner: str, name: str, count: int, kinds: tuple[str, ...], function: Callable[..., Any]) -> None:
    """Add a method for several types, all parameters and the result of one type."""
    for kind in kinds:
        wrapped = (lambda *values: single(function(*values))) if kind == "float" else function
        _add(owner, name, (kind,) * count, wrapped, kind)


def _cbrt(number: float) -> float:
    return math.copysign(abs(number) ** (1 / 3), number)


def _signum(number: float) -> float:
    return float((number > 0) - (number < 0))


def _round(number: float) -> int:
    return math.floor(number + 0.5)


def _compare(one: Any, other: Any) -> int:
    return (one > other) - (one < other)


def _divide(one: int, other: int) -> int:
    return one // other


def _remainder(one: int, other: int) -> int:
    return one % other


def _parse(kind: str) -> Callable[..., int]:
    def parse(text: str, radix: int = 10) -> int:
        if not 2 <= radix <= 36 or not text.lstrip("+-").isalnum() or not text.isascii():
            raise ValueError(f'"{text[:40]}" is no {kind}')
        return check_width(int(text[:100], radix), kind)

    return parse


def _parse_real(text: str) -> float:
    return float(text.strip().rstrip("dDfF")[:400])


_ONE_REAL: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt, "cbrt": _cbrt, "exp": math.exp, "log": math.log, "expm1": math.expm1,
    "log10": math.log10, "log1p": math.log1p, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh, "cosh": math.cosh,
    "tanh": math.tanh, "toRadians": math.radians, "toDegrees": math.degrees,
    "rint": lambda x: float(round(x)),
    "ceil": lambda x: float(math.ceil(x)), "floor": lambda x: float(math.floor(x)), "signum": _signum,
}  # fmt: skip
_TWO_REAL: dict[str, Callable[[float, float], float]] = {
    "pow": math.pow, "atan2": math.atan2, "hypot": math.hypot,
    "IEEEremainder": math.remainder, "copySign": math.copysign,
}  # fmt: skip
_TWO_WHOLE: dict[str, Callable[[int, int], int]] = {
    "floorDiv": _divide, "floorMod": _remainder, "addExact": lambda a, b: a + b,
    "subtractExact": lambda a, b: a - b, "multiplyExact": lambda a, b: a * b,
}  # fmt: skip


def _add_math() -> None:
    for name, one_real in _ONE_REAL.items():
        _add("Math", name, ("double",), one_real, "double")
    for name, two_real in _TWO_REAL.items():
        _add("Math", name, ("double", "double"), two_real, "double")
    for name, two_whole in _TWO_WHOLE.items():
        _same("Math", name, 2, _WHOLE, two_whole)
    for name, extreme in (("max", max), ("min", min)):
        _same("Math", name, 2, (*_REAL, *_WHOLE), extreme)
    _same("Math", "abs", 1, (*_REAL, *_WHOLE), abs)
    _same("Math", "negateExact", 1, _WHOLE, lambda number: -number)
    _add("Math", "round", ("double",), _round, "long")
    _add("Math", "round", ("float",), _round, "int")


def _add_whole(box: str, kind: str, parser: str) -> None:
    for name in ("valueOf", parser):
        _add(box, name, (_STRING,), _parse(kind), kind)
        _add(box, name, (_STRING, "int"), _parse(kind), kind)
    _add(box, "valueOf", (kind,), int, kind)
    _add(box, "toString", (kind,), str)
    _add(box, "compare", (kind, kind), _compare, "int")
    if kind in _WHOLE:
        _same(box, "max", 2, (kind,), max)
        _same(box, "min", 2, (kind,), min)
        _same(box, "sum", 2, (kind,), lambda one, other: one + other)
        _add(box, "signum", (kind,), lambda number: _compare(number, 0), "int")
        mask = (1 << (32 if kind == "int" else 64)) - 1
        for name, form in (("toHexString", "x"), ("toOctalString", "o"), ("toBinaryString", "b")):
            _add(box, name, (kind,), lambda number, form=form, mask=mask: format(number & mask, form))
        _add(box, "bitCount", (kind,), lambda number, mask=mask: (number & mask).bit_count(), "int")


def _add_real(box: str, kind: str, parser: str) -> None:
    for name in ("valueOf", parser):
        _add(
            box,
            name,
            (_STRING,),
            (lambda text: single(_parse_real(text))) if kind == "float" else _parse_real,
            kind,
        )
    _add(box, "valueOf", (kind,), float, kind)
    _add(box, "toString", (kind,), repr)
    _add(box, "compare", (kind, kind), _compare, "int")
    _same(box, "max", 2, (kind,), max)
    _same(box, "min", 2, (kind,), min)
    _same(box, "sum", 2, (kind,), lambda one, other: one + other)


def _add_text() -> None:
    for kind in ("char", "boolean", "int", "long", "java.lang.Object"):
        _add("String", "valueOf", (kind,), java_text)
    _add("String", "valueOf", ("double",), repr)
    _add("String", "valueOf", ("float",), repr)
    types = (_STRING, _OBJECTS)
    METHODS[f"java.lang.String.format({','.join(types)})"] = Method("java.lang.String.format", types, java_format)
    for name in ("isDigit", "isLetter", "isUpperCase", "isLowerCase", "isLetterOrDigit", "isWhitespace"):
        python = {"isDigit": str.isdigit, "isLetter": str.isalpha, "isUpperCase": str.isupper}
        python |= {"isLowerCase": str.islower, "isLetterOrDigit": str.isalnum, "isWhitespace": str.isspace}
        _add("Character", name, ("char",), python[name])
    _add("Character", "toUpperCase", ("char",), lambda char: char.upper())
    _add("Character", "toLowerCase", ("char",), lambda char: char.lower())
    _add("Character", "valueOf", ("char",), java_text)
    _add("Character", "toString", ("char",), java_text)
    for name in ("valueOf", "parseBoolean"):
        _add("Boolean", name, (_STRING,), lambda text: text.lower() == "true")
    _add("Boolean", "valueOf", ("boolean",), bool)
    _add("Boolean", "toString", ("boolean",), java_text)
    _add("Boolean", "logicalAnd", ("boolean", "boolean"), lambda one, other: one and other)
    _add("Boolean", "logicalOr", ("boolean", "boolean"), lambda one, other: one or other)
    _add("Boolean", "logicalXor", ("boolean", "boolean"), lambda one, other: one is not other)


_add_math()
_add_whole("Integer", "int", "parseInt")
_add_whole("Long", "long", "parseLong")
_add_whole("Short", "short", "parseShort")
_add_whole("Byte", "byte", "parseByte")
_add_real("Double", "double", "parseDouble")
_add_real("Float", "float", "parseFloat")
_add_text()
