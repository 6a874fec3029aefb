"""The dialects of modelers: each reads its vendor's extensions into the one process model."""
