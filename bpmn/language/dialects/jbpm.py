"""jBPM's extensions: drawn and explained, not run (its scripts and rules are Java)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bpmn.language.dialects.base import Dialect, Unsupported
from bpmn.language.process import JobSpec
from bpmn.language.report import Report, literal
from bpmn.language.vocabulary import words
from decisions.edge.xml import Element

_SCRIPT = Unsupported(
    severity="warning",
    code="listener_not_run",
    message="The script that should run on entering or leaving (onEntry-script, onExit-script) is not "
    "run. Use a script task in FEEL before or after.",
)


class Jbpm(Dialect):
    """The namespaces of jBPM and Drools."""

    name: ClassVar[str] = "jbpm"
    namespaces: ClassVar[frozenset[str]] = frozenset(
        {"http://www.jboss.org/drools", "http://www.jboss.org/drools/flow/gpd"}
    )
    known: ClassVar[frozenset[str]] = words(
        "packageName version selectable priority metaData metaValue metaData bgcolor fontcolor "
        "bordercolor adHoc dtype scriptFormat import global boundaryca dockerinfo independent "
        "waitForCompletion dg taskName erefname esccode ProcessAnalysisData ruleFlowGroup "
        "serviceimplementation serviceinterface serviceoperation servicetaskinterface "
        "servicetaskoperation msgref actrefname datype type displayName icon fontsize "
        "color_background-color color_font-color color_border-color"
    )
    unsupported: ClassVar[Mapping[str, Unsupported]] = {"onEntry-script": _SCRIPT, "onExit-script": _SCRIPT}

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """A task of a kind of its own (`taskName`), which a work item handler does: a job of that type."""
        name = self.get(element, "taskName")
        return JobSpec(type=literal(name)) if name and element.name in ("task", "serviceTask") else None
