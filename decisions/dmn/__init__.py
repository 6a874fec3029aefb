"""DMN: XML in, decisions out, with a trace. Source: OMG DMN 1.5; files of 1.1 to 1.5 are read.

>>> loaded = load([Source(name="loan.dmn", data=data)])
>>> evaluate(loaded.main, "Approval", {"Age": Decimal(19)}).value
"""

from __future__ import annotations

from decisions.dmn.door import Evaluation, Loaded, Model, NotInvocable, evaluate, load
from decisions.dmn.reader import Source
from decisions.dmn.run import Step, TableHit
from decisions.edge.problems import Problem

__all__ = [
    "Evaluation",
    "Loaded",
    "Model",
    "NotInvocable",
    "Problem",
    "Source",
    "Step",
    "TableHit",
    "evaluate",
    "load",
]
