"""What changed between two versions of a decision table: rules and columns added, removed, changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from decisions import compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell before and after; the same text twice when it did not change."""

    column: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """True when the cell says something else now."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule that is not as it was."""

    kind: str  #: added | removed | changed
    number_before: int | None
    number_after: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two versions."""

    rules: tuple[RuleChange, ...] = ()
    #: hit policy, columns and whole texts of a decision without a table, in words
    notes: tuple[str, ...] = ()
    unchanged: int = 0


def compare(before: compiled.Outline, after: compiled.Outline) -> Comparison:
    """Return what differs. Rules are paired by id where both files have it, else by their likeness in order."""
    notes = [
        f"{what}: {was or 'nothing'} → {now or 'nothing'}"
        for what, was, now in (
            ("Hit policy", before.hit_policy, after.hit_policy),
            ("Columns", ", ".join(before.columns), ", ".join(after.columns)),
            ("Logic", before.text, after.text),
        )
        if was != now
    ]
    pairs = _pairs(before.rules, after.rules)
    changes = [
        change for one, other in pairs if (change := _change(one, other, before.columns, after.columns)) is not None
    ]
    return Comparison(rules=tuple(changes), notes=tuple(notes), unchanged=len(pairs) - len(changes))


Pair = tuple[compiled.RuleOutline | None, compiled.RuleOutline | None]


def _pairs(before: Sequence[compiled.RuleOutline], after: Sequence[compiled.RuleOutline]) -> list[Pair]:
    """Return the rules of both sides beside each other, in the order of the later version."""
    old = {rule.id: rule for rule in before if rule.id}
    shared = old.keys() & {rule.id for rule in after}
    pairs: list[Pair] = [(old[rule.id], rule) for rule in after if rule.id in shared]
    pairs += _alike(
        [rule for rule in before if rule.id not in shared], [rule for rule in after if rule.id not in shared]
    )
    return sorted(pairs, key=lambda pair: (pair[1] or pair[0]).number)  # type: ignore[union-attr]


def _alike(before: Sequence[compiled.RuleOutline], after: Sequence[compiled.RuleOutline]) -> list[Pair]:
    """Pair rules whose cells are the same and stand in the same order; the rest came or went."""
    matcher = SequenceMatcher(None, [rule.cells for rule in before], [rule.cells for rule in after], autojunk=False)
    pairs: list[Pair] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pairs += zip(before[a:b], after[c:d], strict=True)
        else:
            pairs += [(rule, None) for rule in before[a:b]]
            pairs += [(None, rule) for rule in after[c:d]]
    return pairs


def _change(
    before: compiled.RuleOutline | None,
    after: compiled.RuleOutline | None,
    columns_before: Sequence[str],
    columns_after: Sequence[str],
) -> RuleChange | None:
    """Return how a pair differs, None when it does not; a rule that only moved is the same."""
    old = dict(zip(columns_before, before.cells, strict=False)) if before else {}
    new = dict(zip(columns_after, after.cells, strict=False)) if after else {}
    if before and after and old == new:
        return None
    columns = list(dict.fromkeys((*columns_after, *columns_before)))
    return RuleChange(
        kind="changed" if before and after else "added" if after else "removed",
        number_before=before.number if before else None,
        number_after=after.number if after else None,
        cells=tuple(Cell(column=name, before=old.get(name, ""), after=new.get(name, "")) for name in columns),
    )
