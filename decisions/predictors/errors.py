"""Errors of predictors: why a model gave no answer. `decide` turns each into an escalation."""

from __future__ import annotations


class PredictorError(Exception):
    """The model gave no answer."""

    code = "model_failed"
    retryable = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return self.detail or self.__class__.__doc__ or self.code


class ArtefactRefused(PredictorError):
    """The file holds something that is not on the list of allowed types, or is no model at all."""

    code = "artefact_refused"


class ArtefactCorrupt(PredictorError):
    """The file is not the one that was registered."""

    code = "artefact_corrupt"


class UnknownKind(PredictorError):
    """No predictor of that kind is installed."""

    code = "unknown_kind"


class PredictorLate(PredictorError):
    """The model did not answer in time."""

    code = "model_late"
    retryable = True


class PredictorBusy(PredictorError):
    """Too many late answers of models are still being waited for."""

    code = "model_busy"
    retryable = True


class PredictorFailed(PredictorError):
    """The model failed on this input."""

    code = "model_failed"
