"""The FEEL page: an expression and a context in, the value with its messages out. Works without any script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from orchestrator import playground
from orchestrator.playground import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One expression to begin with; the page links to it."""

    title: str
    expression: str
    context: str = "{}"
    language: Language = Language.FEEL


EXAMPLES = (
    Example(
        title="A condition",
        expression='amount > 100 and tier = "gold"',
        context='{"amount": 120, "tier": "gold"}',
    ),
    Example(
        title="A default for a missing value",
        expression="if discount = null then 0 else discount",
        context='{"discount": null}',
    ),
    Example(
        title="Text with a value in it",
        expression='"Order " + string(order.id) + " of " + customer.first name',
        context='{"order": {"id": 17}, "customer": {"first name": "Ada"}}',
    ),
    Example(
        title="The items that matter",
        expression='items[price > 10 and category = "book"].title',
        context='{"items": [\n  {"title": "Dune", "price": 12.5, "category": "book"},\n'
        '  {"title": "Ink", "price": 20, "category": "pen"}\n]}',
    ),
    Example(
        title="A sum over a list",
        expression="sum(for item in items return item.price * item.quantity)",
        context='{"items": [{"price": 12.5, "quantity": 2}, {"price": 0.1, "quantity": 3}]}',
    ),
    Example(
        title="A question about all",
        expression="every d in documents satisfies d.signed",
        context='{"documents": [{"signed": true}, {"signed": false}]}',
    ),
    Example(title="A deadline", expression='now() + duration("P3D")'),
    Example(
        title="A helper of your own",
        expression="{vat: function(net) net * 0.081, result: vat(net)}.result",
        context='{"net": 250}',
    ),
    Example(
        title="The cell of a table",
        expression='[18..65), > limit, starts with(string(?), "9")',
        context='{"?": 42, "limit": 70}',
        language=Language.UNARY,
    ),
    Example(
        title="An old ${} expression",
        expression="${amount > 100 && status == 'open'}",
        context='{"amount": 250, "status": "open"}',
        language=Language.JUEL,
    ),
)
LANGUAGES = (
    (Language.FEEL, "FEEL expression"),
    (Language.UNARY, "Unary test (a cell of a table), ? is the input"),
    (Language.JUEL, "${...} of Camunda 7"),
)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the form; a POST tries what was typed. Nothing is kept, so nothing has to be sent again by GET."""
    if request.method != "POST":
        chosen = _example(request.GET.get("example", ""))
        return _shown(request, chosen.expression, chosen.context, chosen.language)
    language = request.POST.get("syntax", "")
    return _shown(
        request,
        request.POST.get("expression", "").replace("\r\n", "\n"),
        request.POST.get("context", "").replace("\r\n", "\n"),
        Language(language) if language in set(Language) else Language.FEEL,
    )


def _example(number: str) -> Example:
    """Return the example of a number counted from 1; the first one for anything else."""
    place = int(number) if number.isdecimal() and len(number) < 4 else 1
    return EXAMPLES[place - 1] if 1 <= place <= len(EXAMPLES) else EXAMPLES[0]


def _shown(request: HttpRequest, expression: str, context: str, language: Language) -> HttpResponse:
    shown: dict[str, Any] = {
        "expression": expression, "typed": context, "language": language, "languages": LANGUAGES,
        "examples": EXAMPLES, "budget": playground.BUDGET,
    }  # fmt: skip
    try:
        variables = playground.read_context(context)
    except playground.BadContext as wrong:
        return render(request, "decisions/feel.html", {**shown, "problem": str(wrong)}, status=422)
    tried = playground.attempt(expression, variables, language=language, now=timezone.now())
    lines = [(message, playground.place(expression, message.position)) for message in tried.messages]
    pieces = list(playground.pieces(expression, tried.messages))
    return render(request, "decisions/feel.html", {**shown, "tried": tried, "lines": lines, "pieces": pieces})


urlpatterns = [path("feel/", page, name="feel")]
