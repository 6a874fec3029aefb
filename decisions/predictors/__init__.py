"""ML models behind one protocol: features in, label, confidence and reasons out."""
