"""How to call one kind of outside system each: one file per connector."""
