"""What commands take from the command line: values that are checked before anything is done, and tables."""

from __future__ import annotations

import csv
import math
import re
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import CommandError

_KEY = re.compile(r"[^\W\d][\w.-]{0,254}")


def share(text: str) -> float:
    """Return a number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise ArgumentTypeError(f'"{text}" is not a number from 0 to 1')
    return number


def rate_of_errors(text: str) -> float:
    """Return a number above 0 and below 1."""
    number = _number(text)
    if not 0 < number < 1:
        raise ArgumentTypeError(f'"{text}" is not a number between 0 and 1, such as 0.05')
    return number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def count(text: str) -> int:
    """Return a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f'"{text}" is not a whole number from 1')
    return int(text)


def key(text: str) -> str:
    """Return a key that drawings, addresses and expressions can name."""
    if not _KEY.fullmatch(text):
        raise ArgumentTypeError(f'"{text}" cannot be a key: letters, digits, "_", "-" and ".", a letter first')
    return text


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file with a header line, by column; cells that are missing are empty.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {column: cell or "" for column, cell in row.items() if column}
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} cannot be read: it is not UTF-8.") from error
    except csv.Error as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
