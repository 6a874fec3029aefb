"""How far a prediction may be trusted: calibration, thresholds with a promise, routing."""
