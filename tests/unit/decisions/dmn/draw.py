"""Draws DMN files for tests: the smallest XML that says what a test is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from decisions import dmn, feel

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
#: a rule: texts of its inputs, texts of its outputs
Row = tuple[Sequence[str], Sequence[str]]


def file(*parts: str, space: str = NAMESPACE, own: str = "urn:test", name: str = "test", root: str = "") -> bytes:
    """A DMN file."""
    head = f'<definitions xmlns="{space}" id="{name}" name="{name}" namespace="{own}" {root}>'
    return f"{head}{''.join(parts)}</definitions>".encode()


def text(tag: str, content: str, attributes: str = "") -> str:
    """An element with a text child."""
    return f"<{tag} {attributes}><text>{escape(content)}</text></{tag}>"


def literal(content: str, kind: str = "") -> str:
    """A literal expression."""
    return text("literalExpression", content, f"typeRef={quoteattr(kind)}" if kind else "")


def data(name: str, kind: str = "") -> str:
    """Input data; its id is the name behind an underscore."""
    reference = f" typeRef={quoteattr(kind)}" if kind else ""
    return f"<inputData id='_{name}' name='{name}'><variable name='{name}'{reference}/></inputData>"


def decision(name: str, logic: str = "", *, needs: Sequence[str] = (), uses: Sequence[str] = (), kind: str = "") -> str:
    """A decision; `needs` are ids of decisions (`!id`) or inputs, `uses` those of functions."""
    required = "".join(f"<informationRequirement>{_required(need)}</informationRequirement>" for need in needs)
    known = "".join(
        f"<knowledgeRequirement><requiredKnowledge href='{_href(use)}'/></knowledgeRequirement>" for use in uses
    )
    reference = f" typeRef={quoteattr(kind)}" if kind else ""
    variable = f"<variable name='{name}'{reference}/>"
    return f"<decision id='_{name}' name='{name}'>{variable}{required}{known}{logic}</decision>"


def _required(need: str) -> str:
    kind = "requiredDecision" if need.startswith("!") else "requiredInput"
    return f"<{kind} href='{_href(need.lstrip('!'))}'/>"


def enumeration(name: str, *values: str) -> str:
    """A type of strings with allowed values."""
    listed = ", ".join(f'"{each}"' for each in values)
    allowed = text("allowedValues", listed)
    return f"<itemDefinition name='{name}'><typeRef>string</typeRef>{allowed}</itemDefinition>"


def _href(identity: str) -> str:
    return identity if "#" in identity else f"#{identity}"


def function(name: str, parameters: Mapping[str, str], body: str, *, uses: Sequence[str] = (), kind: str = "") -> str:
    """A business knowledge model."""
    formal = "".join(
        f"<formalParameter name='{each}'{f' typeRef={quoteattr(of)}' if of else ''}/>"
        for each, of in parameters.items()
    )
    known = "".join(
        f"<knowledgeRequirement><requiredKnowledge href='{_href(use)}'/></knowledgeRequirement>" for use in uses
    )
    reference = f" typeRef={quoteattr(kind)}" if kind else ""
    return (
        f"<businessKnowledgeModel id='_{name}' name='{name}'><variable name='{name}'{reference}/>"
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{known}</businessKnowledgeModel>"
    )


def table(
    inputs: Sequence[str],
    rows: Sequence[Row],
    *,
    outputs: Sequence[str] = ("",),
    policy: str = "UNIQUE",
    aggregation: str = "",
    kinds: Sequence[str] = (),
    output_values: Sequence[str] = (),
    input_values: Sequence[str] = (),
    defaults: Sequence[str] = (),
    output_kinds: Sequence[str] = (),
) -> str:
    """A decision table; shorter sequences are filled with nothing."""
    columns = "".join(
        f"<input>{text('inputExpression', each, _type(kinds, place))}"
        f"{_optional('inputValues', input_values, place)}</input>"
        for place, each in enumerate(inputs)
    )
    results = "".join(
        f"<output {f'name={quoteattr(each)}' if each else ''} {_type(output_kinds, place)}>"
        f"{_optional('outputValues', output_values, place)}"
        f"{_optional('defaultOutputEntry', defaults, place)}</output>"
        for place, each in enumerate(outputs)
    )
    body = "".join(
        f"<rule id='r{number}'>{''.join(text('inputEntry', each) for each in conditions)}"
        f"{''.join(text('outputEntry', each) for each in conclusions)}</rule>"
        for number, (conditions, conclusions) in enumerate(rows, start=1)
    )
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="table" hitPolicy="{policy}"{extra}>{columns}{results}{body}</decisionTable>'


def _type(kinds: Sequence[str], place: int) -> str:
    return f"typeRef={quoteattr(kinds[place])}" if place < len(kinds) and kinds[place] else ""


def _optional(tag: str, texts: Sequence[str], place: int) -> str:
    return text(tag, texts[place]) if place < len(texts) and texts[place] else ""


def load(*files: bytes) -> dmn.Loaded:
    """Files called a.dmn, b.dmn, ..."""
    return dmn.load([dmn.Source(name=f"{chr(97 + place)}.dmn", data=each) for place, each in enumerate(files)])


def model(*files: bytes) -> dmn.Model:
    """The first of the files, none of which may have an error."""
    loaded = load(*files)
    assert not loaded.has_errors, [str(problem) for problem in loaded.problems]
    return loaded.models[0]


def ask(loaded: dmn.Model, name: str = "d", kind: str = "decision", **inputs: Any) -> dmn.Evaluation:
    """An evaluation with inputs as JSON; an underscore in a name is a space."""
    values = {each.replace("_", " "): feel.to_feel(value) for each, value in inputs.items()}
    return dmn.evaluate(loaded, name, values, kind=kind)  # type: ignore[arg-type]


def value(loaded: dmn.Model, name: str = "d", kind: str = "decision", **inputs: Any) -> Any:
    """The value of an evaluation as JSON."""
    return feel.to_json(ask(loaded, name, kind, **inputs).value)


def codes(problems: Sequence[dmn.Problem]) -> list[str]:
    """The codes of problems, in order."""
    return [each.code for each in problems]


def number(digits: int) -> Decimal:
    """A FEEL number."""
    return Decimal(digits)
