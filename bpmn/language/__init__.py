"""The BPMN language: bytes to drawings, drawings to judgements.

`read` turns a file into a drawing; `judge` says what is wrong with its processes; `readiness` whether one
can run, and why not. All pure: no rows, no clock, no network.
"""

from __future__ import annotations

from bpmn.language.diagram import for_viewer
from bpmn.language.elements import element_ids, nodes_of
from bpmn.language.judgement import Readiness, judge, readiness
from bpmn.language.reader import Reading, read

__all__ = ["Readiness", "Reading", "element_ids", "for_viewer", "judge", "nodes_of", "read", "readiness"]
