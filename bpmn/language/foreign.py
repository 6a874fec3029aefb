"""Says what a file is when it is not a BPMN drawing."""

from __future__ import annotations

from bpmn.language.vocabulary import MODEL
from decisions.edge.xml import Element

_KINDS = (
    ("/spec/DMN/", "a DMN file: upload it as a decision (.dmn)"),
    ("/spec/CMMN/", "a CMMN case, not a BPMN process"),
    ("www.w3.org/2000/svg", "an SVG picture, not a BPMN drawing"),
    ("www.w3.org/1999/xhtml", "a web page, not a BPMN drawing"),
    ("wsbpel", "a BPEL process, not a BPMN drawing"),
    ("bpel", "a BPEL process, not a BPMN drawing"),
    ("/XPDL", "an XPDL process, not a BPMN drawing"),
)
_SHAPES = "which has shapes and no process: draw it in a BPMN modeler"
_ROOTS = {
    "html": "a web page, not a BPMN drawing",
    "mxfile": f"a drawing of draw.io, {_SHAPES}",
    "mxGraphModel": f"a drawing of draw.io, {_SHAPES}",
    "VisioDocument": f"a drawing of Visio, {_SHAPES}",
    "AML": "an export of ARIS in its own format: export it as BPMN 2.0",
    "XMI": "a UML model (XMI), not a BPMN drawing",
    "process-definition": "a process of jBPM before BPMN (jPDL), not a BPMN drawing",
}


def what_is(root: Element) -> str | None:
    """A sentence about what the document is instead of BPMN 2.0; None for a BPMN drawing."""
    if root.name == "definitions" and root.namespace == MODEL:
        return None
    for part, kind in _KINDS:
        if part in root.namespace:
            return f"The file is {kind}."
    if root.name in _ROOTS:
        return f"The file is {_ROOTS[root.name]}."
    if root.name == "definitions" and "/BPMN/" in root.namespace:
        return f'The file uses the namespace "{root.namespace[:80]}", which is not BPMN 2.0 ({MODEL}).'
    if root.name == "definitions" and not root.namespace:
        return f"The file has BPMN names without the BPMN namespace ({MODEL})."
    return f'The file is not a BPMN drawing: it begins with "{root.name[:60]}" instead of BPMN definitions.'
